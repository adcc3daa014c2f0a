-- Totals that outlive the ticks they were taken from: one row a metric and hour.
create table gameplay_hourly (
    world text not null,
    hour timestamptz not null,
    metric text not null,
    tick timestamptz not null,
    value numeric not null,
    primary key (world, metric, hour)
) partition by range (hour);
comment on table gameplay_hourly is 'The last value of an hour and its tick: a level, or a counter''s running total';

-- Where a world's counters began: their first increase counts from here.
create table gameplay_first (
    world text not null,
    metric text not null,
    tick timestamptz not null,
    value numeric not null,
    primary key (world, metric)
);
comment on table gameplay_first is 'The first value that each metric ever had';

create table player_daily (
    world text not null,
    player_id text not null,
    day timestamptz not null,
    tick timestamptz not null,
    nomads bigint not null,
    actions bigint not null,
    actions_added bigint not null,
    nomads_created bigint not null,
    gold numeric not null,
    spice numeric not null,
    gold_collected numeric not null,
    gold_spent numeric not null,
    spice_collected numeric not null,
    spice_spent numeric not null,
    dwellings bigint not null,
    highest_level integer not null,
    primary key (world, player_id, day)
) partition by range (day);
comment on table player_daily is
    'A row for each player and UTC day with a change: what the day added, and the numbers after its last change (tick)';

-- Ticks of a world are stored in their order, so what comes late is newer than these.
create table rollups (
    world text primary key,
    hourly_tick timestamptz not null default '-infinity',
    daily_tick timestamptz not null default '-infinity'
);
comment on table rollups is 'Ticks up to these, themselves included, are in gameplay_hourly and player_daily';

-- The readers' role may come later than the tables: their owner calls this again.
create function grant_to_readers() returns void language plpgsql as $$
declare
    missing regclass;
begin
    if not exists (select from pg_roles where rolname = 'watchtower_reader') then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('watchtower partitions'));
    if not has_schema_privilege('watchtower_reader', current_schema(), 'usage') then
        execute format('grant usage on schema %I to watchtower_reader', current_schema());
    end if;
    for missing in
        select oid from pg_class
        where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
            and pg_has_role(relowner, 'usage') and not has_table_privilege('watchtower_reader', oid, 'select')
    loop
        execute format('grant select on %s to watchtower_reader', missing);
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

-- Twice as fast to write and read as PostgreSQL's own compression, and a third bigger. A server may lack it.
do $$
begin
    execute 'alter table snapshots alter state set compression lz4, alter document set compression lz4';
exception
    when feature_not_supported or syntax_error then null;
end
$$;
