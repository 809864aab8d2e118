-- A deputy proposes or decides a plan: for whom.
alter table adoption_plan add column by_for text, add column decided_for text;
