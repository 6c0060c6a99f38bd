//! What is stored: accounts, keys, policy, jobs, webhooks.

use service::Platform;
use service::key_check::{self, Fit};
use store::accounts::AccountRow;
use store::jobs::PARKED;

use super::Finding;
use crate::place::Place;
use crate::trouble::Trouble;
use crate::{clock, installation};

/// Jobs whose last try failed, as many as are looked at in an account.
const FAILED_JOBS_MAX: i64 = 1_000;
/// Reasons of failed jobs that are shown.
const REASONS_SHOWN_MAX: usize = 3;
/// A job that nobody has begun for so long after it was due has nobody to do it, in microseconds.
const OVERDUE_MICROSECONDS_MAX: i64 = 10 * 60 * 1_000_000;

/// Looks at the database; what cannot be read is a finding, too.
pub(super) async fn look(platform: &Platform, place: &Place) -> Vec<Finding> {
    let message = format!("{} opens, its schema is of this version", place.database());
    let mut findings = vec![Finding::well("database", message)];
    match store::accounts::list(&platform.store).await {
        Ok(accounts) if accounts.is_empty() => {
            let hint = "start `usher serve` once: it founds the institution and its accounts";
            findings.push(Finding::wrong("accounts", "there are none", hint));
        }
        Ok(accounts) => {
            findings.push(rows(platform).await.unwrap_or_else(unread));
            findings.extend(key(platform, place).await);
            for account in &accounts {
                let live = account.environment == "live";
                let of =
                    |demo: &'static str, subject: &'static str| if live { subject } else { demo };
                let found = [
                    keys(platform, account, of("keys, demo", "keys, live")).await,
                    policy(platform, account, of("policy, demo", "policy, live")).await,
                    jobs(platform, account, of("jobs, demo", "jobs, live")).await,
                    webhooks(platform, account, of("webhooks, demo", "webhooks, live")).await,
                ];
                findings.extend(found.into_iter().map(|found| found.unwrap_or_else(unread)));
            }
        }
        Err(error) => findings.push(unread(error.into())),
    }
    findings
}

fn unread(trouble: Trouble) -> Finding {
    let hint = "look whether the database is well; a restore from the backup is the last resort";
    Finding::wrong("database", trouble.message, hint)
}

async fn rows(platform: &Platform) -> Result<Finding, Trouble> {
    let counts = store::tables::counts(&platform.store).await?;
    let of = |table: &str| {
        counts
            .iter()
            .find(|(name, _)| name == table)
            .map_or(0, |(_, count)| *count)
    };
    let message = format!(
        "{} profiles, {} applications, {} files, {} audit entries",
        of("profile"),
        of("application"),
        of("file"),
        of("audit")
    );
    Ok(Finding::well("rows", message))
}

/// Whether the encryption key is the right one; a key that is not there is found on the machine.
async fn key(platform: &Platform, place: &Place) -> Option<Finding> {
    const SUBJECT: &str = "encryption key";
    let key = installation::read_key(&place.key_file()).ok().flatten()?;
    Some(match key_check::look(&platform.store, &key).await {
        Ok(Fit::Right) => Finding::well(SUBJECT, "it opens what is stored"),
        Ok(Fit::Unproven) => {
            let hint = "start `usher serve` once: from then on another key is refused";
            Finding::odd(SUBJECT, "nothing is sealed that would prove it", hint)
        }
        Ok(Fit::Wrong) => {
            let trouble = installation::other_key(place);
            Finding::wrong(SUBJECT, trouble.message, trouble.hint.unwrap_or_default())
        }
        Err(failure) => unread(failure.into()),
    })
}

async fn keys(
    platform: &Platform,
    account: &AccountRow,
    subject: &'static str,
) -> Result<Finding, Trouble> {
    let keys = store::keys::list(&platform.store, account.account).await?;
    let in_use: Vec<_> = keys.iter().filter(|key| key.revoked_at.is_none()).collect();
    let admins = in_use.iter().filter(|key| key.is_admin).count();
    let message = format!(
        "{} in use ({admins} may administer), {} revoked",
        in_use.len(),
        keys.len() - in_use.len()
    );
    if admins == 0 {
        let environment = &account.environment;
        let hint = format!("usher keys issue --environment {environment} --admin --name NAME");
        return Ok(Finding::wrong(subject, message, hint));
    }
    Ok(Finding::well(subject, message))
}

