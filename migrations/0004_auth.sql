-- Accounts and sessions belong to the installation, not to an organisation: own schema, no row-level security.
-- The first six tables are better-auth's, under our names; the rest is what the clauses on authentication demand
-- (annex10.ia.authenticator_management, annex10.ac.account_management).

create schema auth;

create table auth.user_account (
  id text primary key,
  name text not null,
  email text not null unique,
  email_verified boolean not null default false,
  image text,
  two_factor_enabled boolean default false,
  -- opened the installation; may create organisations
  installer boolean not null default false,
  disabled_at timestamptz,
  password_set_at timestamptz,
  reset_at timestamptz,
  last_sign_in_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table auth.session (
  id text primary key,
  token text not null unique,
  user_id text not null references auth.user_account on delete cascade,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  factor text not null,
  -- moved only by what the user does
  active_at timestamptz not null,
  mac text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index session_account on auth.session (user_id);

create table auth.credential (
  id text primary key,
  account_id text not null,
  provider_id text not null,
  user_id text not null references auth.user_account on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index credential_user on auth.credential (user_id);

create table auth.verification (
  id text primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verification_identifier on auth.verification (identifier);

create table auth.two_factor (
  id text primary key,
  user_id text not null references auth.user_account on delete cascade,
  secret text not null,
  backup_codes text not null,
  verified boolean default true,
  failed_verification_count integer default 0,
  locked_until timestamptz
);
create index two_factor_user on auth.two_factor (user_id);

create table auth.passkey (
  id text primary key,
  name text,
  public_key text not null,
  user_id text not null references auth.user_account on delete cascade,
  credential_id text not null unique,
  counter integer not null,
  device_type text not null,
  backed_up boolean not null,
  transports text,
  aaguid text,
  created_at timestamptz
);
create index passkey_user on auth.passkey (user_id);

-- Failures per name. Unknown names count alike, so only a keyed hash of what was typed is kept: it may be a password.
create table auth.attempt (
  name_hash text primary key,
  failures integer not null,
  locked_until timestamptz,
  last_at timestamptz not null
);

create table auth.unknown_minute (
  minute timestamptz primary key,
  count integer not null
);

create table auth.password_history (
  id bigint generated always as identity primary key,
  account text not null references auth.user_account on delete cascade,
  hash text not null,
  set_at timestamptz not null
);
create index password_history_account on auth.password_history (account, id);

create table auth.reset (
  id text primary key,
  account text not null references auth.user_account on delete cascade,
  way text not null check (way in ('mailbox', 'two_people')),
  factors boolean not null default false,
  asked_at timestamptz not null,
  asked_by text,
  approved_by text,
  token_hash text unique,
  expires_at timestamptz not null,
  used_at timestamptz,
  mac bytea not null
);
create index reset_account on auth.reset (account);

-- A one-time code is used once (RFC 6238 section 5.2).
create table auth.used_code (
  account text not null references auth.user_account on delete cascade,
  step bigint not null,
  primary key (account, step)
);

create table auth.seal_challenge (
  challenge text primary key,
  account text not null references auth.user_account on delete cascade,
  expires_at timestamptz not null
);

-- A MAC of the node key per password, one-time-code secret, set of backup codes and passkey; sessions and resets carry
-- theirs in the row: what the database's superuser slips in opens nothing.
create table auth.binding (
  kind text not null check (kind in ('password', 'totp', 'backup_codes', 'passkey')),
  ref text not null,
  mac bytea not null,
  primary key (kind, ref)
);

grant usage on schema auth to ancheng_app;
grant select, insert, update, delete on all tables in schema auth to ancheng_app;
