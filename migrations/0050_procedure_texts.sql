-- The organisation's own procedures and checklists, which clauses of ours they speak of, and from when a clause counts.
-- What can be asked as of a date lies over ledger positions, as records do: from pos_from until pos_to.

create table procedure_text (
  organisation   text not null,
  id             text not null,
  edition        integer not null,
  title          text not null,
  number         text,
  version        text not null,
  classification text not null,
  issued_on      date not null,
  file           jsonb,                -- {name, sha256, size} of the document it was read from
  clauses        integer not null,
  pos            bigint not null,
  at             timestamptz not null,
  by             text,
  ended_pos      bigint,               -- withdrawn, or followed by another edition
  withdrawn      boolean not null default false,
  primary key (organisation, id, edition)
);
create table text_clause (
  organisation text not null,
  text         text not null,
  edition      integer not null,
  key          text not null,
  seq          integer not null,
  level        integer not null,
  number       text not null,
  cite         text not null,
  path         integer[] not null,
  heading      boolean not null,
  body         text not null,
  primary key (organisation, text, edition, key)
);
create table text_link (
  organisation text not null,
  text         text not null,
  edition      integer not null,
  clause       text not null,
  ours         text not null default '', -- empty: it needs none, and why
  why          text,
  carried      boolean not null default false,
  pos_from     bigint not null,
  pos_to       bigint,
  by           text,
  primary key (organisation, text, edition, clause, ours, pos_from)
);
create index text_link_ours on text_link (organisation, ours);

create table checklist (
  organisation text not null,
  id           text not null,
  title        text not null,
  authority    text not null,
  file         jsonb,
  questions    integer not null,
  pos          bigint not null,
  at           timestamptz not null,
  by           text,
  ended_pos    bigint,
  primary key (organisation, id)
);
create table checklist_question (
  organisation text not null,
  checklist    text not null,
  key          text not null,
  seq          integer not null,
  number       text not null,
  part         text not null default '',
  body         text not null,
  hint         text not null default '',
  primary key (organisation, checklist, key)
);
create table checklist_link (
  organisation text not null,
  checklist    text not null,
  question     text not null,
  ours         text not null default '',
  why          text,
  pos_from     bigint not null,
  pos_to       bigint,
  by           text,
  primary key (organisation, checklist, question, ours, pos_from)
);

create table adoption_plan (
  organisation text not null,
  id           text not null,
  reason       text not null,
  starts       jsonb not null,          -- [{clause, on}]
  pos          bigint not null,
  at           timestamptz not null,
  by           text,
  outcome      text,                    -- approved, returned; null while it waits
  note         text,
  decided_pos  bigint,
  decided_at   timestamptz,
  decided_by   text,
  primary key (organisation, id)
);
create table clause_start (
  organisation text not null,
  clause       text not null,
  starts_on    date not null,
  plan         text not null,
  pos_from     bigint not null,
  pos_to       bigint,
  primary key (organisation, clause, pos_from)
);

-- 說明及改善: what the owner says beside a light; never changed, only added to.
create table clause_explanation (
  organisation text not null,
  clause       text not null,
  pos          bigint not null,
  at           timestamptz not null,
  by           text not null,
  cause        text not null,
  measure      text not null,
  due          date,
  breaches     integer not null,
  primary key (organisation, clause, pos)
);

do $$
declare t text;
begin
  foreach t in array array['procedure_text', 'text_clause', 'text_link', 'checklist', 'checklist_question', 'checklist_link', 'adoption_plan',
    'clause_start', 'clause_explanation'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy own on %I using (organisation = current_organisation()) with check (organisation = current_organisation())', t);
    execute format('grant select, insert, update, delete on %I to ancheng_app', t);
  end loop;
end $$;