async fn policy(
    platform: &Platform,
    account: &AccountRow,
    subject: &'static str,
) -> Result<Finding, Trouble> {
    let Some(current) = store::configs::current(&platform.store, account.account).await? else {
        let hint = match account.environment.as_str() {
            "live" => "publish one to demo, try it, then `usher config promote`",
            _ => "publish one with `usher config publish FILE`",
        };
        return Ok(Finding::odd(subject, "nothing is published", hint));
    };
    let number = current.number;
    Ok(match platform.config(account.institution, number).await {
        Ok(config) if config.warnings.is_empty() => {
            Finding::well(subject, format!("version {number}"))
        }
        Ok(config) => {
            let message = format!(
                "version {number}, with {} warning(s)",
                config.warnings.len()
            );
            Finding::odd(
                subject,
                message,
                "`usher config export` and `usher config check` show them",
            )
        }
        Err(failure) => {
            let hint =
                "publish a document that this version understands: `usher config check FILE`";
            Finding::wrong(
                subject,
                format!("version {number} cannot be used: {failure}"),
                hint,
            )
        }
    })
}

async fn jobs(
    platform: &Platform,
    account: &AccountRow,
    subject: &'static str,
) -> Result<Finding, Trouble> {
    let counts = store::jobs::counts(&platform.store, account.account).await?;
    let failed = store::jobs::failed(&platform.store, account.account, FAILED_JOBS_MAX).await?;
    let parked: Vec<_> = failed.iter().filter(|job| job.due_at == PARKED).collect();
    let total: i64 = counts.iter().map(|(_, count, _)| count).sum();
    let overdue_since = clock::now().as_microsecond() - OVERDUE_MICROSECONDS_MAX;
    let overdue = counts.iter().any(|(_, _, due_at)| *due_at < overdue_since);
    let message = format!(
        "{total} to do, {} failing, {} parked",
        failed.len() - parked.len(),
        parked.len()
    );
    if !parked.is_empty() {
        let mut reasons: Vec<&str> = parked
            .iter()
            .filter_map(|job| job.last_error.as_deref())
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        reasons.truncate(REASONS_SHOWN_MAX);
        let hint = format!(
            "they are tried no more until their profile changes; reasons: {}",
            reasons.join(" | ")
        );
        return Ok(Finding::wrong(subject, message, hint));
    }
    if overdue {
        let hint =
            "nobody works on them: start `usher serve` without --no-workers, or `usher worker`";
        return Ok(Finding::odd(
            subject,
            format!("{message}; some are overdue"),
            hint,
        ));
    }
    if !failed.is_empty() {
        let reason = failed
            .iter()
            .find_map(|job| job.last_error.as_deref())
            .unwrap_or_default();
        let hint = format!("they are tried again by themselves; a reason: {reason}");
        return Ok(Finding::odd(subject, message, hint));
    }
    Ok(Finding::well(subject, message))
}

async fn webhooks(
    platform: &Platform,
    account: &AccountRow,
    subject: &'static str,
) -> Result<Finding, Trouble> {
    let endpoints = store::endpoints::list(&platform.store, account.account).await?;
    let stalled: Vec<_> = endpoints
        .iter()
        .filter(|endpoint| endpoint.stalled_since.is_some())
        .collect();
    let message = format!("{} endpoint(s), {} stalled", endpoints.len(), stalled.len());
    if stalled.is_empty() {
        return Ok(Finding::well(subject, message));
    }
    let hint = "the receivers do not answer with 2xx; GET /admin/webhooks/ID/status has their last failures, \
                POST /admin/webhooks/ID/retry tries at once";
    Ok(Finding::wrong(subject, message, hint))
}
