//! What was seen of a receiver, as the answer to the guide's question.

use crate::Error;
use crate::api::{Api, Call, Failure};
use crate::numbered;
use crate::trial::report::{Answer, Judgement, Picked};

use super::deliveries::Deliveries;
use super::{ANSWER_SECONDS_MAX, Seen};

/// The guide's question.
const QUESTION: &str = "Was the webhook receiver performance stable?";
/// A receiver that needs longer for 95 of a hundred requests is no stable one, in milliseconds: it
/// should answer at once and work afterwards.
const P95_MILLISECONDS_MAX: u64 = 5_000;
/// How many examples stand under the answer.
const EXAMPLES_COUNT_MAX: usize = 6;

/// The answer when no receiver could be tried.
pub(crate) fn not_tried(why: String) -> Answer {
    let mut answer = Answer::new(QUESTION);
    answer.judgement = Judgement::NotTold(why);
    answer
}

/// The answer for what was seen.
pub(crate) async fn answer(seen: Seen, api: &Api, picked: &[Picked]) -> Result<Answer, Error> {
    let mut answer = Answer::new(QUESTION);
    let wrong_ends = match seen.drained {
        Some(_) => wrong_ends(&seen.kept, api, picked).await?,
        None => Vec::new(),
    };
    figures(&mut answer, &seen);
    let mut against = against(&seen);
    against.extend(wrong_ends.into_iter().take(EXAMPLES_COUNT_MAX));
    answer.judgement = match (seen.kept.requests_count, against.is_empty()) {
        (0, _) => Judgement::NotTold(nothing_came(&seen)),
        (_, false) => Judgement::No,
        (_, true) if seen.drained.is_none() => Judgement::NotTold(
            "the server did not say whether its messages were all sent in the end; run the test again"
                .to_owned(),
        ),
        (_, true) if seen.is_of_firm => Judgement::Yes,
        (_, true) => Judgement::NotTold(
            "the firm's own receiver was not tried (--receiver URL); the figures are those of a \
             receiver in this tool"
                .to_owned(),
        ),
    };
    if seen.kept.requests_count > 0 {
        answer.examples.extend(against);
    }
    answer.examples.extend(seen.left_behind);
    Ok(answer)
}

fn nothing_came(seen: &Seen) -> String {
    let last = &seen.queue["failures"][0]["reason"];
    let why = match (last.as_str(), seen.queue["depth"].as_u64()) {
        (Some(reason), _) => format!("the server says: {reason}"),
        (None, Some(0)) => "nothing happened that it has to tell".to_owned(),
        (None, _) => "it has not said why".to_owned(),
    };
    let unsigned = match seen.kept.unsigned_count {
        0 => String::new(),
        count => format!(
            "; {} came without the endpoint's signature",
            numbered(count, "request", "requests")
        ),
    };
    format!("no message of the server came here: {why}{unsigned}")
}

fn figures(answer: &mut Answer, seen: &Seen) {
    let kept = &seen.kept;
    if kept.requests_count == 0 {
        return;
    }
    answer.figure(kept.taken_count(), "messages that were taken");
    for (event, count) in &kept.taken {
        answer.figure(*count, &format!("of them {event}"));
    }
    answer.figure(kept.profiles_count(), "profiles they were about");
    answer.figure(kept.requests_count, "requests");
    for (outcome, count) in &kept.outcomes {
        answer.figure(*count, &format!("of them {outcome}"));
    }
    for (percent, what) in [
        (50, "ms: half of the requests took no longer (p50)"),
        (95, "ms: 95 of a hundred took no longer (p95)"),
        (100, "ms: the longest"),
    ] {
        answer.figure(kept.milliseconds(percent), what);
    }
    answer.figure(
        kept.overtaking_count,
        "messages that overtook an earlier one of their profile",
    );
    answer.figure(
        kept.repeated_count,
        "messages that came again after they were taken",
    );
    let waiting = seen.queue["depth"].as_u64();
    match (seen.drained, waiting) {
        (Some(drained), _) => {
            answer.figure(
                drained.as_secs(),
                "seconds after the run until no message waited",
            );
        }
        (None, Some(waiting)) => answer.figure(waiting, "messages that still waited in the end"),
        (None, None) => {}
    }
    for (count, what) in [
        (
            kept.unsigned_count,
            "requests without the endpoint's signature, not passed on",
        ),
        (
            kept.unmeasured_count,
            "requests more that were passed on and not measured",
        ),
    ] {
        if count > 0 {
            answer.figure(count, what);
        }
    }
}

