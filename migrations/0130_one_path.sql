-- A function with its owner's rights looks in our schema alone, not in one named after somebody.
alter function organisations_of_account(text) set search_path = pg_catalog, public;
