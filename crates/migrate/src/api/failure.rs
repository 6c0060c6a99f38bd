//! What a request can come to that is no answer.

use std::fmt;

use serde_json::Value;

/// Body code: the request has no API key.
const CODE_MISSING_API_KEY: i64 = 203;
/// Body code: the API key is not valid.
const CODE_INVALID_API_KEY: i64 = 204;
/// The status of an answer that says: the key is known, and may not do this.
pub(super) const FORBIDDEN: u16 = 403;
/// What is said of a key that the server does not know.
const KEY_UNKNOWN: &str = "the server does not know the API key (or it was revoked)";
/// The same, where the answer has none of the API's codes.
const UNAUTHORIZED: &str =
    "the server answers 401: it does not know the API key (or it was revoked)";
/// How much of a server's messages is kept.
const MESSAGE_CHARS_MAX: usize = 500;

/// Why a request failed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The server refuses this request; others may succeed.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The first code of the body's `errors`, if there is one.
        code: Option<i64>,
        /// What the server says. May speak of the client: for result files, not for logs.
        message: String,
    },
    /// Whether the server did it, or will, is not known: it says again and again that the same
    /// request is still at work.
    Unclear(String),
    /// The server knows the API key, and refuses it what is beside the API, or to ask whose key it is.
    KeyRefused,
    /// No request can succeed: nobody answers, or the server does not know the API key.
    Fatal(String),
}

impl Failure {
    /// The same, of a path beside the API (`is_admin`) or of the API itself: what stands beside an
    /// API may not know its keys, which says nothing of the API. An answer with the API's own codes is
    /// the API's.
    pub(super) fn of(self, is_admin: bool) -> Failure {
        match self {
            Failure::Fatal(why) if is_admin && why == UNAUTHORIZED => Failure::KeyRefused,
            failure if is_admin => failure.of_first(),
            failure => failure,
        }
    }

    /// The same, of a request that every key may send, or that is beside the API.
    pub(super) fn of_first(self) -> Failure {
        match self {
            Failure::Refused {
                status: FORBIDDEN, ..
            } => Failure::KeyRefused,
            failure => failure,
        }
    }

    /// The same, of answers that cannot be read again and again: beside the API (`is_admin`) they say
    /// nothing of other requests, and leave open what became of this one.
    pub(super) fn unless_api(self, is_admin: bool) -> Failure {
        match self {
            Failure::Fatal(why) if is_admin => Failure::Unclear(why),
            failure => failure,
        }
    }

    /// The answer to a question beside the API that is no JSON: there is no such path.
    pub(super) fn unreadable(status: u16) -> Failure {
        Failure::Refused {
            status: 404,
            code: None,
            message: format!("HTTP {status} with something that is no JSON"),
        }
    }

    /// The failure an answer tells of; `errors` is a list or a single object.
    pub(super) fn refused(status: u16, body: &Value) -> Failure {
        let errors: Vec<&Value> = match &body["errors"] {
            Value::Array(errors) => errors.iter().collect(),
            Value::Object(_) => vec![&body["errors"]],
            _ => Vec::new(),
        };
        let code = errors.iter().find_map(|error| error["code"].as_i64());
        let is_about_key = matches!(code, Some(CODE_MISSING_API_KEY | CODE_INVALID_API_KEY));
        // A key that is not known is none for any request; one that is may lack the right to this one,
        // whatever the code beside the status.
        if is_about_key && status != FORBIDDEN {
            return Failure::Fatal(KEY_UNKNOWN.to_owned());
        }
        if status == 401 {
            return Failure::Fatal(UNAUTHORIZED.to_owned());
        }
        let said: Vec<String> = errors
            .iter()
            .map(|error| {
                let code = error["code"]
                    .as_i64()
                    .map(|code| format!("{code} "))
                    .unwrap_or_default();
                format!("{code}{}", error["message"].as_str().unwrap_or_default())
            })
            .collect();
        let mut message = format!("HTTP {status}");
        if !said.is_empty() {
            message = format!("{message}: {}", said.join("; "));
        }
        let message = message.chars().take(MESSAGE_CHARS_MAX).collect();
        Failure::Refused {
            status,
            code,
            message,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Refused { message, .. } => write!(f, "the server refuses: {message}"),
            Failure::KeyRefused => f.write_str(
                "the server knows the API key and refuses it this; check what the key may do",
            ),
            Failure::Unclear(message) | Failure::Fatal(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_key_and_one_without_the_right_are_told_apart() {
        let said = |status: u16, code: i64| {
            let body = json!({"errors": [{"code": code, "message": "no"}]});
            Failure::refused(status, &body)
        };
        let unknown = Failure::Fatal(KEY_UNKNOWN.to_owned());
        assert_eq!(said(401, CODE_INVALID_API_KEY), unknown);
        assert_eq!(said(401, CODE_MISSING_API_KEY), unknown);
        assert_eq!(said(400, CODE_INVALID_API_KEY), unknown);
        assert_eq!(said(401, 0), Failure::Fatal(UNAUTHORIZED.to_owned()));
        // So an Usher server answers a key without the right; others may have another code.
        for failure in [
            said(403, 201),
            said(403, CODE_INVALID_API_KEY),
            said(404, 201),
        ] {
            assert!(matches!(failure, Failure::Refused { .. }), "{failure}");
        }
        assert_eq!(said(403, 201).of(true), Failure::KeyRefused);
        assert_eq!(said(403, 201).of_first(), Failure::KeyRefused);
        assert_eq!(said(401, 0).of_first(), said(401, 0));
        // What stands beside the API may not know its keys.
        assert_eq!(said(401, 0).of(true), Failure::KeyRefused);
        assert_eq!(said(401, 0).of(false), said(401, 0));
        assert_eq!(said(401, CODE_INVALID_API_KEY).of(true), unknown);
    }
}
