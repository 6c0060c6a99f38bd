//! Bodies about windows in which checks are switched off.

use uuid::Uuid;

use super::{Fields, FromFields};
use crate::time::DateTime;

/// The body of `POST /admin/windows`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenWindow {
    /// Aliases of the check variants that are switched off.
    pub checks: Vec<String>,
    /// The API keys that may add clients meanwhile; none: the caller's.
    pub keys: Vec<Uuid>,
    /// Why; kept for ever.
    pub reason: String,
    /// When it ends at the latest.
    pub ends_on: Option<DateTime>,
    /// For how long it stays open unless it is renewed; absent: as long as the server says.
    pub lease_seconds: Option<i64>,
    /// The window that it continues: it governs the clients of that one too.
    pub continues: Option<Uuid>,
}

impl FromFields for OpenWindow {
    const FIELDS: &'static [&'static str] = &[
        "checks",
        "keys",
        "reason",
        "ends_on",
        "lease_seconds",
        "continues",
    ];
    const READ_ONLY: &'static [&'static str] = &["id", "open", "opened_on", "opened_by"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<OpenWindow> {
        fields.value("checks")?;
        let checks = fields.texts("checks");
        if checks.is_empty() {
            fields.mistake(
                "checks",
                "must name at least one check variant by its alias",
            );
        }
        let keys = fields.optional_ids("keys").unwrap_or_default();
        let reason = fields.text("reason");
        let ends_on = fields.optional_parsed("ends_on");
        let lease_seconds = fields.optional_integer("lease_seconds");
        let continues = fields.optional_parsed("continues");
        Some(OpenWindow {
            checks,
            keys,
            reason: reason?,
            ends_on,
            lease_seconds,
            continues,
        })
    }
}

/// The body of `POST /admin/windows/{id}/renew`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenewWindow {
    /// For how long from now; absent: as long as the server says.
    pub lease_seconds: Option<i64>,
}

impl FromFields for RenewWindow {
    const MAY_BE_ABSENT: bool = true;
    const FIELDS: &'static [&'static str] = &["lease_seconds"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<RenewWindow> {
        let lease_seconds = fields.optional_integer("lease_seconds");
        Some(RenewWindow { lease_seconds })
    }
}