/// What speaks against a stable receiver.
fn against(seen: &Seen) -> Vec<String> {
    let kept = &seen.kept;
    let mut against = Vec::new();
    if kept.failures_count > 0 {
        against.push(format!(
            "{} of {} requests were not taken; only an answer of 2xx within {ANSWER_SECONDS_MAX} s \
             counts, and the server sends the rest again later",
            kept.failures_count, kept.requests_count
        ));
    }
    let p95 = kept.milliseconds(95);
    if p95 > P95_MILLISECONDS_MAX {
        against.push(format!(
            "p95 is {p95} ms and should be below {P95_MILLISECONDS_MAX}: answer first, work afterwards"
        ));
    }
    if kept.overtaking_count > 0 {
        against.push("messages did not come in the order of what happened".to_owned());
    }
    if let (None, Some(waiting @ 1..)) = (seen.drained, seen.queue["depth"].as_u64()) {
        let why = if kept.failures_count > 0 {
            "they wait behind those that were not taken"
        } else {
            "the receiver is slower than the load (--receiver-batching sends up to 100 in a request)"
        };
        against.push(format!(
            "{waiting} messages still waited {} s after the run (--receiver-wait): {why}",
            seen.waited.as_secs()
        ));
    }
    against
}

/// Applications of which the last message says something else than what they are.
async fn wrong_ends(kept: &Deliveries, api: &Api, picked: &[Picked]) -> Result<Vec<String>, Error> {
    let mut wrong = Vec::new();
    for client in picked {
        let Some(profile) = client.profile.as_deref() else {
            continue;
        };
        let told = |application: &str| {
            let (about, status) = kept.applications.get(application)?;
            (about == profile).then_some(status)
        };
        let path = format!("/profiles/{profile}/applications");
        let applications = match api.call(Call::get(path)).await {
            Ok(answer) => answer.body,
            Err(Failure::Refused { .. } | Failure::Unclear(_)) => continue,
            Err(failure) => return Err(failure.into()),
        };
        for application in applications.as_array().into_iter().flatten() {
            let status = application["status"].as_str().unwrap_or_default();
            let told = application["id"].as_str().and_then(told);
            if let Some(told) = told.filter(|told| *told != status) {
                wrong.push(format!(
                    "{}: the last message says that the application is {told}, and it is {status}",
                    client.reference
                ));
            }
        }
    }
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::api::Patience;

    #[tokio::test]
    async fn a_queue_of_which_nothing_is_known_in_the_end_is_no_yes() {
        let nodes = ["http://127.0.0.1:9".to_owned()];
        let api = Api::new(&nodes, "key", Patience::default()).unwrap();
        for (drained, queue, wanted) in [
            (Some(Duration::ZERO), json!({"depth": 0}), "yes"),
            (None, json!({"depth": 7}), "no"),
            (None, Value::Null, "not told"),
        ] {
            let mut kept = Deliveries::default();
            kept.requests_count = 1;
            let seen = Seen {
                is_of_firm: true,
                kept,
                drained,
                waited: Duration::ZERO,
                queue,
                left_behind: None,
            };
            let told = match answer(seen, &api, &[]).await.unwrap().judgement {
                Judgement::Yes => "yes",
                Judgement::No => "no",
                Judgement::NotTold(_) => "not told",
            };
            assert_eq!(told, wanted);
        }
    }
}
