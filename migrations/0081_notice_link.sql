-- Where a notice that is about no record leads: a path of the screens.
alter table notice add column go text;
