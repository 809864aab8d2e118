-- A log begun anew after a rollback has checkpoints of the same sizes as the one before it.
alter table log_checkpoint add column epoch integer not null default 1;
alter table log_checkpoint drop constraint log_checkpoint_pkey;
alter table log_checkpoint add primary key (organisation, epoch, size);
