-- What an auditor is told of monthly: acts in concurrent duties (兼任) with who countersigned them, and seals given in the week
-- after a password reset. A projection of record events.
create table watched_act (
  organisation text not null,
  id           text not null,             -- of the mark, or of the seal
  kind         text not null check (kind in ('concurrent', 'after_reset')),
  record       text not null,
  action       text not null,
  person       text not null,
  exception    text,
  at           timestamptz not null,
  due          timestamptz,
  confirmed_by text,
  confirmed_at timestamptz,
  declined_by  text,
  declined_at  timestamptz,
  primary key (organisation, id)
);
create index watched_act_at on watched_act (organisation, at);

alter table watched_act enable row level security;
create policy own on watched_act using (organisation = current_organisation()) with check (organisation = current_organisation());
grant select, insert, update, delete on watched_act to ancheng_app;
