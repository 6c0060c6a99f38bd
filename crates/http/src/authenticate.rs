//! Who calls: the API key in the header `apikey` or the query parameter of that name.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use service::{Caller, Failure};

use crate::api::Api;
use crate::extract::query;
use crate::reply::Refused;

const HEADER: &str = "apikey";

/// Finds the caller of a request and hands it on, or refuses with 401.
pub(crate) async fn know_caller(
    State(api): State<Api>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match secret(request.headers(), request.uri()) {
        Ok(secret) => api.keyring.authenticate(&api.platform, &secret).await,
        Err(failure) => Err(failure),
    };
    match caller {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(failure) => Refused::new(failure).into_response(),
    }
}

/// Lets only administrators' keys pass; runs after [`know_caller`].
pub(crate) async fn must_administer(request: Request, next: Next) -> Response {
    let allowed = match request.extensions().get::<Caller>() {
        Some(caller) => service::accounts::must_administer(caller),
        None => Err(service::keys::missing()),
    };
    match allowed {
        Ok(()) => next.run(request).await,
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
