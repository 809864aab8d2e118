-- Samples an auditor drew from the records of a period: each draw is an event, so that drawing again until it pleases shows.

create table sample_draw (
  organisation text not null,
  id           text not null,
  type         text not null,
  since        date not null,
  until        date not null,
  asked        integer not null,
  population   integer not null,
  digest       text not null,              -- SHA-256 over the sorted ids, one a line
  log_size     bigint not null,            -- checkpoint it was drawn with
  log_root     text not null,
  records      text[] not null,            -- in the order drawn
  drawn_by     text,
  drawn_at     timestamptz not null,
  primary key (organisation, id)
);
create index sample_draw_type on sample_draw (organisation, type, drawn_at desc, id);

alter table sample_draw enable row level security;
create policy own on sample_draw using (organisation = current_organisation()) with check (organisation = current_organisation());
grant select, insert, update, delete on sample_draw to ancheng_app;
