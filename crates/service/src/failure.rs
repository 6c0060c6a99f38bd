//! What is answered when something is not done: a public body and a private source.

use std::fmt;

use domain::{Blocker, Refusal};
use wire::field_error::FieldError;
use wire::nearest;
use wire::resource::Error;
use wire::value::ErrorCode;

/// Why a use case was not carried out. Nothing has changed, except after [`Kind::Unknown`].
#[derive(Debug)]
pub struct Failure {
    /// The class, which HTTP turns into a status.
    pub kind: Kind,
    /// What the caller is told.
    pub errors: Vec<Error>,
    /// For a failed precondition: the present data, and its ETag.
    pub current: Option<(String, String)>,
    /// What the log is told; never personal data.
    pub source: Option<String>,
}

/// The class of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request is wrong.
    Invalid,
    /// No key, or a wrong one.
    Unauthorized,
    /// The key may not do this.
    Forbidden,
    /// There is no such thing in this account.
    NotFound,
    /// It does not fit the present state.
    Conflict,
    /// The same request is being carried out; ask again shortly.
    InProgress,
    /// The data has changed since the caller read it.
    Precondition,
    /// Too large.
    TooLarge,
    /// Not a kind of file that is taken.
    Unsupported,
    /// The idempotency key was used for another request.
    KeyReused,
    /// Too busy; try again later.
    Busy,
    /// The disk is full.
    Full,
    /// The outcome is not known: try again with the same idempotency key.
    Unknown,
    /// A fault of this system.
    Internal,
}

impl Failure {
    /// A failure with one message.
    pub fn new(kind: Kind, code: ErrorCode, message: impl Into<String>) -> Failure {
        Failure {
            kind,
            errors: vec![Error::api(code, message)],
            current: None,
            source: None,
        }
    }

    /// There is no such thing.
    pub fn not_found(what: &str) -> Failure {
        Failure::new(
            Kind::NotFound,
            ErrorCode::InvalidInputData,
            format!("there is no such {what}"),
        )
    }

    /// A failure of another kind than [`Kind::Invalid`] that one field is to blame for.
    pub fn of(kind: Kind, mistake: FieldError) -> Failure {
        Failure {
            kind,
            ..Failure::from(vec![mistake])
        }
    }

    /// One field is wrong.
    pub fn field(field: &str, message: impl Into<String>) -> Failure {
        Failure::from(vec![FieldError::invalid(field, message)])
    }

