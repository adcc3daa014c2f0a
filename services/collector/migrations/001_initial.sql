-- Worlds and the compare-and-set that orders their ticks.
create table worlds (
    world text primary key,
    position integer not null,
    simulated boolean not null default false,
    epoch bigint not null default 0,
    first_seen timestamptz not null,
    last_tick timestamptz
);
comment on table worlds is 'One row a world; last_tick is the newest stored tick and guards every write';

create table snapshots (
    world text not null,
    tick timestamptz not null,
    "timestamp" timestamptz not null,
    state json not null,
    document json not null,
    primary key (world, tick)
) partition by range (tick);
comment on table snapshots is 'What every reader showed at a tick: the whole state and the document in it';

create table gameplay_metrics (
    world text not null,
    tick timestamptz not null,
    metric text not null,
    value numeric not null,
    primary key (world, metric, tick)
) partition by range (tick);
comment on table gameplay_metrics is
    'One number a metric and tick; a counter is the total since the first sight of the world; none while stale';

-- Each row says what a player''s numbers became at a tick, and what this tick added.
create table player_activity (
    world text not null,
    player_id text not null,
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
    primary key (world, player_id, tick)
) partition by range (tick);
create index player_activity_tick on player_activity using brin (tick);
comment on table player_activity is 'A row whenever a player''s numbers changed';

create table player_current (
    world text not null,
    player_id text not null,
    first_seen timestamptz not null,
    changed_at timestamptz not null,
    last_active timestamptz,
    in_nomads boolean not null,
    in_resources boolean not null,
    in_dwellings boolean not null,
    nomads bigint not null,
    actions bigint not null,
    actions_by_name json not null,
    actions_counted bigint not null,
    gold numeric not null,
    spice numeric not null,
    dwellings bigint not null,
    highest_level integer not null,
    baseline json,
    primary key (world, player_id)
);
comment on column player_current.actions is 'what the last read said, as actions_by_name; actions_counted never falls';
comment on column player_current.baseline is 'what the next read is compared with; the collector''s own';

create table event_metrics (
    world text not null,
    tick timestamptz not null,
    event_type text not null,
    count bigint not null,
    affected_players bigint not null,
    primary key (world, tick, event_type)
) partition by range (tick);
comment on table event_metrics is 'What each tick added, by type of event';

create table list_entries (
    world text not null,
    section text not null,
    entry text not null,
    count bigint not null,
    left_at timestamptz,
    primary key (world, section, entry)
);
comment on table list_entries is
    'Entries of the game''s lists that were counted: by id, or equal records and how many; left_at: no longer listed';

create table alerts (
    world text not null,
    id text not null,
    number bigint not null,
    type text not null,
    severity text not null,
    message text not null,
    value double precision not null,
    threshold double precision not null,
    state text not null,
    opened_at timestamptz not null,
    resolved_at timestamptz,
    primary key (world, id)
);

-- The readers'' role may be missing where there is only one user.
do $$
begin
    if exists (select from pg_roles where rolname = 'watchtower_reader') then
        grant usage on schema public to watchtower_reader;
        grant select on all tables in schema public to watchtower_reader;
        alter default privileges in schema public grant select on tables to watchtower_reader;
    end if;
end
$$;
