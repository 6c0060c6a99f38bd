//! Who calls: the API key in the header `apikey` or the query parameter of that name.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use service::{Caller, Failure};

use crate::api::Api;
use crate::extract::query;
use crate::parameters;
use crate::reply::Refused;

const HEADER: &str = "apikey";

/// Lets callers with a key pass, with parameters that the route takes; others are refused with 401.
pub(crate) async fn know_caller(State(api): State<Api>, request: Request, next: Next) -> Response {
    let caller = caller(&api, request.headers(), request.uri()).await;
    pass(caller, request, next).await
}

/// As [`know_caller`], but lets only administrators' keys pass.
pub(crate) async fn know_administrator(
    State(api): State<Api>,
    request: Request,
    next: Next,
) -> Response {
    let caller = caller(&api, request.headers(), request.uri()).await;
    let administrator = caller.and_then(|caller| {
        service::accounts::must_administer(&caller)?;
        Ok(caller)
    });
    pass(administrator, request, next).await
}

async fn caller(api: &Api, headers: &HeaderMap, uri: &Uri) -> Result<Caller, Failure> {
    let secret = secret(headers, uri)?;
    api.keyring.authenticate(&api.platform, &secret).await
}

/// Hands the caller on with the request.
async fn pass(caller: Result<Caller, Failure>, mut request: Request, next: Next) -> Response {
    let checked = caller.and_then(|caller| {
        parameters::check(&request)?;
        Ok(caller)
    });
    match checked {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(failure) => Refused::new(failure).into_response(),
    }
}

/// The secret that was sent; empty when there is none.
fn secret(headers: &HeaderMap, uri: &Uri) -> Result<String, Failure> {
    let in_header = headers
        .get_all(HEADER)
        .iter()
        .map(|value| value.to_str().unwrap_or("?").trim());
    let in_header: Vec<String> = in_header.map(str::to_owned).collect();
    let in_query = query(uri)?
        .into_iter()
        .filter(|(name, _)| name == HEADER)
        .map(|(_, value)| value);
    let mut sent: Vec<String> = in_header.into_iter().chain(in_query).collect();
    sent.dedup();
    if sent.len() > 1 {
        let message = "was sent more than once with different values, send one key only";
        return Err(Failure::field(HEADER, message));
    }
    Ok(sent.pop().unwrap_or_default())
}
