//! Jobs: work to do outside of a request, one row per key.
//!
//! A job is *enqueued*, *claimed* under a lease, and *finished* or *retried* under `Guard::Job`
//! with that lease. If the holder dies, the lease ends by itself and another may claim the job; a
//! late write of the first is then refused. Enqueueing a key that exists makes it one piece of
//! work: due at the earlier time, with the newer body. Enqueueing a key that is held makes it run
//! once more after its holder is done.

use crate::commit::{Commit, Guard, Write};
use crate::endpoints;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Batch, Statement, Table};
use crate::store::{Engine, Store};
use crate::value::{Kind, Value};

/// The due time of a job that is not tried again until somebody asks for it.
pub const PARKED: i64 = i64::MAX;

/// How many jobs one claim may take.
pub const CLAIM_JOBS_MAX: i64 = 1_000;

/// What is asked for: one piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// The account.
    pub account: i64,
    /// What tells it from other work of the account; begins with the kind by custom.
    pub key: String,
    /// Which worker does it.
    pub kind: String,
    /// The profile it is about.
    pub profile_id: Option<u128>,
    /// When it may begin, in microseconds.
    pub due_at: i64,
    /// What the worker needs, as JSON.
    pub body: String,
    /// Now, in microseconds.
    pub created_at: i64,
}

/// A job that was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The account.
    pub account: i64,
    /// What tells it from other work of the account.
    pub key: String,
    /// Which worker does it.
    pub kind: String,
    /// The profile it is about.
    pub profile_id: Option<u128>,
    /// The token that proves who holds it; 0 when nobody does.
    pub lease: i64,
    /// When it is due or, while held, when the lease ends, in microseconds.
    pub due_at: i64,
    /// How often it was begun since it was last asked for.
    pub attempts: i64,
    /// How often it was asked for.
    pub revision: i64,
    /// What the worker needs, as JSON.
    pub body: String,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was first asked for, in microseconds.
    pub created_at: i64,
}

/// What a worker asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Now, in microseconds.
    pub now: i64,
    /// The kinds of jobs it can do, the more urgent ones first.
    pub kinds: Vec<String>,
    /// How many jobs at most.
    pub limit: i64,
    /// How long it may hold them, in microseconds.
    pub lease_microseconds: i64,
}

static NEW: Table = Table {
    name: "job",
    key: &["account", "key"],
    columns: &[
        ("account", Kind::Integer),
        ("key", Kind::Text),
        ("kind", Kind::Text),
        ("profile_id", Kind::Uuid),
        ("due_at", Kind::Integer),
        ("body", Kind::Text),
        ("created_at", Kind::Integer),
        ("lease", Kind::Integer),
        ("attempts", Kind::Integer),
        ("revision", Kind::Integer),
    ],
};

