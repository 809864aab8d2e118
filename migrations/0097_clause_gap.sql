-- What a clause lacks while a record stays where it is: papers an old system owes, a document not yet written.
create table clause_gap (
  organisation text not null,
  clause       text not null,
  record       text not null,
  from_at      timestamptz not null,
  until_at     timestamptz,
  primary key (organisation, clause, record, from_at)
);
create index clause_gap_record on clause_gap (organisation, record) where until_at is null;

do $$
begin
  alter table clause_gap enable row level security;
  create policy own on clause_gap using (organisation = current_organisation()) with check (organisation = current_organisation());
  grant select, insert, update, delete on clause_gap to ancheng_app;
end $$;
