-- The ledger (DESIGN.md section 6): exact canonical bytes, gap-free positions from one sequencer row per organisation.
-- Every key starts with the organisation; row-level security acts on ancheng_app, which owns nothing.

create function current_organisation() returns text language sql stable parallel safe
  as $$ select current_setting('ancheng.organisation', true) $$;

create table organisation (
  organisation text primary key,
  name         text not null,
  demo         boolean not null default false,
  created_at   timestamptz not null,
  -- what is in force now; history is in adoption
  definition   text,
  setup_done   boolean not null default false
);

create table head (
  organisation text primary key references organisation,
  next_pos     bigint not null default 0,
  last_mac     bytea not null default ''::bytea,
  last_at      timestamptz,
  epoch        integer not null default 1
);

create table event (
  organisation   text not null,
  pos            bigint not null,
  stream         text not null,
  stream_version integer not null,
  type           text not null,
  entry          bytea not null,
  mac            bytea not null,
  recorded_at    timestamptz not null,
  primary key (organisation, pos),
  unique (organisation, stream, stream_version)
);
create index event_time on event (organisation, recorded_at);
create index event_type on event (organisation, type, pos);

create table command (
  organisation text not null,
  id           text not null,
  request_hash bytea not null,
  first_pos    bigint not null,
  count        integer not null,
  response     jsonb not null,
  primary key (organisation, id)
);

create table log_state (
  organisation text primary key,
  size         bigint not null,
  root         bytea not null,
  epoch        integer not null
);
create table log_checkpoint (
  organisation text not null,
  size         bigint not null,
  root         bytea not null,
  note         text not null,
  at           timestamptz not null,
  primary key (organisation, size)
);
create index log_checkpoint_time on log_checkpoint (organisation, at);

-- Contents live once in the blob store under their SHA-256; this says which organisation has them and whether they were scanned.
create table blob (
  organisation text not null,
  sha256       text not null,
  size         bigint not null,
  media        text not null,
  name         text not null,
  by           text,
  at           timestamptz not null,
  scan         text not null default 'none',
  primary key (organisation, sha256)
);

-- Compiled, merged definitions by hash: records pin the one they opened under.
-- json, not jsonb: the order of sections, states and choices is the pack's own.
create table definition (
  organisation text not null,
  hash         text not null,
  body         json not null,
  primary key (organisation, hash)
);
create table adoption (
  organisation text not null,
  pos          bigint not null,
  at           timestamptz not null,
  hash         text not null,
  packs        text[] not null,
  primary key (organisation, pos)
);
create table organisation_value (
  organisation text not null,
  parameter    text not null,
  value        jsonb not null,
  pos          bigint not null,
  at           timestamptz not null,
  by           text,
  exception    text,
  primary key (organisation, parameter)
);

do $$
declare t text;
begin
  foreach t in array array['head','event','command','log_state','log_checkpoint','blob','definition','adoption','organisation_value'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy own on %I using (organisation = current_organisation()) with check (organisation = current_organisation())', t);
    execute format('grant select, insert on %I to ancheng_app', t);
  end loop;
end $$;
-- Events and checkpoints are never changed by the program; the rest is projection or sequencer.
grant update on head, log_state, blob, organisation_value to ancheng_app;
grant delete on organisation_value to ancheng_app;
grant select, insert, update on organisation to ancheng_app;
