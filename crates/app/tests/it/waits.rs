//! A server that does not answer any more is waited for, and every command says so.

use std::fs;

use hyper::Method;

use crate::delta;
use crate::proxy::{Proxy, Trouble};
use crate::runners::started;

#[test]
fn every_command_says_what_it_waits_for() {
    let migrated = delta::new("waits");
    // A row that changed, so that each of them has something to ask.
    let people = fs::read_to_string(migrated.book.join("people.csv")).unwrap();
    let people = people.replace("Molly", "Polly");
    fs::write(migrated.book.join("people.csv"), people).unwrap();
    let rule = |_: &Method, path: &str| {
        if path.contains("/profiles/") {
            Trouble::Refused
        } else {
            Trouble::None
        }
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let proxy = runtime.block_on(Proxy::with_rule(&migrated.server().address, rule));
    let (source, mapping, state) = (
        migrated.book.to_str().unwrap(),
        migrated.mapping.to_str().unwrap(),
        migrated.data.join("state"),
    );
    let place = ["--url", &proxy.url, "--key", &migrated.key];
    let state = ["--state", state.to_str().unwrap()];
    let book = ["--source", source, "--mapping", mapping];
    for (command, of_book) in [
        ("run", &book[..]),
        ("verify", &book[..]),
        ("watch", &book[..]),
        ("undo", &[]),
    ] {
        let options = [&["migrate", command], &place[..], &state, of_book].concat();
        let mut waiting = started(&options, "waiting, and trying again for 14 minutes");
        waiting.kill().unwrap();
        waiting.wait().unwrap();
    }
}
