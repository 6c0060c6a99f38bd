//! Three versions of a client's data: as it was sent, as the source has it now, as the server has it.
//!
//! What the source changed is changed; what others added on the server stays. Where the server no
//! longer has what was sent, nothing is decided: both versions are told.

use serde_json::{Map, Value};

use super::super::compare::plain;
use super::super::links::same;

/// A field that is not on the server as it was sent, of a client that changed in the source too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clash {
    /// The field.
    pub(crate) path: String,
    /// What was sent.
    pub(crate) sent: String,
    /// What the source says now.
    pub(crate) source: String,
    /// What is on the server.
    pub(crate) server: String,
}

/// What three versions come to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Merged {
    /// The server has what the source says already.
    Same,
    /// The data to put there.
    Changed(Value),
    /// Both sides changed.
    Clashes(Vec<Clash>),
}

/// The data as the server has it, with what the source changed since it was sent.
pub(crate) fn merge(path: &str, sent: &Value, source: &Value, server: &Value) -> Merged {
    let mut merging = Merging::default();
    let merged = merging.value(path, sent, source, server);
    if !merging.clashes.is_empty() {
        return Merged::Clashes(merging.clashes);
    }
    if merging.is_changed {
        Merged::Changed(merged)
    } else {
        Merged::Same
    }
}

#[derive(Default)]
struct Merging {
    clashes: Vec<Clash>,
    is_changed: bool,
}

impl Merging {
    fn value(&mut self, path: &str, sent: &Value, source: &Value, server: &Value) -> Value {
        if sent.is_object() || source.is_object() {
            return self.object(path, sent, source, server);
        }
        if sent.is_array() || source.is_array() {
            return self.array(path, sent, source, server);
        }
        if same(server, source) {
            return server.clone();
        }
        if same(server, sent) {
            self.is_changed = true;
            return source.clone();
        }
        self.clash(path, sent, source, server)
    }

    fn object(&mut self, path: &str, sent: &Value, source: &Value, server: &Value) -> Value {
        if !(server.is_object() || server.is_null()) {
            return self.clash(path, sent, source, server);
        }
        let mut merged = server.as_object().cloned().unwrap_or_default();
        let empty = Map::new();
        let (was, is) = (
            sent.as_object().unwrap_or(&empty),
            source.as_object().unwrap_or(&empty),
        );
        let more = is.keys().filter(|name| !was.contains_key(*name));
        for name in was.keys().chain(more) {
            let path = format!("{path}.{name}");
            let value = self.value(&path, &sent[name], &source[name], &server[name]);
            if value.is_null() {
                merged.remove(name);
            } else {
                merged.insert(name.clone(), value);
            }
        }
        // What the source has no more goes with the last field in it.
        let is_left = !merged.is_empty() || server.as_object().is_some_and(Map::is_empty);
        if source.is_null() && !is_left {
            Value::Null
        } else {
            Value::Object(merged)
        }
    }

    fn array(&mut self, path: &str, sent: &Value, source: &Value, server: &Value) -> Value {
        let empty = Vec::new();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let (was, is, there) = (list(sent), list(source), list(server));
        if !(server.is_array() || server.is_null())
            || (there.len() != was.len() && there.len() != is.len())
        {
            return self.clash(path, sent, source, server);
        }
        // Entries stand for one another by their places: only a list as long as it was can be told.
        let before = if there.len() == was.len() {
            &was
        } else {
            &empty
        };
        let mut merged = Vec::new();
        for (place, wanted) in is.iter().enumerate() {
            let nothing = Value::Null;
            let was = before.get(place).unwrap_or(&nothing);
            let have = there.get(place).unwrap_or(&nothing);
            merged.push(self.value(&format!("{path}[{place}]"), was, wanted, have));
        }
        for place in is.len()..there.len() {
            let path = format!("{path}[{place}]");
            let left = self.value(&path, &before[place], &Value::Null, &there[place]);
            if left.is_null() {
                self.is_changed = true;
            } else {
                merged.push(left);
            }
        }
        if source.is_null() && merged.is_empty() {
            Value::Null
        } else {
            Value::Array(merged)
        }
    }

