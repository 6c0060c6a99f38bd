//! The report as one page: no scripts, nothing loaded from elsewhere, fit for paper.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Exception, Input, Report, sections};
use crate::run::{Cause, Difference, Sample};

/// Lines of a table on the page; the JSON and the result files have them all.
const LINES_COUNT_MAX: usize = 1_000;
/// Characters of a value on the page.
const VALUE_CHARS_MAX: usize = 500;

/// Outcomes of rows, in the order of the table, with their headings.
pub(super) const OUTCOMES: [(&str, &str); 7] = [
    ("migrated", "migrated"),
    ("migrated_with_warning", "with warning"),
    ("rejected", "rejected"),
    ("skipped", "skipped"),
    ("failed", "failed"),
    ("waiting", "waiting"),
    ("migrated_before", "before"),
];

pub(super) fn page(report: &Report) -> String {
    let about = &report.about;
    let title = format!("Migration of {}", about.book);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy"
                    content="default-src 'none'; style-src 'unsafe-inline'";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.kind { "Usher migration report" }
                    h1 { (title) }
                    p.sub { (about.account) " · " (about.ended_at) }
                    p.sub {
                        "scope " (about.scope) " · policy " (about.configuration)
                        " · run begun " (about.run_begun_at)
                        " · " (numbered(report.starts_count, "start", "starts"))
                    }
                    (verdict(report))
                }
                main {
                    (totals(report))
                    (differences(report))
                    (rows(report))
                    (sections::reasons(report))
                    (exceptions(report))
                    (sections::windows(report))
                    (sections::evidence(report))
                    (standing(report))
                    (sections::monitoring(report))
                    (samples(&report.samples))
                    (inputs(report))
                    (sections::starts(report))
                    (facts(report))
                }
                footer {
                    p { "This page holds client data. Made by usher " (env!("CARGO_PKG_VERSION")) "." }
                }
            }
        }
    };
    page.into_string()
}

fn verdict(report: &Report) -> Markup {
    let counts = &report.counts;
    html! {
        @if report.is_clean() {
            p.verdict.good role="status" {
                strong { "Reconciled." }
                " " (agreement(report))
            }
        } @else {
            p.verdict.bad role="status" {
                strong { "Not reconciled." }
                " " (disagreement(report))
            }
            dl.tiles {
                (tile("rows failed", report.open_rows().0))
                (tile("rows not sent yet", report.open_rows().1))
                (tile("changed or missing on the server", counts.changed()))
                @if report.looks_for_additions() {
                    (tile("added on the server", counts.added))
                }
                (tile("rows changed since", counts.row_changed))
                (tile("rows gone since", counts.row_gone))
            }
        }
    }
}

/// What stands against a reconciliation.
fn disagreement(report: &Report) -> String {
    let rows =
        |count, what| (count > 0).then(|| format!("{} {what}", numbered(count, "row", "rows")));
    let (failed, waiting) = report.open_rows();
    let open = [rows(failed, "failed"), rows(waiting, "not sent yet")];
    let open: Vec<String> = open.into_iter().flatten().collect();
    let open = if open.is_empty() {
        String::new()
    } else {
        format!("Of what is to come over: {}. ", open.join(", "))
    };
    let counts = &report.counts;
    let differences = match counts.all {
        0 => agreement(report),
        count if count == counts.row_changed + counts.row_gone => format!(
            "{}, all of them in the source: {} changed and {} gone since they were sent. What was sent and \
             what is on the server agree.",
            numbered(count, "difference", "differences"),
            counts.row_changed,
            counts.row_gone,
        ),
        count => format!(
            "{}: what was sent and what is on the server do not agree.",
            numbered(count, "difference", "differences")
        ),
    };
    let window = match report.still_open {
        Some(_) => "The window was not closed: checks may still be off. ",
        None => "",
    };
    format!("{window}{open}{differences}")
}

