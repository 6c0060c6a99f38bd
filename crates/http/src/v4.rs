//! API 4.0: the routes of the contract, one module per noun.

mod account;
mod applications;
mod checks;
mod collected;
mod events;
mod files;
mod profiles;
mod tasks;

use axum::Router;
use axum::routing::{delete, get, post};
use uuid::Uuid;

use crate::api::Api;
use crate::extract::with_file;

/// Everything under `/4.0`.
pub(crate) fn routes() -> Router<Api> {
    Router::new()
        .route("/whoami", get(account::whoami))
        .route("/profiles", get(profiles::search).post(profiles::create))
        .nest(
            "/profiles/{profile_id}",
            one_profile().merge(with_content()),
        )
}

fn one_profile() -> Router<Api> {
    Router::new()
        .route("/", get(profiles::read))
        .route("/status", get(profiles::status).post(profiles::set_status))
        .route(
            "/collected_data",
            get(collected::read).post(collected::replace),
        )
        .route("/collected_data/documents", post(collected::add_document))
        .route(
            "/applications",
            get(applications::list).post(applications::add),
        )
        .route(
            "/applications/{application_id}",
            get(applications::read).post(applications::decide),
        )
        .route(
            "/applications/{application_id}/revert_decision",
            post(applications::revert),
        )
        .route("/tasks", get(tasks::list).post(tasks::add))
        .route("/tasks/{task_id}", get(tasks::read).post(tasks::update))
        .route(
            "/tasks/{task_id}/notes",
            get(tasks::notes).post(tasks::add_note),
        )
        .route(
            "/tasks/{task_id}/notes/{note_id}",
            delete(tasks::delete_note),
        )
        .route("/checks", get(checks::list).post(checks::run))
        .route("/checks/{check_id}", get(checks::read).post(checks::update))
        .route("/tags", post(profiles::add_tag))
        .route("/tags/{tag_id}", delete(profiles::remove_tag))
        .route("/audit-items", get(profiles::audit))
        .route("/events", get(events::list).post(events::add))
        .route("/events/{event_id}", get(events::read).post(events::update))
}

/// The path of a list of a profile.
fn of_profile(id: u128, list: &str) -> String {
    format!("/4.0/profiles/{}/{list}", Uuid::from_u128(id))
}

/// Routes of files, which take larger bodies.
fn with_content() -> Router<Api> {
    Router::new()
        .route("/files", post(files::upload))
        .route("/files/{file_id}", get(files::read))
        .route(
            "/document_images",
            get(files::list_images).post(files::upload_image),
        )
        .route(
            "/document_images/{document_image_id}",
            get(files::read_image),
        )
        .route_layer(with_file())
}
