-- How many more things waited than one morning tells.
alter table digest add column more integer not null default 0;