/// So many of something, in words.
fn numbered(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What may be said when no difference was found, and no more than that.
fn agreement(report: &Report) -> String {
    let totals = &report.totals;
    let is_complete = report.looks_for_additions() && totals.unseen == 0;
    let since = if is_complete {
        ", and nothing was added since"
    } else {
        ""
    };
    let unread = match totals.files_not_given {
        0 => String::new(),
        count => format!(
            "; the content of {}, which the server does not give back, is not known",
            files(count)
        ),
    };
    let others = if report.looks_for_additions() {
        ""
    } else {
        " What others added was not looked for: usher migrate verify does that."
    };
    format!("Everything that was sent is on the server as it was sent{since}{unread}.{others}")
}

/// So many files, in words.
fn files(count: u64) -> String {
    numbered(count, "file", "files")
}

fn tile(name: &str, count: u64) -> Markup {
    html! { div { dt { (name) } dd { (count) } } }
}

fn totals(report: &Report) -> Markup {
    let totals = &report.totals;
    html! {
        section {
            h2 { "What should be there, and what is" }
            div.scroll { table {
                thead { tr { th { "kind" } th.n { "expected" } th.n { "found" } th { "" } } }
                tbody {
                    @for (name, expected, found) in totals.entries() {
                        tr {
                            td { (name) } td.n { (expected) } td.n { (found) }
                            td.whole { @if expected == found { "the same" } @else { strong { "not the same" } } }
                        }
                    }
                }
            } }
            p {
                (files(totals.files_compared))
                @if totals.files_compared == 1 { " was" } @else { " were" }
                " fetched and compared by SHA-256."
                @if totals.files_compared_before > 0 {
                    " " (files(totals.files_compared_before)) " more"
                    @if totals.files_compared_before == 1 { " was" } @else { " were" }
                    " compared by an earlier run and not fetched again."
                }
                @if totals.files_not_given > 0 {
                    " Of " (totals.files_not_given) " more the server does not give the content back."
                }
                @if totals.unseen > 0 {
                    " What was added later to " (totals.unseen)
                    " profiles cannot be told: an older version made them."
                }
            }
        }
    }
}

fn differences(report: &Report) -> Markup {
    let of = |cause: Cause| -> Vec<&Difference> {
        let all = report.differences.iter();
        all.filter(|one| one.cause == cause).collect()
    };
    html! {
        (table_of("Changed or missing on the server", SENT_AND_THERE, &of(Cause::Unknown)))
        (table_of("Added on the server after the run", SENT_AND_THERE, &of(Cause::Added)))
        (table_of("Rows that changed since they were sent", NOW_AND_THERE, &of(Cause::RowChanged)))
        (table_of("Sent, and no longer in the source", THERE_AND_ROW, &of(Cause::RowGone)))
    }
}

/// What the two values of a difference are, by where it comes from.
const SENT_AND_THERE: [&str; 2] = ["sent", "on the server"];
const NOW_AND_THERE: [&str; 2] = ["in the source now", "on the server, as it was sent"];
const THERE_AND_ROW: [&str; 2] = ["on the server", "in the source"];

fn table_of(heading: &str, [one, other]: [&str; 2], differences: &[&Difference]) -> Markup {
    html! {
        @if !differences.is_empty() {
            section {
                h2 { (heading) " " span.count { (differences.len()) } }
                div.scroll { table.wide {
                    thead { tr { th { "client" } th { "what" } th { (one) } th { (other) } th { "profile" } } }
                    tbody {
                        @for one in differences.iter().take(LINES_COUNT_MAX) {
                            tr {
                                th scope="row" { (one.reference) }
                                td { (value(&one.what)) }
                                td { (value(&one.expected)) }
                                td { (value(&one.found)) }
                                td.id { (one.profile) }
                            }
                        }
                    }
                } }
                (rest(differences.len()))
            }
        }
    }
}

fn rest(count: usize) -> Markup {
    html! {
        @if count > LINES_COUNT_MAX {
            p { (count - LINES_COUNT_MAX) " more are in the JSON report." }
        }
    }
}

/// A value cut to a length that a page can bear; an empty one is said to be none.
pub(super) fn value(text: &str) -> Markup {
    let cut: String = text.chars().take(VALUE_CHARS_MAX).collect();
    html! {
        @if text.is_empty() { span.none { "nothing" } }
        @else { (cut) @if cut.len() < text.len() { "…" } }
    }
}

fn rows(report: &Report) -> Markup {
    let is_there = |outcome: &str| report.files.iter().any(|file| file.count(outcome) > 0);
    let columns: Vec<_> = OUTCOMES
        .iter()
        .filter(|(outcome, _)| *outcome != "migrated_before" || is_there(outcome))
        .collect();
    html! {
        section {
            h2 { "Every row of the source" }
            div.scroll { table {
                thead { tr {
                    th { "file" } th.n { "rows" }
                    @for (_, heading) in &columns { th.n { (heading) } }
                } }
                tbody {
                    @for file in &report.files {
                        tr {
                            th.whole scope="row" { (file.file) } td.n { (file.rows) }
                            @for (outcome, _) in &columns { td.n { (file.count(outcome)) } }
                        }
                    }
                }
            } }
            @let lacking = report.totals.companies_lacking_associates;
            @if lacking > 0 {
                p {
                    (numbered(lacking, "company", "companies"))
                    " came over without associates whose rows were rejected: the column lacks of the "
                    "result files names those rows."
                }
            }
            @let doubled = report.totals.doubled;
            @if doubled > 0 {
                p {
                    (numbered(doubled, "client", "clients"))
                    " had profiles on the server already, from elsewhere, and came over all the same "
                    "(--again): doubled.csv in the results names both."
                }
            }
        }
    }
}

fn exceptions(report: &Report) -> Markup {
    html! {
        @if report.exceptions_count > 0 {
            section {
                h2 { "Rows that did not come over " span.count { (report.exceptions_count) } }
                details {
                    summary { "Show them" }
                    div.scroll { table.wide {
                        thead { tr { th { "file" } th.n { "row" } th { "key" } th { "outcome" } th { "why" } } }
                        tbody {
                            @for one in &report.exceptions {
                                tr {
                                    td { (one.file) } td.n { (one.row) } td { (value(&one.key)) }
                                    td { (one.outcome) }
                                    td { (why(one)) }
                                }
                            }
                        }
                    } }
                    @if report.exceptions_count > report.exceptions.len() as u64 {
                        p { "The rest is in the result files." }
                    }
                }
            }
        }
    }
}

/// Why a row did not come over: its reasons, and what was said of it.
fn why(one: &Exception) -> Markup {
    html! {
        @if one.error.is_empty() || !one.reasons.is_empty() { (value(&one.reasons)) }
        @if !one.error.is_empty() && !one.reasons.is_empty() { br; }
        @if !one.error.is_empty() { (value(&one.error)) }
    }
}

fn standing(report: &Report) -> Markup {
    let counts = &report.standing.counts;
    html! {
        @if !counts.is_empty() {
            section {
                h2 { "Where the applications stand" }
                div.scroll { table.wide {
                    thead { tr { th { "product" } th { "status" } th { "flag" } th.n { "applications" } } }
                    tbody {
                        @for ([product, status, flag], count) in counts {
                            tr { td { (product) } td { (status) } td { (flag) } td.n { (count) } }
                        }
                    }
                } }
                @if !report.moved.is_empty() {
                    h3 { "Moved since the run " span.count { (report.moved_count) } }
                    p { "No difference: the work that went on after the migration." }
                    div.scroll { table {
                        thead { tr { th { "client" } th { "when the run ended" } th { "now" } } }
                        tbody {
                            @for one in report.moved.iter().take(LINES_COUNT_MAX) {
                                tr { th scope="row" { (one.reference) } td { (value(&one.before)) } td { (value(&one.now)) } }
                            }
                        }
                    } }
                    (rest(report.moved.len()))
                }
            }
        }
    }
}

fn samples(samples: &[Sample]) -> Markup {
    html! {
        @if !samples.is_empty() {
            section {
                h2 { "Samples, field by field" }
                @for sample in samples {
                    details {
                        summary { (sample.reference) " " span.id { (sample.profile) } }
                        div.scroll { table {
                            thead { tr { th { "field" } th { "source" } th { "server" } } }
                            tbody {
                                @for [field, sent, found] in &sample.fields {
                                    tr { td { (field) } td { (value(sent)) } td { (value(found)) } }
                                }
                            }
                        } }
                    }
                }
            }
        }
    }
}

fn inputs(report: &Report) -> Markup {
    let said = |input: &Input| match input.is_as_run {
        Some(true) => "as it was brought over",
        Some(false) => "changed since it was brought over",
        None => "",
    };
    html! {
        section {
            h2 { "What was read" }
            div.scroll { table.wide {
                thead { tr { th { "file" } th.n { "rows" } th.n { "bytes" } th { "" } th { "SHA-256" } } }
                tbody {
                    @for input in &report.inputs {
                        tr {
                            th scope="row" { (input.file) }
                            td.n { @if let Some(rows) = input.rows { (rows) } }
                            td.n { (input.bytes) }
                            td { (said(input)) }
                            td.id { (input.sha256) }
                        }
                    }
                }
            } }
        }
    }
}

fn facts(report: &Report) -> Markup {
    let about = &report.about;
    let not_known = "the server does not tell";
    html! {
        section {
            h2 { "About this report" }
            dl.facts {
                dt { "account" } dd { (about.account) }
                dt { "reached at" } dd { (about.addresses) }
                dt { "API key" } dd { (about.key_name.as_deref().unwrap_or(not_known)) }
                dt { "policy" } dd { (about.configuration) }
                dt { "scope" } dd { (about.scope) }
                dt { "run" } dd.id { (about.run) }
                dt { "command" } dd { "usher migrate " (about.command) ", version " (env!("CARGO_PKG_VERSION")) }
                dt { "run first begun" } dd { (about.run_begun_at) }
                dt { "this look" } dd { (about.begun_at) " to " (about.ended_at) }
            }
        }
    }
}

const STYLE: &str = "
:root { color-scheme: light; --ink: #1b2430; --soft: #5a6675; --line: #d9dee5; --back: #f6f7f9;
  --good: #17643a; --good-back: #e5f4ea; --bad: #8f1d1d; --bad-back: #fcebea; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.5rem 3rem; color: var(--ink); background: #fff;
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.2rem 0 .6rem; font-size: 1.15rem; }
h3 { margin: 1.4rem 0 .3rem; font-size: 1rem; }
p { margin: .4rem 0; }
.kind { color: var(--soft); text-transform: uppercase; letter-spacing: .08em; font-size: .75rem; }
.sub { color: var(--soft); overflow-wrap: anywhere; }
.verdict { margin: 1.2rem 0; padding: .8rem 1rem; border-radius: .4rem; border-left: .3rem solid; }
.good { color: var(--good); background: var(--good-back); }
.bad { color: var(--bad); background: var(--bad-back); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .8rem; margin: 0; }
.tiles div { padding: .7rem .9rem; background: var(--back); border-radius: .4rem; display: flex;
  flex-direction: column-reverse; justify-content: flex-end; }
.tiles dd { margin: 0; font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.count { color: var(--soft); font-weight: 400; font-size: .9em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .38rem .7rem .38rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; min-width: 4rem; }
thead th { color: var(--soft); font-weight: 500; white-space: nowrap; }
tbody th { font-weight: 600; }
.whole { white-space: nowrap; overflow-wrap: normal; }
.words { overflow-wrap: normal; }
.pair { max-width: 36rem; }
.pair th { font-weight: 400; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.n + td, .n + th:not(.n) { padding-left: 1.2rem; }
.id { font: .78rem/1.6 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; color: var(--soft); }
.none { color: var(--soft); font-style: italic; }
details { border-bottom: 1px solid var(--line); }
summary { padding: .5rem 0; cursor: pointer; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.5rem; margin: 0; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 3rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 40rem) {
  body { padding: 1.2rem 1rem 2rem; }
  h1 { font-size: 1.5rem; }
  .wide { min-width: 46rem; }
  .middle { min-width: 34rem; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .6rem; }
}
@media print {
  .wide, .middle { min-width: 0; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .scroll { overflow: visible; }
  thead { display: table-header-group; }
  tr, .verdict { break-inside: avoid; }
  h2 { break-after: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
";
