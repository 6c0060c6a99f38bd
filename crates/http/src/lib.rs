//! The HTTP border: `/4.0` for institutions, `/admin` for their administrators, `/health`.
//!
//! The cast:
//! - [`router`] puts the routes together; [`serve`] listens until it is told to stop.
//! - `authenticate` knows the caller of a request by its API key.
//! - `extract` reads ids, queries and bodies; a mistake in one is answered like any other refusal.
//!   `parameters` knows which parameters a route takes; `body` reads bodies within the `budget` of
//!   memory that all of them have together.
//! - `reply` turns what a use case says into an answer; every refusal has a list `errors`.
//! - `observe` bounds how many requests there are and how long each takes, and logs failures once.
//! - The modules of `v4` and `admin` are named after nouns. A handler parses, calls one use case
//!   and converts; it decides nothing.
//!
//! Logs carry route templates, never URIs, names or keys.

mod admin;
mod api;
mod authenticate;
mod body;
mod budget;
mod extract;
mod health;
mod observe;
mod parameters;
mod reply;
mod server;
mod v4;

use axum::Router;
use axum::middleware::from_fn_with_state;
use service::Platform;

pub use api::{BODY_BYTES_AT_ONCE_MAX, Options};
pub use body::{BODY_BYTES_MAX, BOOK_BODY_BYTES_MAX, FILE_BODY_BYTES_MAX};
pub use observe::{CHECK_SECONDS_MAX, REQUEST_SECONDS_MAX, SIMULATION_SECONDS_MAX};
pub use server::{CONNECTIONS_MAX, GRACE_SECONDS_MAX, HEAD_BYTES_MAX, HEADER_SECONDS_MAX, serve};

use api::Api;
use reply::Refused;

/// All routes, over a platform.
pub fn router(platform: Platform, options: &Options) -> Router {
    let api = Api::new(platform, options);
    let caller = from_fn_with_state(api.clone(), authenticate::know_caller);
    let administrator = from_fn_with_state(api.clone(), authenticate::know_administrator);
    Router::new()
        .nest("/4.0", v4::routes().route_layer(caller))
        .nest("/admin", admin::routes().route_layer(administrator))
        .merge(health::routes())
        .fallback(async || Refused::new(reply::no_such_path()))
        .method_not_allowed_fallback(async || Refused::wrong_method())
        .layer(from_fn_with_state(api.clone(), observe::observe))
        .with_state(api)
}