static ENQUEUE: Statement = Statement::upsert_with(
    "job.enqueue",
    &NEW,
    "due_at = case when job.lease = 0 and excluded.due_at < job.due_at then excluded.due_at
            else job.due_at end,
        again_at = case when job.lease = 0 then null
            when job.again_at < excluded.due_at then job.again_at else excluded.due_at end,
        attempts = case when job.lease = 0 then 0 else job.attempts end,
        last_error = null,
        revision = job.revision + 1,
        profile_id = excluded.profile_id,
        body = excluded.body",
);
static BEGIN: Statement = Statement::insert("job.begin", &NEW);
static RESCHEDULE: Statement = Statement::upsert_with(
    "job.reschedule",
    &NEW,
    "due_at = case when job.lease = 0 then excluded.due_at else job.due_at end,
        again_at = case when job.lease = 0 then null else excluded.due_at end,
        attempts = case when job.lease = 0 then 0 else job.attempts end,
        last_error = null,
        revision = job.revision + 1,
        profile_id = excluded.profile_id,
        body = excluded.body",
);
static CANCEL: Statement = Statement::change(
    "job.cancel",
    "delete from job where account = $1 and key = $2 and lease = 0",
);
static FINISH: Statement = Statement::change_each(
    "job.finish",
    "delete from job where account = $1 and key = $2 and lease = $3 and revision = $4",
    "delete from job where account = $1 and key = $2 and lease = $3 and revision = $4",
    Some(Batch {
        postgres: "delete from job as old_row using unnest($1::bigint[], $2::text[], $3::bigint[],
        $4::bigint[]) as new_row(account, key, lease, revision)
     where old_row.account = new_row.account and old_row.key = new_row.key
        and old_row.lease = new_row.lease and old_row.revision = new_row.revision",
        kinds: &[Kind::Integer, Kind::Text, Kind::Integer, Kind::Integer],
    }),
);
static RELEASE: Statement = Statement::change_each(
    "job.release",
    "update job set lease = 0, due_at = coalesce(again_at, 0), again_at = null, attempts = 0
     where account = $1 and key = $2 and lease = $3",
    "update job set lease = 0, due_at = coalesce(again_at, 0), again_at = null, attempts = 0
     where account = $1 and key = $2 and lease = $3",
    Some(Batch {
        postgres: "update job as old_row set lease = 0, due_at = coalesce(old_row.again_at, 0),
        again_at = null, attempts = 0
     from unnest($1::bigint[], $2::text[], $3::bigint[]) as new_row(account, key, lease)
     where old_row.account = new_row.account and old_row.key = new_row.key
        and old_row.lease = new_row.lease",
        kinds: &[Kind::Integer, Kind::Text, Kind::Integer],
    }),
);
static RETRY: Statement = Statement::change(
    "job.retry",
    "update job set lease = 0, last_error = $5,
        due_at = case when again_at < $4 then again_at else $4 end, again_at = null
     where account = $1 and key = $2 and lease = $3",
);
static EXTEND: Statement = Statement::change(
    "job.extend",
    "update job set due_at = $4 where account = $1 and key = $2 and lease = $3",
);
static RELEASE_ALL: Statement = Statement::change(
    "job.release_all",
    "update job set lease = 0, due_at = 0, again_at = null where lease <> 0",
)
.across_accounts("a process that was killed held jobs of all accounts");
static CLAIM: Statement = Statement::claim(
    "job.claim",
    "update job set lease = $1, due_at = $2, attempts = attempts + 1, again_at = null
     where (account, key) in (
        select account, key from job where kind = $3 and due_at <= $4 order by due_at limit $5)
     returning account, key, kind, profile_id, lease, due_at, attempts, revision, body, last_error,
        created_at",
    "update job set lease = $1, due_at = $2, attempts = job.attempts + 1, again_at = null
     from (select account, key from job where kind = $3 and due_at <= $4
        order by due_at limit $5 for update skip locked) as due
     where job.account = due.account and job.key = due.key
     returning job.account, job.key, job.kind, job.profile_id, job.lease, job.due_at,
        job.attempts, job.revision, job.body, job.last_error, job.created_at",
)
.across_accounts("workers serve all accounts; each job names its own");
static LOAD: Statement = Statement::select(
    "job.load",
    "select account, key, kind, profile_id, lease, due_at, attempts, revision, body, last_error,
        created_at
     from job where account = $1 and key = $2",
);
static NEXT_DUE: Statement = Statement::select(
    "job.next_due",
    "select min(due_at) as due_at from job where kind = $1",
)
.across_accounts("workers serve all accounts; only a time is read");
static COUNTS: Statement = Statement::select(
    "job.counts",
    "select kind, count(*) as count, min(due_at) as due_at from job
     where account = $1 group by kind order by kind",
);
static FAILED: Statement = Statement::select(
    "job.failed",
    "select account, key, kind, profile_id, lease, due_at, attempts, revision, body, last_error,
        created_at
     from job where account = $1 and last_error is not null order by key limit $2",
);

pub(crate) static STATEMENTS: &[&Statement] = &[
    &ENQUEUE,
    &BEGIN,
    &RESCHEDULE,
    &CANCEL,
    &FINISH,
    &RELEASE,
    &RETRY,
    &EXTEND,
    &RELEASE_ALL,
    &CLAIM,
    &LOAD,
    &NEXT_DUE,
    &COUNTS,
    &FAILED,
];

