-- The morning digest: what each person was told on which day. One subject is told once per stage, so the key says it.
create table digest (
  organisation text not null,
  day          date not null,
  person       text not null,
  at           timestamptz not null,
  weekly       jsonb,                    -- a head's units in figures, on the first working day of a week
  primary key (organisation, day, person)
);
create table digest_item (
  organisation text not null,
  person       text not null,
  kind         text not null,            -- task, notice
  subject      text not null,            -- record:since, or the notice
  stage        text not null,            -- new, due, late; a notice mailed by itself: at_once
  day          date not null,
  place        integer not null,
  record       text,
  action       text,
  notice       text,
  primary key (organisation, person, kind, subject, stage)
);
create index digest_item_day on digest_item (organisation, day, person, place);
create table digest_day (
  organisation text not null,
  day          date not null,
  persons      integer not null,
  at           timestamptz not null,
  primary key (organisation, day)
);
create table digest_preference (
  organisation text not null,
  person       text not null,
  language     text not null,            -- zh, en: of mail
  mail         boolean not null,
  weekly       boolean not null,
  primary key (organisation, person)
);

do $$
declare t text;
begin
  foreach t in array array['digest', 'digest_item', 'digest_day', 'digest_preference'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy own on %I using (organisation = current_organisation()) with check (organisation = current_organisation())', t);
    execute format('grant select, insert, update, delete on %I to ancheng_app', t);
  end loop;
end $$;
