-- Why somebody asked for another's password to be reset: the second person reads it before approving.
alter table auth.reset add column reason text;