    fn clash(&mut self, path: &str, sent: &Value, source: &Value, server: &Value) -> Value {
        self.clashes.push(Clash {
            path: path.to_owned(),
            sent: plain(sent),
            source: plain(source),
            server: plain(server),
        });
        server.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sent, source, server -> what is put there, `same`, or the fields that clash.
    fn check(sent: &str, source: &str, server: &str, expected: &str) {
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let told = match merge("d", &read(sent), &read(source), &read(server)) {
            Merged::Same => "same".to_owned(),
            Merged::Changed(data) => data.to_string(),
            Merged::Clashes(clashes) => {
                let paths = clashes.iter().map(|clash| clash.path.as_str());
                paths.collect::<Vec<_>>().join(" ")
            }
        };
        let expected = serde_json::from_str::<Value>(expected)
            .map_or_else(|_| expected.to_owned(), |value| value.to_string());
        assert_eq!(told, expected, "{sent} {source} {server}");
    }

    #[test]
    fn what_the_source_changed_is_changed_and_what_others_added_stays() {
        check(
            r#"{"a":1,"b":2}"#,
            r#"{"a":1,"b":3}"#,
            r#"{"a":1,"b":2,"x":9}"#,
            r#"{"a":1,"b":3,"x":9}"#,
        );
        check(
            r#"{"a":1}"#,
            r#"{"a":1,"b":{"c":2}}"#,
            r#"{"a":1.0}"#,
            r#"{"a":1.0,"b":{"c":2}}"#,
        );
        check(
            r#"{"a":1,"b":{"c":2}}"#,
            r#"{"a":1}"#,
            r#"{"a":1,"b":{"c":2}}"#,
            r#"{"a":1}"#,
        );
        check(
            r#"{"b":{"c":2}}"#,
            "{}",
            r#"{"b":{"c":2,"x":1}}"#,
            r#"{"b":{"x":1}}"#,
        );
        check(
            r#"{"l":["a","b"]}"#,
            r#"{"l":["a"]}"#,
            r#"{"l":["a","b"]}"#,
            r#"{"l":["a"]}"#,
        );
        check(
            r#"{"l":["a"]}"#,
            r#"{"l":["c","d"]}"#,
            r#"{"l":["a"]}"#,
            r#"{"l":["c","d"]}"#,
        );
        check(
            r#"{"l":[{"a":1}]}"#,
            r#"{"l":[{"a":2}]}"#,
            r#"{"l":[{"a":1,"x":9}]}"#,
            r#"{"l":[{"a":2,"x":9}]}"#,
        );
    }

    #[test]
    fn what_is_there_already_is_not_put_there_again() {
        check(r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":2,"x":1}"#, "same");
        check(
            r#"{"l":["a"]}"#,
            r#"{"l":["a","b"]}"#,
            r#"{"l":["a","b"]}"#,
            "same",
        );
        check(r#"{"a":1}"#, "{}", "{}", "same");
    }

    #[test]
    fn what_changed_on_the_server_is_never_overwritten() {
        check(r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#, "d.a");
        check(r#"{"a":1}"#, r#"{"a":2}"#, "{}", "d.a");
        // Another field of the same client.
        check(
            r#"{"a":1,"b":1}"#,
            r#"{"a":2,"b":1}"#,
            r#"{"a":1,"b":7}"#,
            "d.b",
        );
        check(
            r#"{"l":["a"]}"#,
            r#"{"l":["b"]}"#,
            r#"{"l":["a","by hand"]}"#,
            "d.l",
        );
        check(r#"{"a":1}"#, r#"{"a":{"b":1}}"#, r#"{"a":5}"#, "d.a");
    }
}
