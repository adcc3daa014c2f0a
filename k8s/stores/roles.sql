-- Run once, as the superuser, when the data folder is new.
\set owner_password `cat /etc/watchtower/secrets/owner-password`
\set reader_password `cat /etc/watchtower/secrets/reader-password`
create role watchtower login password :'owner_password';
create role watchtower_reader login password :'reader_password';
create database watchtower owner watchtower;
revoke all on database watchtower from public;
grant connect on database watchtower to watchtower_reader;
