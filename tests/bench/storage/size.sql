-- What a year of a world takes: psql -qX -v world=default -f tests/bench/storage/size.sql <database of a collector>
--
-- Stores the newest 1,440 ticks of the world again as the minutes of one day, tick by tick as a collector does, and the
-- day's roll-up day by day through a month, into tables of the same shape. A partition is a table of its own, so the
-- rest is multiplication: by how long each table is kept and, as whole partitions are dropped, by one partition more.
-- Everything is rolled back.
\set ON_ERROR_STOP on
begin;
set local client_min_messages = warning;
create schema size_of_a_year;
create temporary table chosen on commit drop as
    select tick as source, timestamptz '2025-12-01' + make_interval(mins => row_number() over (order by tick)::int - 1)
        as tick
    from (select distinct tick from gameplay_metrics where world = :'world' order by tick desc limit 1440) newest;
create temporary table metrics on commit drop as select * from gameplay_metrics where world = :'world';
create temporary table activity on commit drop as select * from player_activity where world = :'world';
create index on metrics (tick);
create index on activity (tick);
create table size_of_a_year.snapshots (like snapshots including all);
create table size_of_a_year.gameplay_metrics (like gameplay_metrics including all);
create table size_of_a_year.player_activity (like player_activity including all);
create table size_of_a_year.event_metrics (like event_metrics including all);
create table size_of_a_year.gameplay_hourly (like gameplay_hourly including all);
create table size_of_a_year.player_daily (like player_daily including all);
select set_config('size_of_a_year.world', :'world', true) \g /dev/null
do $$
declare
    w constant text = current_setting('size_of_a_year.world');
    one record;
    day timestamptz;
begin
    for one in select * from chosen order by tick loop
        -- Through text, or a value would keep the compression it has.
        insert into size_of_a_year.snapshots
            select world, one.tick, "timestamp", state::text::json, document::text::json
            from snapshots where world = w and tick = one.source;
        insert into size_of_a_year.gameplay_metrics
            select world, one.tick, metric, value from metrics where tick = one.source;
        insert into size_of_a_year.event_metrics
            select world, one.tick, event_type, count, affected_players
            from event_metrics where world = w and tick = one.source;
        insert into size_of_a_year.player_activity
            select world, player_id, one.tick, nomads, actions, actions_added, nomads_created, gold, spice,
                gold_collected, gold_spent, spice_collected, spice_spent, dwellings, highest_level
            from activity where tick = one.source;
    end loop;
    for day in select generate_series(timestamptz '2025-12-01', timestamptz '2025-12-30', '1 day') loop
        insert into size_of_a_year.gameplay_hourly
            select distinct on (metric, hour) world, day + (date_bin('1 hour', tick, 'epoch') - timestamptz '2025-12-01') as hour,
                metric, day + (tick - timestamptz '2025-12-01'), value
            from size_of_a_year.gameplay_metrics order by metric, hour, tick desc;
        insert into size_of_a_year.player_daily
            select world, player_id, day, day + (max(tick) - timestamptz '2025-12-01'), max(nomads), max(actions),
                sum(actions_added), sum(nomads_created), max(gold), max(spice), sum(gold_collected), sum(gold_spent),
                sum(spice_collected), sum(spice_spent), max(dwellings), max(highest_level)
            from size_of_a_year.player_activity group by world, player_id;
    end loop;
end
$$;
select count(*) as ticks, round(avg(players)) as players_changed_a_tick,
    (select count(*) from player_current where world = :'world' and in_nomads) as players_now
from (select count(*) as players from size_of_a_year.player_activity group by tick) a;
with kept (name, days_of_a_partition, days_kept) as (
    values ('snapshots', 1, 1 + 1), ('player_activity', 1, 7 + 1), ('gameplay_metrics', 1, 30 + 1),
        ('event_metrics', 1, 30 + 1), ('gameplay_hourly', 30, 400 + 30), ('player_daily', 30, 400 + 30)
), measured as (
    select name, days_kept, days_of_a_partition,
        (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from size_of_a_year.%I', name),
            false, true, '')))[1]::text::bigint as rows,
        pg_total_relation_size(format('size_of_a_year.%I', name)::regclass) as bytes
    from kept
), sizes (name, rows_a_day, bytes_a_row, mb_a_day, days_kept, mb) as (
    select name, rows / days_of_a_partition, bytes / greatest(rows, 1),
        round(bytes / 1e6 / days_of_a_partition, 2), days_kept, round(bytes / 1e6 / days_of_a_partition * days_kept)
    from measured
    union all  -- an entry is kept for a week after it left the game's list
    select 'list_entries', entries.rows * 1440 / ticks.rows, entries.bytes / greatest(entries.rows, 1),
        round(entries.bytes * 1440 / ticks.rows / 1e6, 2), 7, round(entries.bytes * 7 * 1440 / ticks.rows / 1e6)
    from (select count(*) as rows, pg_total_relation_size('list_entries') as bytes from list_entries) entries,
        (select count(distinct tick) as rows from metrics) ticks
    union all
    select 'player_current', null, null, null, null, round(pg_total_relation_size('player_current') / 1e6)
)
select * from sizes
union all
select 'all', null, null, sum(mb_a_day), null, sum(mb) from sizes
order by 6 desc;
rollback;
