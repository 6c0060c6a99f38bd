//! What a webhook request looks like: its body and its headers.
//!
//! One message is an [`Envelope`]; an endpoint that takes batches always gets a JSON list of them,
//! also when there is one. The secret is in every envelope and in `Authorization`, as the original
//! has it; besides, the request is signed after Standard Webhooks: `webhook-signature` is
//! `v1,` and the base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`, with the
//! secret as the key (decoded first, when it begins with `whsec_`). The id of a batch is that of
//! its first message.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use serde_json::value::RawValue;
use sha2::Sha256;
use store::messages::MessageRow;
use wire::time::DateTime;
use wire::value::WebhookEvent;
use wire::webhook::Envelope;

/// The body of a request, or why there is none.
pub(super) fn body(
    messages: &[MessageRow],
    secret: &str,
    batching: bool,
) -> Result<Vec<u8>, String> {
    let all = messages.iter().map(|message| envelope(message, secret));
    let all = all.collect::<Result<Vec<_>, String>>()?;
    let body = match all.as_slice() {
        [one] if !batching => serde_json::to_vec(one),
        all => serde_json::to_vec(all),
    };
    body.map_err(|error| format!("the message cannot be written: {error}"))
}

fn envelope<'a>(message: &'a MessageRow, secret: &str) -> Result<Envelope<&'a RawValue>, String> {
    let event: Result<WebhookEvent, _> = message.event.parse();
    let data = serde_json::from_str(&message.body);
    Ok(Envelope {
        id: crate::convert::id(message.id),
        event: event.map_err(|error| format!("the message has an unknown event: {error}"))?,
        secret: secret.to_owned(),
        timestamp: DateTime::from_micros(message.at).unix_seconds(),
        data: data.map_err(|error| format!("the message is not JSON: {error}"))?,
    })
}

/// The headers of a request, or why there are none.
pub(super) fn headers(
    messages: &[MessageRow],
    secret: &str,
    now_seconds: i64,
    body: &[u8],
) -> Result<HeaderMap, String> {
    let id = messages
        .first()
        .map(|first| crate::convert::id(first.id))
        .unwrap_or_default();
    let signature = sign(secret, &format!("{id}.{now_seconds}."), body)?;
    let value = |text: String| {
        HeaderValue::try_from(text).map_err(|_| "the secret cannot be sent in a header".to_owned())
    };
    let mut authorization = value(format!("Bearer {secret}"))?;
    authorization.set_sensitive(true);
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, authorization);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, HeaderValue::from_static("usher-webhooks/1"));
    headers.insert("webhook-id", value(id.to_string())?);
    headers.insert("webhook-timestamp", value(now_seconds.to_string())?);
    headers.insert("webhook-signature", value(signature)?);
    Ok(headers)
}

fn sign(secret: &str, start: &str, body: &[u8]) -> Result<String, String> {
    let decoded = secret
        .strip_prefix("whsec_")
        .and_then(|text| STANDARD.decode(text).ok());
    let key = decoded.unwrap_or_else(|| secret.as_bytes().to_vec());
    let mac = Hmac::<Sha256>::new_from_slice(&key);
    let mut mac = mac.map_err(|_| "the secret cannot sign".to_owned())?;
    mac.update(start.as_bytes());
    mac.update(body);
    Ok(format!(
        "v1,{}",
        STANDARD.encode(mac.finalize().into_bytes())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification's reference implementations.
    #[test]
    fn the_signature_is_that_of_standard_webhooks() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let start = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.";
        let signed = sign(secret, start, br#"{"test": 2432232314}"#).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_batch_is_a_list_even_of_one_message() {
        let message = MessageRow {
            account: 1,
            endpoint_id: 2,
            txn: 0,
            seq: 1,
            id: 3,
            event: "CHECK_COMPLETED".to_owned(),
            at: 5_999_999,
            body: r#"{"profile_id":"x"}"#.to_owned(),
        };
        let one = body(std::slice::from_ref(&message), "a secret", false).unwrap();
        let expected = r#"{"id":"00000000-0000-0000-0000-000000000003","event":"CHECK_COMPLETED","secret":"a secret","timestamp":5,"data":{"profile_id":"x"}}"#;
        assert_eq!(String::from_utf8(one).unwrap(), expected);
        let batch = body(&[message], "a secret", true).unwrap();
        assert_eq!(String::from_utf8(batch).unwrap(), format!("[{expected}]"));
    }
}
