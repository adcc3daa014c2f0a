#!/bin/bash
# The two roles and what they may. Runs once, when the data is made.
set -euo pipefail

psql --username postgres --dbname watchtower --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<'SQL'
\set owner_password `cat /etc/watchtower/secrets/owner-password`
\set reader_password `cat /etc/watchtower/secrets/reader-password`
create role watchtower login password :'owner_password';
create role watchtower_reader login password :'reader_password';
alter database watchtower owner to watchtower;
revoke all on database watchtower from public;
grant connect on database watchtower to watchtower_reader;
SQL
