//! Product applications: adding, reading, deciding, reverting.

use domain::{ApplicationId, Command, ProductId};
use wire::field_error::FieldError;
use wire::request::{AddApplication, ProductRef, RevertDecision, UpdateApplication};

use crate::change::{Answer, Draft};
use crate::profiles::{edit, load};
use crate::render::{self, View};
use crate::{Caller, Failure, Platform, convert, windows};

/// The product a request names by alias or id.
pub fn find_product(
    config: &config::Published,
    wanted: &ProductRef,
) -> Result<ProductId, FieldError> {
    let products = &config.config.products;
    let (found, named, part) = match wanted {
        ProductRef::Alias(alias) => (
            products.values().find(|product| product.alias == *alias),
            alias.clone(),
            "alias",
        ),
        ProductRef::Id(id) => (products.get(&ProductId(id.as_u128())), id.to_string(), "id"),
    };
    let live = found
        .filter(|product| !product.retired)
        .map(|product| product.id);
    live.ok_or_else(|| {
        let known: Vec<&str> = products
            .values()
            .filter(|product| !product.retired)
            .map(|product| product.alias.as_str())
            .collect();
        let known = known.join(", ");
        let message = format!("names no product: {named:?}; the published policy has {known}");
        FieldError::invalid(part, message)
    })
}

/// The applications of a profile.
pub async fn list(platform: &Platform, caller: &Caller, profile: u128) -> Result<Answer, Failure> {
    let (account, loaded) = load(platform, caller, profile).await?;
    let view = View::loaded(&account, &loaded);
    let all: Vec<_> = loaded
        .profile
        .applications
        .iter()
        .map(|one| render::application(view, one))
        .collect();
    render::answer(&all)
}

/// One application.
pub async fn read(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    id: u128,
) -> Result<Answer, Failure> {
    let (account, loaded) = load(platform, caller, profile).await?;
    let found = loaded
        .profile
        .applications
        .iter()
        .find(|one| one.id.0 == id);
    let found = found.ok_or_else(|| Failure::not_found("application on this profile"))?;
    render::answer(&render::application(View::loaded(&account, &loaded), found))
}

/// Adds an application; not when the request belongs to a window that is closed.
pub async fn add(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    request: AddApplication,
) -> Result<Answer, Failure> {
    let role = request
        .associated_role
        .and_then(|role| domain::AssociatedRole::named(role.as_str()));
    let account = windows::account(platform, caller).await?;
    edit(
        platform,
        caller,
        profile,
        |draft| {
            windows::holds(&account, caller, draft.now_micros())?;
            let product = find_product(&draft.config, &request.product);
            let product = product.map_err(|mistake| mistake.under("product"))?;
            let by = caller.actor.decider();
            draft.execute(&caller.actor, Command::Apply { product, role, by })?;
            let open = draft
                .profile
                .applications
                .iter()
                .rfind(|one| one.product == product);
            open.map(|application| application.id)
                .ok_or_else(|| Failure::not_found("application"))
        },
        |draft, id| one(draft, *id),
    )
    .await
}

/// Approves, rejects or cancels an application.
pub async fn decide(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (id, request): (u128, UpdateApplication),
) -> Result<Answer, Failure> {
    let application = ApplicationId(id);
    edit(
        platform,
        caller,
        profile,
        |draft| {
            let command = Command::Decide {
                application,
                to: convert::of_status(request.status),
                by: caller.actor.decider(),
                comment: request.comment.clone(),
                reasons: request.reasons.clone(),
            };
            draft.execute(&caller.actor, command)
        },
        |draft, ()| one(draft, application),
    )
    .await
}

/// Takes back a rejection or cancellation; the application keeps its id.
pub async fn revert(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (id, request): (u128, RevertDecision),
) -> Result<Answer, Failure> {
    let application = ApplicationId(id);
    edit(
        platform,
        caller,
        profile,
        |draft| {
            let (by, comment) = (caller.actor.decider(), request.comment.clone());
            draft.execute(
                &caller.actor,
                Command::Revert {
                    application,
                    by,
                    comment,
                },
            )
        },
        |draft, ()| one(draft, application),
    )
    .await
}

fn one(draft: &Draft<'_>, id: ApplicationId) -> Result<Answer, Failure> {
    let found = draft
        .profile
        .applications
        .iter()
        .find(|application| application.id == id);
    let found = found.ok_or_else(|| Failure::not_found("application on this profile"))?;
    render::answer(&render::application(View::of(draft), found))
}