impl Store {
    /// Takes jobs that are due, kind after kind, the longest due first. Nobody else can claim
    /// them until the lease ends.
    pub async fn claim(&self, claim: Claim) -> Result<Vec<Job>, Error> {
        let lease = fresh_lease();
        let ends_at = claim.now.saturating_add(claim.lease_microseconds);
        let limit = claim.limit.clamp(0, CLAIM_JOBS_MAX);
        let mut jobs: Vec<Job> = Vec::new();
        for kind in &claim.kinds {
            let room = limit - i64::try_from(jobs.len()).unwrap_or(limit);
            if room <= 0 {
                break;
            }
            let values = vec![
                lease.into(),
                ends_at.into(),
                kind.into(),
                claim.now.into(),
                room.into(),
            ];
            match self.take(&CLAIM, values).await {
                Ok(rows) => {
                    for row in &rows {
                        jobs.push(read(row)?);
                    }
                }
                // What was claimed already is worth more than the error, which will come again.
                Err(_) if !jobs.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(jobs)
    }
}

/// A token that nobody else has: positive and random.
pub(crate) fn fresh_lease() -> i64 {
    rand::random_range(1..=i64::MAX)
}

/// Asks for work; see the module for what happens when the key exists.
pub fn enqueue(job: &NewJob) -> Write {
    Write::new(&ENQUEUE, values(job))
}

/// Asks for work and takes it in the same commit, so that nobody needs to claim it: once the commit
/// is made, the caller holds the job until the time given. Only for keys that cannot exist yet: the
/// commit fails if it does.
pub fn begin(job: &NewJob, ends_at: i64) -> (Write, Job) {
    let held = Job {
        account: job.account,
        key: job.key.clone(),
        kind: job.kind.clone(),
        profile_id: job.profile_id,
        lease: fresh_lease(),
        due_at: ends_at,
        attempts: 1,
        revision: 1,
        body: job.body.clone(),
        last_error: None,
        created_at: job.created_at,
    };
    let values = vec![
        held.account.into(),
        (&held.key).into(),
        (&held.kind).into(),
        held.profile_id.into(),
        held.due_at.into(),
        (&held.body).into(),
        held.created_at.into(),
        held.lease.into(),
        held.attempts.into(),
        held.revision.into(),
    ];
    (Write::new(&BEGIN, values), held)
}

/// Sets when a keyed piece of work is due, earlier or later than before.
pub fn reschedule(job: &NewJob) -> Write {
    Write::new(&RESCHEDULE, values(job))
}

/// Drops a piece of work that nobody holds.
pub fn cancel(account: i64, key: &str) -> Write {
    Write::new(&CANCEL, vec![account.into(), key.into()])
}

/// The job is still ours.
pub fn guard(job: &Job) -> Guard {
    Guard::Job {
        account: job.account,
        key: job.key.clone(),
        lease: job.lease,
    }
}

/// The work is done: the job is deleted or, if it was asked for again meanwhile, due again. Goes
/// with `guard`, and before a `reschedule` of the same key in the same commit.
pub fn finish(job: &Job) -> Vec<Write> {
    let held = || vec![job.account.into(), (&job.key).into(), job.lease.into()];
    let mut as_claimed = held();
    as_claimed.push(job.revision.into());
    vec![
        Write::new(&FINISH, as_claimed),
        Write::new(&RELEASE, held()),
    ]
}

/// The work failed: the job is due again at this time (or `PARKED`), or when it was asked for
/// again, if that is earlier. The reason must hold no personal data. Goes with `guard`.
pub fn retry(job: &Job, due_at: i64, reason: &str) -> Write {
    let values = vec![
        job.account.into(),
        (&job.key).into(),
        job.lease.into(),
        due_at.into(),
        reason.into(),
    ];
    Write::new(&RETRY, values)
}

/// Frees every job and every webhook endpoint that a killed process held, so that work goes on at
/// once instead of when the leases end. Only for a SQLite database of which the caller knows that
/// no other process is at work on it; on PostgreSQL other nodes hold leases too, so it is refused.
pub async fn release_all(store: &Store) -> Result<(), Error> {
    if store.engine() != Engine::Sqlite {
        return Err(Error::refused(
            "leases on PostgreSQL may be held by other nodes; they end by themselves",
        ));
    }
    let commit = Commit::new()
        .write(Write::new(&RELEASE_ALL, Vec::new()))
        .write(endpoints::release_all());
    store.commit(commit).await
}

/// Holds the job for longer. Goes with `guard`.
pub fn extend(job: &Job, ends_at: i64) -> Write {
    let values = vec![
        job.account.into(),
        (&job.key).into(),
        job.lease.into(),
        ends_at.into(),
    ];
    Write::new(&EXTEND, values)
}

/// One job, held or not.
pub async fn load(store: &Store, account: i64, key: &str) -> Result<Option<Job>, Error> {
    store
        .query(&LOAD, vec![account.into(), key.into()])
        .await?
        .first()
        .map(read)
        .transpose()
}

/// When the next job of these kinds is due (or its lease ends), in microseconds.
pub async fn next_due(store: &Store, kinds: &[String]) -> Result<Option<i64>, Error> {
    let mut earliest: Option<i64> = None;
    for kind in kinds {
        let rows = store.query(&NEXT_DUE, vec![kind.into()]).await?;
        for row in &rows {
            let due_at = row.optional_integer("due_at")?;
            earliest = [earliest, due_at].into_iter().flatten().min();
        }
    }
    Ok(earliest)
}

/// How many jobs of each kind an account has, and when the first of them is due.
pub async fn counts(store: &Store, account: i64) -> Result<Vec<(String, i64, i64)>, Error> {
    let rows = store.query(&COUNTS, vec![account.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok((
                row.text("kind")?,
                row.integer("count")?,
                row.integer("due_at")?,
            ))
        })
        .collect()
}

/// Jobs whose last attempt failed.
pub async fn failed(store: &Store, account: i64, limit: i64) -> Result<Vec<Job>, Error> {
    store
        .query(&FAILED, vec![account.into(), limit.into()])
        .await?
        .iter()
        .map(read)
        .collect()
}

fn values(job: &NewJob) -> Vec<Value> {
    vec![
        job.account.into(),
        (&job.key).into(),
        (&job.kind).into(),
        job.profile_id.into(),
        job.due_at.into(),
        (&job.body).into(),
        job.created_at.into(),
        0_i64.into(),
        0_i64.into(),
        1_i64.into(),
    ]
}

fn read(row: &Row) -> Result<Job, Error> {
    Ok(Job {
        account: row.integer("account")?,
        key: row.text("key")?,
        kind: row.text("kind")?,
        profile_id: row.optional_uuid("profile_id")?,
        lease: row.integer("lease")?,
        due_at: row.integer("due_at")?,
        attempts: row.integer("attempts")?,
        revision: row.integer("revision")?,
        body: row.text("body")?,
        last_error: row.optional_text("last_error")?,
        created_at: row.integer("created_at")?,
    })
}
