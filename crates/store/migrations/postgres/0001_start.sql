-- The first schema. Rules that hold for every table:
-- * `account` (an institution in one environment) is first in every key, so that rows of two
--   accounts never meet and a larger installation can be split by it.
-- * times are microseconds since 1970 in UTC, given by the caller, never by the database;
-- * identifiers are 128 bits made by the caller, in the order of their making (version 7);
-- * yes and no are 1 and 0;
-- * `body`, `data`, `state` and `document` are JSON read and written whole; JSON that is our own
--   carries a format number inside.
-- Text is compared byte by byte (collate "C"), as in the other database.
-- The folder beside this one holds the same schema for the other database; a test compares them.

-- A firm that uses Usher. Its policy has one history, whatever the number of its accounts.
create table institution (
    id uuid not null,
    name text collate "C" not null,
    created_at bigint not null,
    primary key (id)
);

-- An institution in one environment: the unit that nothing ever crosses.
create table account (
    account bigint not null,
    institution uuid not null,
    environment text collate "C" not null,
    time_zone text collate "C" not null,
    created_at bigint not null,
    primary key (account),
    constraint account_environment_is_demo_or_live check (environment in ('demo', 'live'))
);
create unique index account_is_one_per_environment on account (institution, environment);

-- A key of the API. The secret itself is never stored: only its hash, and a prefix to know it by.
create table api_key (
    account bigint not null,
    id uuid not null,
    name text collate "C" not null,
    prefix text collate "C" not null,
    secret_hash bytea not null,
    is_admin bigint not null,
    created_at bigint not null,
    created_by text collate "C" not null,
    revoked_at bigint,
    primary key (account, id),
    constraint api_key_is_admin_is_yes_or_no check (is_admin in (0, 1))
);
create unique index api_key_is_found_by_its_hash on api_key (secret_hash);

-- The policy document of an institution; a version is never changed.
create table config_version (
    institution uuid not null,
    number bigint not null,
    document text collate "C" not null,
    created_at bigint not null,
    author text collate "C" not null,
    primary key (institution, number)
);

-- Which version an account works by: the row with the highest sequence.
create table publication (
    account bigint not null,
    sequence bigint not null,
    number bigint not null,
    published_at bigint not null,
    author text collate "C" not null,
    primary key (account, sequence)
);

-- A person or company: one aggregate, changed only under its version.
-- `data` is what was collected, as the API returns it; `state` is what the core needs to go on.
create table profile (
    account bigint not null,
    id uuid not null,
    version bigint not null,
    role text collate "C" not null,
    status text collate "C" not null,
    category text collate "C" not null,
    display_name text collate "C" not null,
    search_key text collate "C" not null,
    customer_ref text collate "C",
    created_at bigint not null,
    modified_at bigint not null,
    data_version bigint not null,
    data text collate "C" not null,
    state text collate "C" not null,
    primary key (account, id),
    constraint profile_version_is_positive check (version > 0)
);
create index profile_is_listed_newest_first on profile (account, created_at desc, id desc);
create index profile_is_found_by_customer_ref on profile (account, customer_ref)
    where customer_ref is not null;

-- The folded words by which a profile is found. A search reads a range of tokens.
create table search_token (
    account bigint not null,
    token text collate "C" not null,
    profile_id uuid not null,
    primary key (account, token, profile_id)
);
create index search_token_is_dropped_by_profile on search_token (account, profile_id);

-- One row per application, for lists only; the profile's `state` is the truth.
create table application (
    account bigint not null,
    profile_id uuid not null,
    id uuid not null,
    product_id uuid not null,
    status text collate "C" not null,
    flag text collate "C" not null,
    risk_level text collate "C",
    hidden bigint not null,
    applied_at bigint not null,
    changed_at bigint not null,
    primary key (account, profile_id, id),
    constraint application_hidden_is_yes_or_no check (hidden in (0, 1))
);
create index application_is_listed_newest_first
    on application (account, hidden, applied_at desc, id desc);
create index application_is_listed_by_status
    on application (account, status, hidden, applied_at desc, id desc);

-- One run of a check, with its output.
create table check_run (
    account bigint not null,
    profile_id uuid not null,
    id uuid not null,
    check_type text collate "C" not null,
    variant_id uuid not null,
    state text collate "C" not null,
    ordered_at bigint not null,
    body text collate "C" not null,
    primary key (account, profile_id, id)
);

-- A version of a task that has expired; the live ones are in the profile's `state`.
create table task_version (
    account bigint not null,
    profile_id uuid not null,
    id uuid not null,
    body text collate "C" not null,
    primary key (account, profile_id, id)
);

