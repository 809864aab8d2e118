-- Attempts that were refused, counted until their window (an hour, for names nobody has a day) is over: then each account or token is one
-- entry of the ledger, however often it was tried. What was typed is never kept; addresses are those of networks (IPv6: /64).
create table auth.failed_attempt (
  -- account:<id>, token:<organisation>:<id or nothing>, unknown
  about text not null,
  ends_at timestamptz not null,
  what text not null,
  -- empty: where from is unknown, or one address too many
  address text not null,
  count integer not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (about, ends_at, what, address)
);
create index failed_attempt_ends on auth.failed_attempt (ends_at);
grant select, insert, update, delete on auth.failed_attempt to ancheng_app;
