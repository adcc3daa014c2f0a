-- Players whose numbers are not plausible, and what moderators said of them: docs/moderation.md.
create table suspects (
    world text not null,
    kind text not null,
    player_id text not null,
    state text not null,
    active boolean not null,
    score double precision not null,
    evidence json not null,
    opened_at timestamptz not null,
    updated_at timestamptz not null,
    reviewed_at timestamptz,
    note text,
    primary key (world, kind, player_id)
);
comment on table suspects is
    'kind: moves, nomads_created, gold or levels; state: open, confirmed or dismissed; active: it goes on';
comment on column suspects.score is 'the worst value over the most that is plausible; evidence has both';

-- What is remembered of players between two windows. The collector's own.
create table suspect_watch (
    world text not null,
    kind text not null,
    player_id text not null,
    heat double precision not null,
    busy_ms bigint not null,
    busy_until timestamptz,
    primary key (world, kind, player_id)
);
comment on table suspect_watch is
    'heat: by how many powers of two limits were exceeded lately; busy: for how long without a break, and until when';

-- Numbered by world without gaps: what those who pass the sets on go through.
create table suspect_log (
    world text not null,
    number bigint not null,
    kind text not null,
    at timestamptz not null,
    message json not null,
    primary key (world, number)
);
comment on table suspect_log is
    'Each time the suspects of a kind are others (confirmed, or open and active): all of them, as they go over NATS';

alter table worlds add column reviews bigint not null default 0;
comment on column worlds.reviews is 'How many reviews there were; every store learns here of new ones';

select grant_to_readers();
