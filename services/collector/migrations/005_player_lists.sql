-- The list of the players who are in the game by their actions: each page is one walk along the index, whichever page it
-- is. The expressions are those of the api-gateway's queries; what the last read did not tell of a player is null. An
-- index costs every write of a player, so the rarer orders have none: their pages read the world's players.
create index player_current_by_actions on player_current
    (world, (case when in_nomads then actions end) desc nulls last, player_id collate "C")
    where in_nomads or in_resources or in_dwellings;

-- Who was active on a day. Rows of a day lie together, as they are made together.
create index player_daily_day on player_daily using brin (day);
