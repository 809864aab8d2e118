-- Mail waiting to leave: a projection of mail events. What was written is dropped here once its fate is decided; the ledger
-- keeps it, encrypted for the person it went to.
create table mail_outbox (
  organisation text not null,
  id           text not null,
  person       text not null,
  address      text,
  subject      text,
  body         text,
  queued_at    timestamptz not null,
  attempts     integer not null default 0,
  next_at      timestamptz,               -- null: sent or given up
  sent_at      timestamptz,
  failed_at    timestamptz,
  answer       text,                      -- what the mail server last said
  primary key (organisation, id)
);
create index mail_outbox_due on mail_outbox (organisation, next_at) where next_at is not null;

alter table mail_outbox enable row level security;
create policy own on mail_outbox using (organisation = current_organisation()) with check (organisation = current_organisation());
grant select, insert, update, delete on mail_outbox to ancheng_app;
