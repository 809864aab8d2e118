-- Projections of the ledger: what is, what was, what is waited for. Rebuilt by folding events.

create table record (
  organisation text not null,
  id           text not null,
  type         text not null,
  number       text not null,
  title        text not null,
  state        text not null,
  open         boolean not null,
  unit         text,
  requester    text,
  origin       text,
  opened_at    timestamptz not null,
  changed_at   timestamptz not null,
  since        timestamptz not null,
  closed_at    timestamptz,
  due_at       timestamptz,
  wake_at      timestamptz,
  version      integer not null,
  pos          bigint not null,
  definition   text not null,
  body         jsonb not null,
  primary key (organisation, id)
);
create unique index record_number on record (organisation, type, number);
create index record_changed on record (organisation, type, changed_at desc, id desc);
create index record_opened on record (organisation, type, opened_at desc, id desc);
create index record_number_order on record (organisation, type, number collate "C", id);
create index record_due on record (organisation, type, due_at, id);
create index record_state on record (organisation, type, state, changed_at desc, id desc);
create index record_open on record (organisation, type, open, changed_at desc, id desc);
create index record_requester on record (organisation, requester, changed_at desc, id desc);
create index record_any_changed on record (organisation, changed_at desc, id desc);
create index record_origin on record (organisation, origin) where origin is not null;
create index record_wake on record (organisation, wake_at) where wake_at is not null;
create index record_any_due on record (organisation, due_at, id) where open;

-- Every past state over ledger positions: as of a date = as of the position it had.
create table record_version (
  organisation text not null,
  id           text not null,
  pos_from     bigint not null,
  pos_to       bigint,
  type         text not null,
  number       text not null,
  title        text not null,
  state        text not null,
  open         boolean not null,
  changed_at   timestamptz not null,
  body         jsonb not null,
  primary key (organisation, id, pos_from)
);
create index record_version_type on record_version (organisation, type, changed_at desc, id desc);

-- What is searched, filtered, sorted or referred to, typed: JSON operators are not leakproof, so indexes would stay unused.
create table record_field (
  organisation text not null,
  type         text not null,
  field        text not null,
  t            text collate "C",
  n            double precision,
  m            timestamptz,
  d            date,
  record       text not null
);
create index record_field_t on record_field (organisation, type, field, t, record);
create index record_field_n on record_field (organisation, type, field, n, record) where n is not null;
create index record_field_m on record_field (organisation, type, field, m, record) where m is not null;
create index record_field_d on record_field (organisation, type, field, d, record) where d is not null;
create index record_field_record on record_field (organisation, record);
-- every reference once more under '@': who refers to this record
create index record_field_ref on record_field (organisation, t, record) where field = '@';

-- Unique gates: the database decides, so that two commands cannot both win.
create table record_unique (
  organisation text not null,
  gate         text not null,
  key          text not null,
  record       text not null,
  primary key (organisation, gate, key)
);
create index record_unique_record on record_unique (organisation, record);

create table record_sequence (
  organisation text not null,
  type         text not null,
  prefix       text not null,
  next         bigint not null,
  primary key (organisation, type, prefix)
);

-- Two-character terms must hit, so text is found by its bigrams.
create table record_bigram (
  organisation text not null,
  gram         text collate "C" not null,
  record       text not null,
  primary key (organisation, gram, record)
);
create index record_bigram_record on record_bigram (organisation, record);

-- What clock conditions read elsewhere: `record <id>`, `type <name>`, `fact <name>`. A change there wakes the record.
create table record_watch (
  organisation text not null,
  what         text collate "C" not null,
  record       text not null,
  primary key (organisation, what, record)
);
create index record_watch_record on record_watch (organisation, record);

create table task (
  organisation text not null,
  id           text not null,
  record       text not null,
  action       text not null,
  person       text not null,
  acts_for     text,
  role         text,
  owed         boolean not null,
  due_at       timestamptz,
  since        timestamptz not null,
  primary key (organisation, id)
);
create index task_person on task (organisation, person, due_at, id);
create index task_record on task (organisation, record);

create table notice (
  organisation text not null,
  id           text not null,
  person       text not null,
  record       text,
  message      jsonb not null,
  at           timestamptz not null,
  read_at      timestamptz,
  ack_until    timestamptz,
  ack_at       timestamptz,
  primary key (organisation, person, id)
);
create index notice_person on notice (organisation, person, at desc, id);
create index notice_record on notice (organisation, record);
create index notice_unacknowledged on notice (organisation, ack_until) where ack_until is not null and ack_at is null;

-- Evidence per clause and day: lights as of any date are sums over a few rows.
create table clause_day (
  organisation text not null,
  clause       text not null,
  day          date not null,
  evidence     integer not null default 0,
  refusals     integer not null default 0,
  last_pos     bigint not null,
  primary key (organisation, clause, day)
);
create table clause_evidence (
  organisation text not null,
  clause       text not null,
  pos          bigint not null,
  at           timestamptz not null,
  record       text not null,
  what         text not null,
  primary key (organisation, clause, pos, what)
);
-- Lateness and unmade papers: open until made good.
create table clause_breach (
  organisation text not null,
  clause       text not null,
  record       text not null,
  reason       text not null,
  from_at      timestamptz not null,
  until_at     timestamptz,
  primary key (organisation, clause, record, reason, from_at)
);
create index clause_breach_record on clause_breach (organisation, record) where until_at is null;

create table saved_view (
  organisation text not null,
  account      text not null,
  id           text not null,
  name         text not null,
  query        jsonb not null,
  primary key (organisation, account, id)
);

create table api_token (
  organisation text not null,
  id           text not null,
  name         text not null,
  hash         bytea not null unique,
  person       text not null,
  scopes       text[] not null,
  created_at   timestamptz not null,
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  primary key (organisation, id)
);

do $$
declare t text;
begin
  foreach t in array array['record','record_version','record_field','record_unique','record_sequence','record_bigram','record_watch','task','notice',
    'clause_day','clause_evidence','clause_breach','saved_view','api_token'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy own on %I using (organisation = current_organisation()) with check (organisation = current_organisation())', t);
    execute format('grant select, insert, update, delete on %I to ancheng_app', t);
  end loop;
end $$;
