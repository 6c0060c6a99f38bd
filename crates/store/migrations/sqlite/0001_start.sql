-- The first schema. Rules that hold for every table:
-- * `account` (an institution in one environment) is first in every key, so that rows of two
--   accounts never meet and a larger installation can be split by it.
-- * times are microseconds since 1970 in UTC, given by the caller, never by the database;
-- * identifiers are 128 bits made by the caller, in the order of their making (version 7);
-- * yes and no are 1 and 0;
-- * `body`, `data`, `state` and `document` are JSON read and written whole; JSON that is our own
--   carries a format number inside.
-- The folder beside this one holds the same schema for the other database; a test compares them.

-- A firm that uses Usher. Its policy has one history, whatever the number of its accounts.
create table institution (
    id blob not null,
    name text not null,
    created_at integer not null,
    primary key (id),
    constraint institution_id_has_16_bytes check (length(id) = 16)
) strict, without rowid;

-- An institution in one environment: the unit that nothing ever crosses.
create table account (
    account integer not null,
    institution blob not null,
    environment text not null,
    time_zone text not null,
    created_at integer not null,
    primary key (account),
    constraint account_environment_is_demo_or_live check (environment in ('demo', 'live'))
) strict;
create unique index account_is_one_per_environment on account (institution, environment);

-- A key of the API. The secret itself is never stored: only its hash, and a prefix to know it by.
create table api_key (
    account integer not null,
    id blob not null,
    name text not null,
    prefix text not null,
    secret_hash blob not null,
    is_admin integer not null,
    created_at integer not null,
    created_by text not null,
    revoked_at integer,
    primary key (account, id),
    constraint api_key_is_admin_is_yes_or_no check (is_admin in (0, 1))
) strict, without rowid;
create unique index api_key_is_found_by_its_hash on api_key (secret_hash);

-- The policy document of an institution; a version is never changed.
create table config_version (
    institution blob not null,
    number integer not null,
    document text not null,
    created_at integer not null,
    author text not null,
    primary key (institution, number)
) strict;

-- Which version an account works by: the row with the highest sequence.
create table publication (
    account integer not null,
    sequence integer not null,
    number integer not null,
    published_at integer not null,
    author text not null,
    primary key (account, sequence)
) strict, without rowid;

-- A person or company: one aggregate, changed only under its version.
-- `data` is what was collected, as the API returns it; `state` is what the core needs to go on.
create table profile (
    account integer not null,
    id blob not null,
    version integer not null,
    role text not null,
    status text not null,
    category text not null,
    display_name text not null,
    search_key text not null,
    customer_ref text,
    created_at integer not null,
    modified_at integer not null,
    data_version integer not null,
    data text not null,
    state text not null,
    primary key (account, id),
    constraint profile_version_is_positive check (version > 0)
) strict;
create index profile_is_listed_newest_first on profile (account, created_at desc, id desc);
create index profile_is_found_by_customer_ref on profile (account, customer_ref)
    where customer_ref is not null;

-- The folded words by which a profile is found. A search reads a range of tokens.
create table search_token (
    account integer not null,
    token text not null,
    profile_id blob not null,
    primary key (account, token, profile_id)
) strict, without rowid;
create index search_token_is_dropped_by_profile on search_token (account, profile_id);

-- One row per application, for lists only; the profile's `state` is the truth.
create table application (
    account integer not null,
    profile_id blob not null,
    id blob not null,
    product_id blob not null,
    status text not null,
    flag text not null,
    risk_level text,
    hidden integer not null,
    applied_at integer not null,
    changed_at integer not null,
    primary key (account, profile_id, id),
    constraint application_hidden_is_yes_or_no check (hidden in (0, 1))
) strict, without rowid;
create index application_is_listed_newest_first
    on application (account, hidden, applied_at desc, id desc);
create index application_is_listed_by_status
    on application (account, status, hidden, applied_at desc, id desc);

-- One run of a check, with its output.
create table check_run (
    account integer not null,
    profile_id blob not null,
    id blob not null,
    check_type text not null,
    variant_id blob not null,
    state text not null,
    ordered_at integer not null,
    body text not null,
    primary key (account, profile_id, id)
) strict;

-- A version of a task that has expired; the live ones are in the profile's `state`.
create table task_version (
    account integer not null,
    profile_id blob not null,
    id blob not null,
    body text not null,
    primary key (account, profile_id, id)
) strict;

