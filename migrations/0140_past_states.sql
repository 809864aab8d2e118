-- The present state of a record stands in `record` alone; here are those that are past, each written once, when it ends (decision 0165).
delete from record_version where pos_to is null;
alter table record_version alter column pos_to set not null;

-- A record without a deadline has no place in the order of deadlines.
drop index record_due;
create index record_due on record (organisation, type, due_at, id) where due_at is not null;
drop index record_any_due;
create index record_any_due on record (organisation, due_at, id) where open and due_at is not null;
