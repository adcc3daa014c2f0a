-- Every opening and resolving of an alert, numbered by world without gaps: what those who pass alerts on go through.
create table alert_log (
    world text not null,
    number bigint not null,
    alert json not null,
    primary key (world, number)
);
comment on table alert_log is 'An alert as it was when it opened or resolved; a world''s numbers begin at 1';

comment on table alerts is 'Each alert as it is: its worst value so far; number is of its newest row of alert_log';
create index alerts_resolved on alerts (world, resolved_at desc) where resolved_at is not null;

select grant_to_readers();
