-- Handovers whose records, roles and deputyships have moved: each is carried out once.
create table handover_done (
  organisation text not null,
  handover     text not null,
  records      integer not null,
  at           timestamptz not null,
  primary key (organisation, handover)
);
alter table handover_done enable row level security;
create policy own on handover_done using (organisation = current_organisation()) with check (organisation = current_organisation());
grant select, insert, update, delete on handover_done to ancheng_app;
