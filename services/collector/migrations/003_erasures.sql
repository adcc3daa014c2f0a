-- Erased players: an id is kept as a salted hash, so that its owner is known again while he plays on.
alter table worlds add column erasures bigint not null default 0;
comment on column worlds.erasures is 'How many players were erased; every store learns here of new ones';

create table erasure_salts (
    world text primary key,
    salt bytea not null
);
comment on table erasure_salts is 'What is put before an id for its hash. Not for readers: whoever has it can test ids';

create table erased_players (
    world text not null,
    id_hash bytea not null,
    erased_at timestamptz not null,
    in_nomads boolean not null default false,
    in_resources boolean not null default false,
    in_dwellings boolean not null default false,
    nomads bigint not null default 0,
    actions_by_name json not null default '{}',
    gold numeric not null default 0,
    spice numeric not null default 0,
    dwellings bigint not null default 0,
    baseline json,
    primary key (world, id_hash)
);
comment on table erased_players is
    'SHA-256 of salt and id, and what the player''s next read is compared with so that totals stay right; no history';

-- As before, but for the two tables that are not for readers.
create or replace function grant_to_readers() returns void language plpgsql as $$
declare
    hidden constant text[] := array['erasure_salts', 'erased_players'];
    wrong record;
begin
    if not exists (select from pg_roles where rolname = 'watchtower_reader') then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('watchtower partitions'));
    if not has_schema_privilege('watchtower_reader', current_schema(), 'usage') then
        execute format('grant usage on schema %I to watchtower_reader', current_schema());
    end if;
    for wrong in
        select oid::regclass as name, relname::text = any (hidden) as is_hidden from pg_class
        where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
            and pg_has_role(relowner, 'usage')
            and has_table_privilege('watchtower_reader', oid, 'select') = (relname::text = any (hidden))
    loop
        if wrong.is_hidden then
            execute format('revoke all on %s from watchtower_reader', wrong.name);
        else
            execute format('grant select on %s to watchtower_reader', wrong.name);
        end if;
    end loop;
    if not exists (
        select from pg_default_acl, aclexplode(defaclacl) as granted
        where defaclrole = current_user::regrole and defaclnamespace = current_schema()::regnamespace
            and defaclobjtype = 'r' and granted.privilege_type = 'SELECT'
            and granted.grantee = 'watchtower_reader'::regrole) then
        execute format(
            'alter default privileges in schema %I grant select on tables to watchtower_reader', current_schema());
    end if;
end
$$;
select grant_to_readers();
