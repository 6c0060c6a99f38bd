-- Lists of names to screen against. They belong to an institution: its accounts share them.

-- Where a list comes from.
create table list_source (
    institution uuid not null,
    name text collate "C" not null,
    -- How its publications are written; empty where each is looked at.
    format text collate "C" not null,
    -- Where it is fetched from, and how often; none where people load it.
    address text collate "C",
    every_seconds bigint,
    created_at bigint not null,
    -- What the last fetch has brought, as JSON of our own with a format number.
    body text collate "C" not null,
    primary key (institution, name),
    constraint list_source_is_fetched_from_somewhere
        check (every_seconds is null or address is not null)
);

-- One publication of a list, as it was read; never changed.
create table list_snapshot (
    institution uuid not null,
    source text collate "C" not null,
    -- Counts the source's snapshots, from 1.
    number bigint not null,
    id uuid not null,
    publication text collate "C" not null,
    -- Of the bytes as published.
    sha256 bytea not null,
    loaded_at bigint not null,
    loaded_by text collate "C" not null,
    -- How many are listed.
    entries bigint not null,
    -- Pieces of its contents, and their bytes together.
    pieces bigint not null,
    size_bytes bigint not null,
    -- Counts, problems and why it was taken though smaller, as JSON of our own with a format number.
    body text collate "C" not null,
    primary key (institution, source, number),
    constraint list_snapshot_sha256_has_32_bytes check (length(sha256) = 32)
);
create unique index list_snapshot_is_found_by_id on list_snapshot (institution, id);

-- The contents of a snapshot, in pieces numbered from 0. They are written before its row: pieces
-- without one are of a load that did not end.
create table list_piece (
    institution uuid not null,
    snapshot_id uuid not null,
    number bigint not null,
    content bytea not null,
    primary key (institution, snapshot_id, number)
);

-- Which snapshot a source is screened with from then on: for each source the row with the highest
-- sequence counts. Kept for ever, so that a sequence says what all lists were at that time.
create table list_swap (
    institution uuid not null,
    sequence bigint not null,
    source text collate "C" not null,
    -- None: the source was taken away.
    number bigint,
    at bigint not null,
    body text collate "C" not null,
    primary key (institution, sequence)
);
create index list_swap_is_found_by_source on list_swap (institution, source, sequence);

-- What a screening was asked, against which lists, and what it answered: all that is needed to do it
-- again. Kept for ever.
create table screening (
    account bigint not null,
    profile_id uuid not null,
    check_id uuid not null,
    at bigint not null,
    body text collate "C" not null,
    primary key (account, profile_id, check_id)
);
create index screening_is_found_by_check on screening (account, check_id);
