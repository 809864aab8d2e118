-- Backups, checks of backup disks and restore drills: projection of the installation's ledger, read by its page.

create table backup_run (
  organisation text not null,
  pos          bigint not null,
  kind         text not null,
  at           timestamptz not null,
  disk         text,
  disk_name    text,
  passed       boolean not null,
  about        jsonb not null,
  primary key (organisation, pos)
);
create index backup_run_time on backup_run (organisation, at desc);

alter table backup_run enable row level security;
create policy own on backup_run using (organisation = current_organisation()) with check (organisation = current_organisation());
grant select, insert, update, delete on backup_run to ancheng_app;
