//! The report as one page: no scripts, nothing loaded from elsewhere, fit for paper.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Exception, Input, Report, sections};
use crate::numbered;
use crate::run::{Cause, Difference, Sample};

/// The look of the page, which is part of it.
const STYLE: &str = include_str!("page.css");
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
                @if counts.product_left > 0 {
                    (tile("products no longer named", counts.product_left))
                }
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
        count if count == counts.of_source() => format!(
            "{}, all of them in the source: {} changed and {} gone since they were sent{}. What was sent and \
             what is on the server agree.",
            numbered(count, "difference", "differences"),
            counts.row_changed,
            counts.row_gone,
            match counts.product_left {
                0 => String::new(),
                left => format!(
                    ", {} that rows no longer name",
                    numbered(
                        left,
                        "application for a product",
                        "applications for products"
                    )
                ),
            },
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

/// What may be said when no difference was found, and no more than that.
fn agreement(report: &Report) -> String {
    let totals = &report.totals;
    let is_complete =
        report.looks_for_additions() && totals.unseen == 0 && report.unlisted.is_none();
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
                    " What was added later to " (numbered(totals.unseen, "profile", "profiles"))
                    " cannot be told: an older version made "
                    @if totals.unseen == 1 { "it." } @else { "them." }
                }
                @if let Some(why) = &report.unlisted {
                    " Second profiles of the clients were not looked for: " (why) "."
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
        (table_of(
            "Applications for products that rows no longer name: a person decides whether they end",
            NOW_AND_THERE,
            &of(Cause::ProductLeft)
        ))
    }
}

/// What the two values of a difference are, by where it comes from.
const SENT_AND_THERE: [&str; 2] = ["sent", "on the server"];
const NOW_AND_THERE: [&str; 2] = ["in the source now", "on the server, as it was sent"];
const THERE_AND_ROW: [&str; 2] = ["on the server", "in the source"];

fn table_of(heading: &str, [first, second]: [&str; 2], differences: &[&Difference]) -> Markup {
    html! {
        @if !differences.is_empty() {
            section {
                h2 { (heading) " " span.count { (differences.len()) } }
                div.scroll { table.cards {
                    thead { tr { th { "client" } th { "what" } th { (first) } th { (second) } th { "profile" } } }
                    tbody {
                        @for one in differences.iter().take(LINES_COUNT_MAX) {
                            tr {
                                th.whole scope="row" { (one.reference) }
                                td data-is="what" { (value(&one.what)) }
                                td.free data-is=(first) { (value(&one.expected)) }
                                td.free data-is=(second) { (value(&one.found)) }
                                td.id data-is="profile" { (one.profile) }
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
            p { (numbered(count - LINES_COUNT_MAX, "more is", "more are")) " in the JSON report." }
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
            div.scroll { table.cards {
                thead { tr {
                    th { "file" } th.n { "rows" }
                    @for (_, heading) in &columns { th.n { (heading) } }
                } }
                tbody {
                    @for file in &report.files {
                        tr {
                            th.whole scope="row" { (file.file) } td.n data-is="rows" { (file.rows) }
                            @for (outcome, heading) in &columns {
                                td.n data-is=(heading) { (file.count(outcome)) }
                            }
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
                    "(--again): doubled.csv in the results has them with those profiles."
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
                    p {
                        "A row is counted from 1 below the header; its line is the line of the file on which it "
                        "begins. They differ by the header, and more where a cell has line breaks."
                    }
                    div.scroll { table.cards {
                        thead { tr {
                            th { "file" } th.n { "row" } th.n { "line" } th { "key" } th { "outcome" } th { "why" }
                        } }
                        tbody {
                            @for one in &report.exceptions {
                                tr {
                                    th.whole scope="row" { (one.file) }
                                    td.n data-is="row" { (one.row) } td.n data-is="line" { (one.line) }
                                    td.whole data-is="key" { (value(&one.key)) }
                                    td data-is="outcome" { (one.outcome) }
                                    td.free data-is="why" { (why(one)) }
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
                div.scroll { table.cards {
                    thead { tr { th { "product" } th { "status" } th { "flag" } th.n { "applications" } } }
                    tbody {
                        @for ([product, status, flag], count) in counts {
                            tr {
                                th scope="row" { (product) } td data-is="status" { (status) }
                                td data-is="flag" { (flag) } td.n data-is="applications" { (count) }
                            }
                        }
                    }
                } }
                @if !report.moved.is_empty() {
                    h3 { "Moved since the run " span.count { (report.moved_count) } }
                    p { "No difference: the work that went on after the migration." }
                    div.scroll { table.cards {
                        thead { tr { th { "client" } th { "when the run ended" } th { "now" } } }
                        tbody {
                            @for one in report.moved.iter().take(LINES_COUNT_MAX) {
                                tr {
                                    th.whole scope="row" { (one.reference) }
                                    td.free data-is="when the run ended" { (value(&one.before)) }
                                    td.free data-is="now" { (value(&one.now)) }
                                }
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
                        div.scroll { table.cards {
                            thead { tr {
                                th { "field" } th { "in the source" } th { "sent" } th { "on the server" }
                            } }
                            tbody {
                                @for one in &sample.fields {
                                    tr {
                                        th scope="row" { (one.path) }
                                        td.free data-is="in the source" { (one.source) }
                                        td.free data-is="sent" { (value(&one.sent)) }
                                        td.free data-is="on the server" { (value(&one.found)) }
                                    }
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
            div.scroll { table.cards {
                thead { tr { th { "file" } th.n { "rows" } th.n { "bytes" } th { "" } th { "SHA-256" } } }
                tbody {
                    @for input in &report.inputs {
                        tr {
                            th scope="row" { (input.file) }
                            td.n data-is="rows" { @if let Some(rows) = input.rows { (rows) } }
                            td.n data-is="bytes" { (input.bytes) }
                            td { (said(input)) }
                            td.id data-is="SHA-256" { (input.sha256) }
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
