-- Windows in which named checks are switched off for clients that are brought over. A window is a
-- lease: it is open while leased_until lies ahead and it has no end, so that checks never stay off by
-- accident. Kept for ever.
create table check_window (
    account bigint not null,
    number bigint not null,
    id uuid not null,
    opened_at bigint not null,
    leased_until bigint not null,
    -- The latest end, however often the lease is renewed.
    ends_at bigint,
    -- Checks, keys, reason and by whom, as JSON of our own with a format number.
    body text collate "C" not null,
    primary key (account, number)
);
-- How a window was closed: by whom and why. A row of its own, so that it is closed once.
create table check_window_end (
    account bigint not null,
    number bigint not null,
    closed_at bigint not null,
    body text collate "C" not null,
    primary key (account, number)
);
