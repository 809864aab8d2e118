-- Holds, erasures and destroyed records: projections of the retention module's events.

create table hold (
  organisation text not null,
  record       text not null,
  reason       text not null,
  placed_at    timestamptz not null,
  placed_by    text,
  lifted_at    timestamptz,
  pos          bigint not null,
  primary key (organisation, record, pos)
);

-- What is to be shredded, and when it was: the key of a person, or of a record.
create table erasure (
  organisation text not null,
  kind         text not null check (kind in ('subject', 'record')),
  id           text not null,
  ordered_at   timestamptz not null,
  ordered_by   text,
  reason       text not null,
  done_at      timestamptz,
  pos          bigint not null,
  primary key (organisation, kind, id)
);

create table destroyed_record (
  organisation text not null,
  record       text not null,
  disposal     text not null,
  number       text not null,
  at           timestamptz not null,
  pos          bigint not null,
  primary key (organisation, record)
);

-- Disposals ordered and not yet carried out.
create table disposal_order (
  organisation text not null,
  disposal     text not null,
  ordered_at   timestamptz not null,
  done_at      timestamptz,
  primary key (organisation, disposal)
);

do $$
declare t text;
begin
  foreach t in array array['hold', 'erasure', 'destroyed_record', 'disposal_order'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy own on %I using (organisation = current_organisation()) with check (organisation = current_organisation())', t);
    execute format('grant select, insert, update, delete on %I to ancheng_app', t);
  end loop;
end $$;
-- A destroyed attachment is spoken of no more.
grant delete on blob to ancheng_app;
