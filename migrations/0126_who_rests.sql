-- Whoever was sealed just now rests for a moment and takes no place in a round, which may then be small and come often.
drop function organisations_to_seal(integer);
create function organisations_to_seal(most integer, resting text[]) returns setof text
  language sql stable security definer set search_path = pg_catalog, public
  as $$
    with waiting as (
      select h.organisation, h.next_pos - s.size as behind, h.last_at
      from head h join log_state s on s.organisation = h.organisation
      where h.next_pos > s.size and h.organisation <> all(resting)
    )
    (select organisation from waiting order by behind desc, organisation limit (most + 1) / 2)
    union
    (select organisation from waiting order by last_at nulls first, organisation limit most / 2)
  $$;
revoke all on function organisations_to_seal(integer, text[]) from public;
grant execute on function organisations_to_seal(integer, text[]) to ancheng_app;
