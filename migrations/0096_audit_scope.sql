-- Auditors from elsewhere: which procedures, clauses and units a grant lets them see.
alter table role_grant add column scope jsonb;
