-- One checkpoint a day is kept of what was signed, and the newest: a busy ledger signs 86,400 a day, and any of them can be computed
-- again from the tiles. The program may note one, and through that alone make older ones of the same office day go.
create function note_checkpoint(noted_epoch integer, noted_size bigint, noted_root bytea, noted_note text, noted_at timestamptz) returns void
  language sql security definer set search_path = pg_catalog, public
  as $$
    insert into log_checkpoint (organisation, epoch, size, root, note, at)
      values (current_organisation(), noted_epoch, noted_size, noted_root, noted_note, noted_at) on conflict do nothing;
    with today as (
      select size from log_checkpoint where organisation = current_organisation() and epoch = noted_epoch
        and (at at time zone 'Asia/Taipei')::date = (noted_at at time zone 'Asia/Taipei')::date
    )
    delete from log_checkpoint where organisation = current_organisation() and epoch = noted_epoch
      and size in (select size from today) and size < (select max(size) from today);
  $$;
revoke all on function note_checkpoint(integer, bigint, bytea, text, timestamptz) from public;
grant execute on function note_checkpoint(integer, bigint, bytea, text, timestamptz) to ancheng_app;
revoke insert on log_checkpoint from ancheng_app;

delete from log_checkpoint c where exists (select 1 from log_checkpoint n where n.organisation = c.organisation and n.epoch = c.epoch
  and n.size > c.size and (n.at at time zone 'Asia/Taipei')::date = (c.at at time zone 'Asia/Taipei')::date);
