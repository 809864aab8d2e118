-- Scans and what they covered: projections of scan events, read by the facts that gates ask.

create table scan (
  organisation text not null,
  id           text not null,
  kind         text not null,             -- vulnerability, malware, manifest
  tool         text not null,
  tool_version text,
  finished_at  timestamptz,
  patched_on   date,
  imported_at  timestamptz not null,
  imported_by  text,
  complete     boolean not null,          -- the tool itself says that it finished
  done         boolean not null default false, -- every finding of it is in the register: facts see it only then
  system       text,
  release      text,
  file_name    text,
  sha256       text,
  counts       jsonb not null,
  malware      jsonb,
  deployed     jsonb,
  primary key (organisation, id)
);
create index scan_newest on scan (organisation, kind, finished_at desc);
create unique index scan_once on scan (organisation, sha256, kind) where sha256 is not null and kind <> 'manifest';

create table scan_target (
  organisation text not null,
  scan         text not null,
  host         text not null,
  covered      boolean not null,
  keys         text[] not null default '{}',
  detections   integer,
  primary key (organisation, scan, host)
);
create index scan_target_host on scan_target (organisation, host);

do $$
declare t text;
begin
  foreach t in array array['scan', 'scan_target'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy own on %I using (organisation = current_organisation()) with check (organisation = current_organisation())', t);
    execute format('grant select, insert, update, delete on %I to ancheng_app', t);
  end loop;
end $$;
