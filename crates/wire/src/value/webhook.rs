//! Names of webhooks.

use super::values;

values! {
    /// What a webhook tells of. `PRODUCT_STATUS_CHANGED` and `COLLECTED_DATA_UPDATED` are confirmed names; the
    /// others follow their pattern.
    pub enum WebhookEvent {
        ProductStatusChanged = "PRODUCT_STATUS_CHANGED",
        TaskCreated = "TASK_CREATED",
        CheckCompleted = "CHECK_COMPLETED",
        ProductBadgeChanged = "PRODUCT_BADGE_CHANGED",
        RiskLevelChanged = "RISK_LEVEL_CHANGED",
        RiskScoreChanged = "RISK_SCORE_CHANGED",
        TaskStateChanged = "TASK_STATE_CHANGED",
        CollectedDataUpdated = "COLLECTED_DATA_UPDATED",
        CollectedDataChanged = "COLLECTED_DATA_CHANGED",
        FormStateChanged = "FORM_STATE_CHANGED",
        ManualActionRequired = "MANUAL_ACTION_REQUIRED",
        CustomerRequestChanged = "CUSTOMER_REQUEST_CHANGED",
        EventsCreated = "EVENTS_CREATED",
        EventsUpdated = "EVENTS_UPDATED",
        ProfileStatusChanged = "PROFILE_STATUS_CHANGED",
        TaskIsCompleteChanged = "TASK_IS_COMPLETE_CHANGED",
        CollectionStepsCompleted = "COLLECTION_STEPS_COMPLETED",
    }
}

impl WebhookEvent {
    /// Those that are sent so far.
    pub const SENT: &'static [WebhookEvent] = &[
        WebhookEvent::ProductStatusChanged,
        WebhookEvent::TaskStateChanged,
        WebhookEvent::CheckCompleted,
        WebhookEvent::ManualActionRequired,
    ];
}