    /// A fault of this system; the reason goes to the log only.
    pub fn internal(source: impl fmt::Display) -> Failure {
        let message = "an internal fault; it has been logged";
        Failure {
            source: Some(source.to_string()),
            ..Failure::new(Kind::Internal, ErrorCode::UnknownInternalError, message)
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<&str> = self
            .errors
            .iter()
            .map(|error| error.message.as_str())
            .collect();
        write!(out, "{}", messages.join("; "))?;
        self.source
            .as_ref()
            .map_or(Ok(()), |source| write!(out, " ({source})"))
    }
}

impl std::error::Error for Failure {}

impl From<Vec<FieldError>> for Failure {
    fn from(mistakes: Vec<FieldError>) -> Failure {
        let errors = mistakes.into_iter().map(Error::from).collect();
        Failure {
            kind: Kind::Invalid,
            errors,
            current: None,
            source: None,
        }
    }
}

impl From<FieldError> for Failure {
    fn from(mistake: FieldError) -> Failure {
        Failure::from(vec![mistake])
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        let source = Some(error.to_string());
        let (kind, message) = match &error {
            store::Error::Conflict { .. } => (
                Kind::Busy,
                "others are changing the same profile; try again".to_owned(),
            ),
            store::Error::Refused { reason } => (Kind::Invalid, reason.clone()),
            store::Error::Full { .. } => (
                Kind::Full,
                "the disk is full; nothing was stored; free space and try again".to_owned(),
            ),
            store::Error::Unknown { .. } => (
                Kind::Unknown,
                "it is not known whether this was stored; ask again with the same Idempotency-Key"
                    .to_owned(),
            ),
            store::Error::Stopped { .. } => (
                Kind::Busy,
                "this node is shutting down or takes no more writes".to_owned(),
            ),
            store::Error::Broken { .. } => return Failure::internal(error),
        };
        let code = if kind == Kind::Invalid {
            ErrorCode::InvalidInputData
        } else {
            ErrorCode::UnknownInternalError
        };
        Failure {
            source,
            ..Failure::new(kind, code, message)
        }
    }
}

impl From<Refusal> for Failure {
    #[expect(
        clippy::too_many_lines,
        reason = "one arm per refusal, so that none goes untold"
    )]
    fn from(refusal: Refusal) -> Failure {
        use ErrorCode::{
            ConstraintsNotSatisfied, DataPresent, EntityAlreadyApproved, EntityAlreadyRejected,
            MissingRequiredFields, TransitionError,
        };
        let not_found = Failure::not_found;
        let conflict = |code, message: String| Failure::new(Kind::Conflict, code, message);
        match refusal {
            Refusal::UnknownApplication => not_found("application on this profile"),
            Refusal::UnknownTask => not_found("live task on this profile"),
            Refusal::UnknownCheck => not_found("check on this profile"),
            Refusal::UnknownEvent => not_found("event on this profile"),
            Refusal::UnknownTag => not_found("tag on this profile"),
            Refusal::UnknownProduct => {
                Failure::field("product", "names no product one can apply for")
            }
            Refusal::ProductNotFor(entity) => {
                let entity = crate::convert::entity_name(entity);
                Failure::field(
                    "product",
                    format!("has no smart policy for profiles of type {entity}"),
                )
            }
            Refusal::AlreadyApplied => conflict(
                DataPresent,
                "an application for this product is open on the profile".to_owned(),
            ),
            Refusal::AlreadyApproved => conflict(
                EntityAlreadyApproved,
                "the application is approved already".to_owned(),
            ),
            Refusal::AlreadyEnded => conflict(
                EntityAlreadyRejected,
                "the application is rejected or cancelled; revert that decision first".to_owned(),
            ),
            Refusal::NotDecided => conflict(
                TransitionError,
                "there is no rejection or cancellation to revert".to_owned(),
            ),
            Refusal::Blocked(blockers) => conflict(ConstraintsNotSatisfied, blocked(&blockers)),
            Refusal::WaitsForData => conflict(
                ConstraintsNotSatisfied,
                "the smart policy waits for data; see waiting_for on the application".to_owned(),
            ),
            Refusal::NoSuchTransition { from, to } => conflict(
                TransitionError,
                format!(
                    "an application cannot go from {} to {}",
                    from.name(),
                    to.name()
                ),
            ),
            Refusal::ReasonRequired(known) => Failure::from(FieldError {
                field: "reasons".to_owned(),
                message: format!("needs at least one reason to reject: {}", known.join(", ")),
                code: MissingRequiredFields,
            }),
            Refusal::UnknownReason(reason, known) => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let advice = nearest::advice(&reason, &known);
                let message =
                    format!("names {reason:?}, which is not set up for this decision; {advice}");
                Failure::field("reasons", message)
            }
            Refusal::UnknownTaskVariant => {
                Failure::field("variant", "names no task variant for this kind of profile")
            }
            Refusal::UnknownCheckVariant => Failure::field(
                "check_type",
                "names no check that is set up for this kind of profile",
            ),
            Refusal::CheckEnded => conflict(TransitionError, "the check has ended".to_owned()),
            Refusal::TooMany(what) => conflict(
                ConstraintsNotSatisfied,
                format!("the profile has as many {what} as it may have"),
            ),
            Refusal::EmptyTag => Failure::field("name", "must not be empty"),
            Refusal::InTheFuture => Failure::field("as_of", "must not lie in the future"),
        }
    }
}

fn blocked(blockers: &[Blocker]) -> String {
    let count = |wanted: fn(&Blocker) -> bool| blockers.iter().filter(|one| wanted(one)).count();
    let tasks = count(|one| matches!(one, Blocker::IncompleteTask(_)));
    let events = count(|one| matches!(one, Blocker::UnresolvedEvent(_)));
    let mut reasons = Vec::new();
    if tasks > 0 {
        reasons.push(format!("{tasks} required task(s) have not passed"));
    }
    if events > 0 {
        reasons.push(format!("{events} match(es) are unresolved"));
    }
    if count(|one| matches!(one, Blocker::SuspendedProfile)) > 0 {
        reasons.push("the profile is suspended or banned".to_owned());
    }
    if count(|one| matches!(one, Blocker::UndeterminedRisk)) > 0 {
        reasons.push("the risk is undetermined".to_owned());
    }
    format!(
        "the application cannot be approved: {}; see approval_blockers",
        reasons.join(", ")
    )
}
