-- A notice that asks for acknowledgement and does not get it: whom else to tell, how often to ask again, and when that is due next.
alter table notice
  add column otherwise    text[],
  add column again        jsonb,
  add column next_at      timestamptz,
  add column escalated_at timestamptz;
create index notice_due on notice (organisation, next_at) where next_at is not null and ack_at is null;
