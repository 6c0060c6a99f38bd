//! Who is looked for by the institution's own number is found, however many numbers begin like it.

use serde_json::Value;

use crate::node::{Node, both};
use crate::samples::{bystander, text};

/// More profiles than a page of fifty has.
const LONGER_COUNT: usize = 60;

/// Creates somebody with this number; the identifier.
async fn numbered(node: &Node, customer_ref: &str) -> String {
    let mut body = bystander("Ada", "Byron");
    body["collected_data"]["customer_ref"] = customer_ref.into();
    let profile = node.demo.post("/4.0/profiles", &body).await.ok();
    text(&profile["id"]).to_owned()
}

async fn found(node: &Node, query: &str) -> (Vec<String>, Value) {
    let answer = node.demo.get(&format!("/4.0/profiles?{query}")).await.ok();
    let results = answer["results"].as_array().unwrap().iter();
    let ids = results.map(|profile| text(&profile["id"]).to_owned());
    (ids.collect(), answer["count"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_number_itself_comes_before_all_that_begin_with_it() {
    for node in both().await {
        let exact = numbered(&node, "N-10").await;
        let signs = numbered(&node, "***").await;
        for number in 0..LONGER_COUNT {
            numbered(&node, &format!("N-10{number:02}")).await;
        }
        let (page, count) = found(&node, "q=N-10").await;
        assert_eq!((page.len(), &count), (50, &Value::from(LONGER_COUNT + 1)));
        assert_eq!(page[0], exact);
        let (rest, _) = found(&node, "q=N-10&offset=50").await;
        assert_eq!(rest.len(), LONGER_COUNT + 1 - 50);
        let mut all = [page, rest].concat();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), LONGER_COUNT + 1, "nobody is there twice");
        assert_eq!(found(&node, "q=N-10&limit=1").await.0, [exact.as_str()]);
        // Another spelling is no other number's own.
        assert_ne!(found(&node, "q=n-10&limit=1").await.0, [exact.as_str()]);
        // Other categories leave it out; a number without letters is found, and one that no number can be is not.
        let others = found(&node, "q=N-10&categories=CUSTOMER").await;
        assert_eq!(others, (Vec::new(), 0.into()));
        assert_eq!(found(&node, "q=***").await, (vec![signs], 1.into()));
        assert_eq!(found(&node, "q=%00").await, (Vec::new(), 0.into()));
        node.finish().await;
    }
}
