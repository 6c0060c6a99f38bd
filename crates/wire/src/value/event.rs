//! Values of events: matches and alerts.

use super::values;

values! {
    /// What an event tells of.
    pub enum EventType {
        PepFlag = "PEP_FLAG",
        SanctionFlag = "SANCTION_FLAG",
        DocumentExpiry = "DOCUMENT_EXPIRY",
        TransactionAlert = "TRANSACTION_ALERT",
        ReviewNeeded = "REVIEW_NEEDED",
        AdverseMediaFlag = "ADVERSE_MEDIA_FLAG",
        ReferFlag = "REFER_FLAG",
        CheckExpiry = "CHECK_EXPIRY",
        FraudFlag = "FRAUD_FLAG",
    }

    /// What was made of an event.
    pub enum EventResolution {
        Unresolved = "UNRESOLVED",
        Mismatch = "MISMATCH",
        Match = "MATCH",
        Ignore = "IGNORE",
        CreatedTask = "CREATED_TASK",
    }
}
