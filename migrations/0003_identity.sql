-- People of one organisation: projections of the identity module's events. Every row is dated and names the ledger
-- position that last wrote it. Rows that confer authority (role_grant, deputy, account_link) carry a MAC of the node key,
-- which PostgreSQL never sees, so a row written by a database superuser does not hold.

create table unit (
  organisation text not null,
  id text not null,
  name text not null,
  under text,
  from_date date,
  until_date date,
  successor text,
  pos bigint not null,
  primary key (organisation, id)
);
create index unit_under on unit (organisation, under);

create table person (
  organisation text not null,
  id text not null,
  name text not null,
  unit text not null,
  title text,
  email text,
  email_key text,
  from_date date,
  until_date date,
  suspended_at timestamptz,
  pos bigint not null,
  primary key (organisation, id)
);
create index person_unit on person (organisation, unit);
create index person_email on person (organisation, email_key);

create table role_grant (
  organisation text not null,
  id text not null,
  person text not null,
  role text not null,
  unit text not null,
  from_date date not null,
  until_date date,
  asked_by text,
  asked_at timestamptz not null,
  given_by text[] not null default '{}',
  given_at timestamptz,
  setup boolean not null default false,
  revoked_at timestamptz,
  revoked_by text,
  pos bigint not null,
  mac bytea,
  primary key (organisation, id)
);
create index role_grant_person on role_grant (organisation, person);
create index role_grant_role on role_grant (organisation, role);

create table deputy (
  organisation text not null,
  id text not null,
  principal text not null,
  person text not null,
  place smallint not null check (place in (1, 2)),
  from_date date not null,
  until_date date not null,
  named_by text,
  ended_at timestamptz,
  pos bigint not null,
  mac bytea not null,
  primary key (organisation, id)
);
create index deputy_principal on deputy (organisation, principal);
create index deputy_person on deputy (organisation, person);

create table account_link (
  organisation text not null,
  account text not null,
  person text not null,
  linked_at timestamptz not null,
  linked_by text,
  ended_at timestamptz,
  pos bigint not null,
  mac bytea not null,
  primary key (organisation, account)
);
create index account_link_person on account_link (organisation, person);

create table invitation (
  organisation text not null,
  id text not null,
  person text not null,
  email text not null,
  token_hash text not null,
  made_at timestamptz not null,
  made_by text,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  account text,
  withdrawn_at timestamptz,
  pos bigint not null,
  mac bytea not null,
  primary key (organisation, id)
);
create unique index invitation_token on invitation (organisation, token_hash);

create table organisation_setting (
  organisation text not null,
  name text not null,
  value jsonb not null,
  set_at timestamptz not null,
  set_by text,
  pos bigint not null,
  primary key (organisation, name)
);

do $$
declare
  name text;
begin
  foreach name in array array['unit', 'person', 'role_grant', 'deputy', 'account_link', 'invitation', 'organisation_setting'] loop
    execute format('alter table %I enable row level security', name);
    execute format(
      'create policy own_organisation on %I using (organisation = current_setting(''ancheng.organisation'', true))'
      ' with check (organisation = current_setting(''ancheng.organisation'', true))', name);
    execute format('grant select, insert, update, delete on %I to ancheng_app', name);
  end loop;
end
$$;

-- Which organisations an account belongs to is asked before one of them is chosen, hence past row-level security; the
-- answer names no person, and each link is checked against its MAC when the organisation is entered.
create function organisations_of_account(asked text) returns setof text
  language sql stable security definer set search_path from current
  as $$ select organisation from account_link where account = asked and ended_at is null $$;
revoke execute on function organisations_of_account(text) from public;
grant execute on function organisations_of_account(text) to ancheng_app;
create index account_link_account on account_link (account) where ended_at is null;
