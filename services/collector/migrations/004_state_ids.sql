-- A tick's time does not tell which of two states of it stands here, when two collectors made one each.
alter table worlds add column last_state_id text;
comment on column worlds.last_state_id is
    'With last_tick, what the next tick must have been made from; null until the first store that knows of it';

alter table snapshots add column state_id text;
comment on column snapshots.state_id is
    'Tells a tick that was stored before from another one of the same time; null: folded into a newer one, or older';
