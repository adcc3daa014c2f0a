#!/bin/bash
# The two roles and what they may, with the passwords of .env. Runs when the data is made; later by hand, for new passwords:
# docker-compose exec -T postgres bash /docker-entrypoint-initdb.d/roles.sh
set -euo pipefail

# No password stands in the process list or, as what is logged is what is executed, in a log.
psql --username postgres --dbname watchtower --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<'SQL'
\set owner_password `cat /run/secrets/owner_password`
\set reader_password `cat /run/secrets/reader_password`
set log_statement = none;
set log_min_error_statement = panic;
select format('create role %I', name) from (values ('watchtower'), ('watchtower_reader')) as role(name)
    where not exists (select from pg_roles where rolname = name) \gexec
alter role watchtower login nosuperuser nocreatedb nocreaterole password :'owner_password';
alter role watchtower_reader login nosuperuser nocreatedb nocreaterole password :'reader_password';
alter database watchtower owner to watchtower;
alter schema public owner to watchtower;
revoke all on database watchtower from public;
grant connect on database watchtower to watchtower_reader;
SQL
