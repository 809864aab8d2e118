-- Which records hold an attachment: whoever may read one of them may have it. `held`: in its present state, not only in a past one.
create table record_file (
  organisation text not null,
  sha256       text not null,
  record       text not null,
  held         boolean not null,
  primary key (organisation, sha256, record)
);
create index record_file_record on record_file (organisation, record);

-- Who uploaded a content, under which name. Until they attach it somewhere it is theirs alone.
create table blob_upload (
  organisation text not null,
  sha256       text not null,
  by           text not null,
  name         text not null,
  at           timestamptz not null,
  used_at      timestamptz,
  primary key (organisation, sha256, by)
);

do $$
declare t text;
begin
  foreach t in array array['record_file','blob_upload'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy own on %I using (organisation = current_organisation()) with check (organisation = current_organisation())', t);
    execute format('grant select, insert, update, delete on %I to ancheng_app', t);
  end loop;
end $$;

-- An erased record holds nothing, destroyed ones are among them.
insert into record_file (organisation, sha256, record, held)
  select v.organisation, f->>'sha256', v.id, bool_or(v.pos_to is null)
  from record_version v, jsonb_path_query(v.body, 'strict $.** ? (@.type() == "object" && @.sha256.type() == "string" && @.name.type() == "string")', '{}', true) f
  where not exists (select 1 from erasure e where e.organisation = v.organisation and e.kind = 'record' and e.id = v.id and e.done_at is not null)
  group by 1, 2, 3;
insert into blob_upload (organisation, sha256, by, name, at, used_at)
  select b.organisation, b.sha256, b.by, b.name, b.at,
    case when exists (select 1 from record_file f where f.organisation = b.organisation and f.sha256 = b.sha256) then b.at end
  from blob b where b.by is not null;