-- A match or an alert that a check or a monitoring service has raised.
create table event (
    account integer not null,
    profile_id blob not null,
    id blob not null,
    created_at integer not null,
    body text not null,
    primary key (account, profile_id, id)
) strict;

-- What people wrote on a task. A deleted note keeps its row, and its text until it is erased.
create table note (
    account integer not null,
    profile_id blob not null,
    task_id blob not null,
    id blob not null,
    created_at integer not null,
    body text not null,
    deleted_at integer,
    primary key (account, profile_id, task_id, id)
) strict;

-- Which profiles name this one as an associate.
create table link (
    account integer not null,
    child_id blob not null,
    parent_id blob not null,
    primary key (account, child_id, parent_id)
) strict, without rowid;

-- What happened, by whom, when and why; only ever added to.
create table audit (
    account integer not null,
    profile_id blob not null,
    id blob not null,
    at integer not null,
    body text not null,
    primary key (account, profile_id, id)
) strict;

-- A receiver of webhooks, with the state of its queue. Whoever holds the lease may deliver.
create table endpoint (
    account integer not null,
    id blob not null,
    url text not null,
    secret text not null,
    events text not null,
    enabled integer not null,
    batching integer not null,
    created_at integer not null,
    next_attempt_at integer not null,
    attempts integer not null,
    stalled_since integer,
    last_processed_at integer,
    lease integer not null,
    lease_until integer not null,
    failures text not null,
    primary key (account, id),
    constraint endpoint_enabled_is_yes_or_no check (enabled in (0, 1)),
    constraint endpoint_batching_is_yes_or_no check (batching in (0, 1))
) strict;
create index endpoint_is_claimed_by_time on endpoint (enabled, next_attempt_at);

-- A message waiting for delivery, one row per endpoint; deleted when delivered.
-- Read in the order of (txn, seq). With one writer, `txn` is 0 and `seq` is the order of commits.
create table message (
    account integer not null,
    endpoint_id blob not null,
    txn integer not null,
    seq integer not null primary key autoincrement,
    id blob not null,
    event text not null,
    at integer not null,
    body text not null
) strict;
create unique index message_is_read_in_order on message (account, endpoint_id, txn, seq);

-- Work to do, one row per key. `due_at` is when it may be claimed; while `lease` is not 0 it is
-- held, and `due_at` is when the lease ends. `revision` counts how often it was asked for.
-- `again_at` is when it was asked for again while it was held.
create table job (
    account integer not null,
    key text not null,
    kind text not null,
    profile_id blob,
    due_at integer not null,
    again_at integer,
    lease integer not null,
    attempts integer not null,
    revision integer not null,
    body text not null,
    last_error text,
    created_at integer not null,
    primary key (account, key),
    constraint job_asked_again_only_while_held check (again_at is null or lease <> 0)
) strict, without rowid;
create index job_is_claimed_by_time on job (kind, due_at);

-- The answer to a request that carried an idempotency key.
create table idempotency (
    account integer not null,
    api_key blob not null,
    key text not null,
    request_hash blob not null,
    status integer not null,
    body text not null,
    created_at integer not null,
    primary key (account, api_key, key)
) strict;
create index idempotency_is_swept_by_age on idempotency (account, created_at);

-- A file or an image of a document; `body` is what else is known of it.
create table file (
    account integer not null,
    profile_id blob not null,
    id blob not null,
    kind text not null,
    name text,
    media_type text not null,
    size_bytes integer not null,
    sha256 blob not null,
    uploaded_at integer not null,
    body text not null,
    primary key (account, profile_id, id),
    constraint file_kind_is_file_or_image check (kind in ('file', 'image')),
    constraint file_sha256_has_32_bytes check (length(sha256) = 32)
) strict;

-- The contents of a file, encrypted, in pieces numbered from 0.
create table file_chunk (
    account integer not null,
    file_id blob not null,
    number integer not null,
    content blob not null,
    primary key (account, file_id, number)
) strict;

-- Who has seen which profile on which day (days since 1970), so that a view is audited once a day.
create table profile_view (
    account integer not null,
    profile_id blob not null,
    viewer text not null,
    day integer not null,
    primary key (account, profile_id, viewer, day)
) strict, without rowid;
