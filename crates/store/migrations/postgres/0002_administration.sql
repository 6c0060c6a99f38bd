-- What administrators have done to an account: keys issued and revoked, policy published, webhooks
-- set up and deleted. Written with the deed itself, only ever added to.
create table administration (
    account bigint not null,
    id uuid not null,
    at bigint not null,
    action text collate "C" not null,
    body text collate "C" not null,
    primary key (account, id)
);
