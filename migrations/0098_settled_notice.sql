-- A notice about a trouble of the installation itself (a witness gone stale, a time stamp not given) is settled when that is over.
alter table notice add column settled_at timestamptz;
create index notice_alarm on notice (organisation, id) where id like 'alarm:%' and settled_at is null;
