-- Who seals: one process at a time, by advisory lock; each new leader takes a new term, and no swap of an older term counts.
create table sealing_leader (
  only_row boolean primary key default true check (only_row),
  term     bigint not null,
  holder   text not null,
  since    timestamptz not null
);
insert into sealing_leader values (true, 0, 'nobody', now());
grant select, update on sealing_leader to ancheng_app;

-- Organisations with unsealed events, over all of them at once: half by how much waits, half by how long it has waited, so that
-- a busy one is not kept waiting by a thousand quiet ones, nor they by it. Tells names only; runs as the owner of the tables.
create function organisations_to_seal(most integer) returns setof text
  language sql stable security definer set search_path = pg_catalog, public
  as $$
    with waiting as (
      select h.organisation, h.next_pos - s.size as behind, h.last_at
      from head h join log_state s on s.organisation = h.organisation where h.next_pos > s.size
    )
    (select organisation from waiting order by behind desc, organisation limit (most + 1) / 2)
    union
    (select organisation from waiting order by last_at nulls first, organisation limit most / 2)
  $$;
revoke all on function organisations_to_seal(integer) from public;
grant execute on function organisations_to_seal(integer) to ancheng_app;