-- A match or an alert that a check or a monitoring service has raised.
create table event (
    account bigint not null,
    profile_id uuid not null,
    id uuid not null,
    created_at bigint not null,
    body text collate "C" not null,
    primary key (account, profile_id, id)
);

-- What people wrote on a task. A deleted note keeps its row, and its text until it is erased.
create table note (
    account bigint not null,
    profile_id uuid not null,
    task_id uuid not null,
    id uuid not null,
    created_at bigint not null,
    body text collate "C" not null,
    deleted_at bigint,
    primary key (account, profile_id, task_id, id)
);

-- Which profiles name this one as an associate.
create table link (
    account bigint not null,
    child_id uuid not null,
    parent_id uuid not null,
    primary key (account, child_id, parent_id)
);

-- What happened, by whom, when and why; only ever added to.
create table audit (
    account bigint not null,
    profile_id uuid not null,
    id uuid not null,
    at bigint not null,
    body text collate "C" not null,
    primary key (account, profile_id, id)
);

-- A receiver of webhooks, with the state of its queue. Whoever holds the lease may deliver.
create table endpoint (
    account bigint not null,
    id uuid not null,
    url text collate "C" not null,
    secret text collate "C" not null,
    events text collate "C" not null,
    enabled bigint not null,
    batching bigint not null,
    created_at bigint not null,
    next_attempt_at bigint not null,
    attempts bigint not null,
    stalled_since bigint,
    last_processed_at bigint,
    lease bigint not null,
    lease_until bigint not null,
    failures text collate "C" not null,
    primary key (account, id),
    constraint endpoint_enabled_is_yes_or_no check (enabled in (0, 1)),
    constraint endpoint_batching_is_yes_or_no check (batching in (0, 1))
);
create index endpoint_is_claimed_by_time on endpoint (enabled, next_attempt_at);

-- A message waiting for delivery, one row per endpoint; deleted when delivered.
-- Read in the order of (txn, seq), and only where `txn`, the transaction that wrote it, is below
-- every transaction still running: a reader then never overtakes a writer.
create table message (
    account bigint not null,
    endpoint_id uuid not null,
    txn bigint not null,
    seq bigint not null generated always as identity,
    id uuid not null,
    event text collate "C" not null,
    at bigint not null,
    body text collate "C" not null,
    primary key (account, endpoint_id, txn, seq)
);

-- Work to do, one row per key. `due_at` is when it may be claimed; while `lease` is not 0 it is
-- held, and `due_at` is when the lease ends. `revision` counts how often it was asked for.
-- `again_at` is when it was asked for again while it was held.
create table job (
    account bigint not null,
    key text collate "C" not null,
    kind text collate "C" not null,
    profile_id uuid,
    due_at bigint not null,
    again_at bigint,
    lease bigint not null,
    attempts bigint not null,
    revision bigint not null,
    body text collate "C" not null,
    last_error text collate "C",
    created_at bigint not null,
    primary key (account, key),
    constraint job_asked_again_only_while_held check (again_at is null or lease <> 0)
);
create index job_is_claimed_by_time on job (kind, due_at);

-- The answer to a request that carried an idempotency key.
create table idempotency (
    account bigint not null,
    api_key uuid not null,
    key text collate "C" not null,
    request_hash bytea not null,
    status bigint not null,
    body text collate "C" not null,
    created_at bigint not null,
    primary key (account, api_key, key)
);
create index idempotency_is_swept_by_age on idempotency (account, created_at);

-- A file or an image of a document; `body` is what else is known of it.
create table file (
    account bigint not null,
    profile_id uuid not null,
    id uuid not null,
    kind text collate "C" not null,
    name text collate "C",
    media_type text collate "C" not null,
    size_bytes bigint not null,
    sha256 bytea not null,
    uploaded_at bigint not null,
    body text collate "C" not null,
    primary key (account, profile_id, id),
    constraint file_kind_is_file_or_image check (kind in ('file', 'image')),
    constraint file_sha256_has_32_bytes check (length(sha256) = 32)
);

-- The contents of a file, encrypted, in pieces numbered from 0.
create table file_chunk (
    account bigint not null,
    file_id uuid not null,
    number bigint not null,
    content bytea not null,
    primary key (account, file_id, number)
);

-- Who has seen which profile on which day (days since 1970), so that a view is audited once a day.
create table profile_view (
    account bigint not null,
    profile_id uuid not null,
    viewer text collate "C" not null,
    day bigint not null,
    primary key (account, profile_id, viewer, day)
);
