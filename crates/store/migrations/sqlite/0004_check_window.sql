-- Windows in which named checks are switched off for clients that are brought over. A window is a
-- lease: it is open while leased_until lies ahead and it has no end, so that checks never stay off by
-- accident. Kept for ever.
create table check_window (
    account integer not null,
    number integer not null,
    id blob not null,
    opened_at integer not null,
    leased_until integer not null,
    -- The latest end, however often the lease is renewed.
    ends_at integer,
    -- Checks, keys, reason and by whom, as JSON of our own with a format number.
    body text not null,
    primary key (account, number)
) strict;
-- How a window was closed: by whom and why. A row of its own, so that it is closed once.
create table check_window_end (
    account integer not null,
    number integer not null,
    closed_at integer not null,
    body text not null,
    primary key (account, number)
) strict;
