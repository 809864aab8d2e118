-- When somebody last had a record open, and which version: what has changed since is told to them wherever they sign in. It is theirs, like
-- a saved filter, and no entry of the ledger: it shows nothing about the record and is overwritten.
create table record_look (
  organisation text not null,
  person       text not null,
  record       text not null,
  version      integer not null,
  at           timestamptz not null,
  primary key (organisation, person, record)
);
alter table record_look enable row level security;
create policy own on record_look using (organisation = current_organisation()) with check (organisation = current_organisation());
grant select, insert, update, delete on record_look to ancheng_app;
