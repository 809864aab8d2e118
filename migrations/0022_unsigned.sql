-- Also due: what was swapped and, because a process or the signer died just then, never signed and published.
create or replace function organisations_to_seal(most integer) returns setof text
  language sql stable security definer set search_path = pg_catalog, public
  as $$
    with waiting as (
      select h.organisation, h.next_pos - s.size as behind, h.last_at
      from head h join log_state s on s.organisation = h.organisation
      where h.next_pos > s.size
        or (s.size > 0 and not exists (select 1 from log_checkpoint c
          where c.organisation = s.organisation and c.epoch = s.epoch and c.size = s.size))
    )
    (select organisation from waiting order by behind desc, organisation limit (most + 1) / 2)
    union
    (select organisation from waiting order by last_at nulls first, organisation limit most / 2)
  $$;
