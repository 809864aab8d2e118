-- 兼任: the exceptions a role relies on; when one ends before its time, so do the roles it carried.
create table grant_exception (
  organisation text not null,
  grant_id     text not null,
  exception    text not null,
  primary key (organisation, grant_id, exception)
);
create index grant_exception_by on grant_exception (organisation, exception);
alter table grant_exception enable row level security;
create policy own on grant_exception using (organisation = current_organisation()) with check (organisation = current_organisation());
grant select, insert, update, delete on grant_exception to ancheng_app;
insert into grant_exception (organisation, grant_id, exception)
  select organisation, given->'data'->>'grant', jsonb_array_elements_text(given->'data'->'exceptions')
  from (select organisation, convert_from(entry, 'utf8')::jsonb as given from event where type in ('grant.asked', 'grant.given')) e
  where jsonb_typeof(given->'data'->'exceptions') = 'array'
  on conflict do nothing;
