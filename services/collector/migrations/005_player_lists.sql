-- Lists of the players who are in the game, by what they have: each page is one walk along an index, whichever page it
-- is. The expressions are those of the api-gateway's queries. What the last read did not tell of a player is null.
create index player_current_by_actions on player_current
    (world, (case when in_nomads then actions end) desc nulls last, player_id collate "C")
    where in_nomads or in_resources or in_dwellings;
create index player_current_by_nomads on player_current
    (world, nomads desc nulls last, player_id collate "C")
    where in_nomads or in_resources or in_dwellings;
create index player_current_by_gold on player_current
    (world, (case when in_resources then gold end) desc nulls last, player_id collate "C")
    where in_nomads or in_resources or in_dwellings;
create index player_current_by_spice on player_current
    (world, (case when in_resources then spice end) desc nulls last, player_id collate "C")
    where in_nomads or in_resources or in_dwellings;
create index player_current_by_dwellings on player_current
    (world, dwellings desc nulls last, player_id collate "C")
    where in_nomads or in_resources or in_dwellings;

-- Who was active on a day. Rows of a day lie together, as they are made together.
create index player_daily_day on player_daily using brin (day);
