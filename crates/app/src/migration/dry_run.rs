//! `usher migrate run --dry-run`: what would become of a book, with nothing sent.

use std::collections::BTreeMap;

use migrate::check::{self, Policy, Refusal};

use super::trouble;
use crate::ending::Ending;
use crate::trouble::Trouble;
use crate::{say, table};

/// Reads the book and says what would become of its rows, without sending anything.
pub(super) async fn judge(options: &migrate::Options) -> Result<Ending, Trouble> {
    let preview = check::preview(options).await.map_err(trouble)?;
    show_verdicts(&preview.book);
    for remark in &preview.book.remarks {
        say::talk(remark);
    }
    show_refusals(&preview.refusals);
    match preview.policy {
        Policy::Version(number) => say::talk(&format!(
            "the server's policy (version {number}) has every product and custom field named"
        )),
        Policy::Missing => return Err(Trouble::usage(check::NO_POLICY)),
        Policy::Unread(why) => {
            say::talk(&format!(
                "not checked with the server: products, custom fields ({why})"
            ));
            say::talk("  hint: give --url and an administrator's key to check them too");
        }
    }
    say::talk("nothing was sent");
    if preview.refusals.is_empty() {
        return Ok(Ending::Well);
    }
    let count = preview.refusals.len();
    say::talk(&format!(
        "the API will refuse {}, see above",
        migrate::numbered(count, "field as it is", "fields as they are")
    ));
    say::talk("  hint: mend the steps of these fields in the mapping, or the rows");
    Ok(Ending::Wrong)
}

/// How many rows come over, and why others do not.
fn show_verdicts(book: &migrate::Book) {
    let mut files: BTreeMap<usize, BTreeMap<&'static str, u64>> = BTreeMap::new();
    for source in 0..book.mapping.sources.len() {
        files.entry(source).or_default();
    }
    let mut reasons: BTreeMap<(usize, &str), u64> = BTreeMap::new();
    for row in book.rows() {
        *files
            .entry(row.source)
            .or_default()
            .entry(row.verdict.disposition())
            .or_default() += 1;
        for reason in &row.verdict.reasons {
            *reasons.entry((row.source, reason)).or_default() += 1;
        }
    }
    let file = |source: usize| book.mapping.sources[source].file.clone();
    let rows: Vec<[String; 6]> = files
        .iter()
        .map(|(source, verdicts)| {
            let count = |name| verdicts.get(name).copied().unwrap_or_default().to_string();
            let total: u64 = verdicts.values().sum();
            let [comes, warned] = ["migrate", "migrate_with_warning"].map(count);
            let [rejected, skipped] = ["reject", "skip"].map(count);
            [
                file(*source),
                total.to_string(),
                comes,
                warned,
                rejected,
                skipped,
            ]
        })
        .collect();
    let header = [
        ("file", 40),
        ("rows", 10),
        ("comes over", 10),
        ("with warning", 12),
        ("rejected", 10),
        ("skipped", 10),
    ];
    say::data(&table::text(header, &rows));
    let rows: Vec<[String; 3]> = reasons
        .iter()
        .map(|((source, reason), count)| [file(*source), (*reason).to_owned(), count.to_string()])
        .collect();
    if !rows.is_empty() {
        let header = [("file", 40), ("reason", 60), ("rows", 10)];
        say::data(&format!("\n{}", table::text(header, &rows)));
    }
}

/// What the API will refuse of the rows that come over.
fn show_refusals(refusals: &[Refusal]) {
    let rows: Vec<[String; 5]> = refusals
        .iter()
        .map(|refusal| {
            let field = if refusal.field.is_empty() {
                "the whole"
            } else {
                &refusal.field
            };
            [
                refusal.file.clone(),
                field.to_owned(),
                refusal.message.clone(),
                refusal.rows.to_string(),
                refusal.line.to_string(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let header = [
            ("file", 40),
            ("refused field", 60),
            ("what the API says", 80),
            ("rows", 10),
            ("first line", 10),
        ];
        say::data(&format!("\n{}", table::text(header, &rows)));
    }
}
