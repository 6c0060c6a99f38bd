//! Parts of the page beyond the comparison: how the run went, and under which conditions.

use maud::{Markup, html};

use super::Report;
use super::html::{OUTCOMES, value};
use crate::numbered;

/// Why rows came over with a warning, or not at all.
pub(super) fn reasons(report: &Report) -> Markup {
    let heading = |outcome: &str| {
        let known = OUTCOMES.iter().find(|(name, _)| *name == outcome);
        known.map_or(outcome.to_owned(), |(_, heading)| (*heading).to_owned())
    };
    html! {
        @if !report.reasons.is_empty() {
            section {
                h2 { "Why rows came over with a warning, or not at all" }
                p { "Codes as in the result files. A row may have several. The mapping decides what rejects a row." }
                div.scroll { table.cards {
                    thead { tr { th { "reason" } th.n { "rows" } th { "outcome" } th { "file" } } }
                    tbody {
                        @for one in &report.reasons {
                            tr {
                                th scope="row" { (value(&one.reason)) }
                                td.n data-is="rows" { (one.rows) }
                                td.words data-is="outcome" { (heading(one.outcome)) }
                                td data-is="file" { (one.file) }
                            }
                        }
                    }
                } }
            }
        }
    }
}

/// Which checks were switched off for the run's clients, when, by whom and why.
pub(super) fn windows(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Checks switched off" }
            @if let Some(why) = &report.still_open {
                p { strong { "The window was not closed: " } (value(why)) }
            }
            @if !report.has_own_windows {
                p { "An older version of the tool did not write down which windows the run opened." }
            }
            @if report.windows.is_empty() {
                @if report.has_own_windows {
                    p { "This run opened no window." }
                }
            } @else {
                p {
                    "While such a window was open, these checks were not started for the clients that came "
                    "over. For everybody else they were on."
                }
                div.scroll { table.cards {
                    thead { tr { th { "checks" } th { "opened" } th { "closed" } th { "reason" } th { "window" } } }
                    tbody {
                        @for one in &report.windows {
                            tr {
                                th.words scope="row" { (one.checks.join(", ")) }
                                td data-is="opened" { (one.opened) }
                                td data-is="closed" {
                                    @if let Some(closed) = &one.closed { (closed) }
                                    @else { strong { "not known to be closed" } }
                                }
                                td data-is="reason" { (value(&one.reason)) }
                                td.id data-is="window" { (one.id) }
                            }
                        }
                    }
                } }
            }
        }
    }
}

/// What became of the old system's decisions.
pub(super) fn evidence(report: &Report) -> Markup {
    let counts = &report.totals.evidence;
    html! {
        @if counts.all() > 0 {
            section {
                h2 { "Decisions of the old system " span.count { (counts.all()) } }
                div.scroll { table.pair {
                    tbody {
                        (line("sent and answered", counts.sent()))
                        (line("accepted as the pass of a task", counts.passes))
                        (line("accepted as a note on a task", counts.notes))
                        (line("refused", counts.refused))
                        (line("not needed: the task had passed by itself", counts.not_needed))
                        (line("not sent: the client has no task for it", counts.without_task))
                        (line("not sent yet, or without an answer", counts.waiting))
                    }
                } }
            }
        }
    }
}

/// Whom data providers go on watching.
pub(super) fn monitoring(report: &Report) -> Markup {
    let (monitored, others) = report.totals.monitored;
    html! {
        section {
            h2 { "Ongoing monitoring" }
            div.scroll { table.pair {
                tbody {
                    (line("customers under ongoing monitoring", monitored))
                    (line("customers whom no data provider monitors", others))
                }
            } }
        }
    }
}

fn line(what: &str, count: u64) -> Markup {
    html! { tr { th scope="row" { (what) } td.n { (count) } } }
}

/// Every start of the run.
pub(super) fn starts(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Starts of the run " span.count { (report.starts_count) } }
            @if report.starts.is_empty() {
                p { "An older version of the tool did not write them down." }
            } @else {
                div.scroll { table.cards {
                    thead { tr { th.n { "no." } th { "begun" } th { "ended" } th { "outcome" } th { "usher" } } }
                    tbody {
                        @for one in &report.starts {
                            tr {
                                td.n data-is="no." { (one.number) }
                                td data-is="begun" { (one.begun_at) }
                                td data-is="ended" {
                                    @if let Some(ended) = &one.ended_at { (ended) }
                                    @else { "no end on record: killed or cut off" }
                                }
                                td data-is="outcome" {
                                    (one.outcome.as_deref().unwrap_or(""))
                                    @if let Some(count) = one.only_clients { " (test with " (numbered(count, "client", "clients")) ")" }
                                }
                                td data-is="usher" { (one.tool) }
                            }
                        }
                    }
                } }
                @if report.starts_count > report.starts.len() as u64 {
                    p { "These are the latest." }
                }
            }
        }
    }
}
