-- What administrators have done to an account: keys issued and revoked, policy published, webhooks
-- set up and deleted. Written with the deed itself, only ever added to.
create table administration (
    account integer not null,
    id blob not null,
    at integer not null,
    action text not null,
    body text not null,
    primary key (account, id)
) strict;
