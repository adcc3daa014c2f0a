import { bar, byId, fill, named, note, number, setText, table } from "./dom.js";
import { approximate, descending, difference, sum } from "./exact.js";
import { exact, kUnknown } from "./format.js";
import { kRanges } from "./history.js";

// What the newest document tells beside the totals: dwellings, events, attacks, players.

const kMostLevels = 8;
const kMostTypes = 8;
const kMostPlayers = 10;

export function showSections(store) {
  store.on(["snapshot"], ({ snapshot }) => {
    const document = snapshot?.document;
    fill(byId("dwellings"), ...(document ? dwellings(document.dwellings) : nothing()));
    fill(byId("events"), ...(document ? events(document.events) : nothing()));
    fill(byId("attack-totals"), ...(document ? attackTotals(document.pvp) : nothing()));
  });
  store.on(["snapshot", "stats", "historyProblem"], ({ snapshot, stats }) => {
    if (stats) {
      setText(byId("unit-top-players"), `most actions in the last ${kRanges[stats.range].name}, of ${exact(stats.active_players)} who did something`);
      fill(byId("top-players"), ...activePlayers(stats));
    } else {
      setText(byId("unit-top-players"), "most actions since they are known to the game");
      fill(byId("top-players"), ...(snapshot ? listedPlayers(snapshot.document) : nothing()));
    }
  });
}

const nothing = () => [note("Nothing yet.")];
const unknown = () => [note("Unknown: never collected.")];

function dwellings(section) {
  if (!section) return unknown();
  const all = Object.entries(section.by_level).sort(([a], [b]) => Number(a) - Number(b));
  const shown = all.slice(0, all.length > kMostLevels ? kMostLevels - 1 : kMostLevels);
  const rest = all.slice(shown.length);
  if (rest.length) shown.push([`${rest[0][0]} and higher`, sum(rest.map(([, count]) => count))]);
  const most = Math.max(...shown.map(([, count]) => approximate(count)), 1);
  return [table("Dwellings by level", [["level", ""], ["dwellings", "number"], ["", "drawing"]],
    shown.map(([level, count]) => [level, number(count), bar(approximate(count) / most, "c3")]))];
}

function events(section) {
  if (!section) return unknown();
  const all = Object.entries(section.by_type).sort(([, a], [, b]) => descending(a.count, b.count));
  if (all.length === 0) return [note("None so far.")];
  const shown = all.slice(0, kMostTypes);
  const most = Math.max(approximate(shown[0][1].count), 1);
  const rows = shown.map(([type, { count, affected_players }]) => [
    named(type), number(count), bar(approximate(count) / most, "c4"), number(affected_players)]);
  const made = [table("Events by type", [["type", ""], ["events", "number"], ["", "drawing"], ["players hit", "number"]], rows)];
  if (all.length > shown.length) {
    const rest = all.slice(shown.length);
    made.push(note(`and ${exact(sum(rest.map(([, { count }]) => count)))} of ${exact(rest.length)} more types`));
  }
  return made;
}

function attackTotals(section) {
  if (!section) return unknown();
  const { total_attacks: all, successful_attacks: good, destroyed_dwellings: destroyed } = section;
  const rate = approximate(all) > 0 ? `${((100 * approximate(good)) / approximate(all)).toFixed(1)} %` : kUnknown;
  return [table("Attacks since the first sight", [["", ""], ["in total", "number"]], [
    ["successful", number(good)],
    ["failed", number(difference(all, good))],
    ["success rate", rate],
    ["dwellings destroyed", number(destroyed)]])];
}

function activePlayers({ top_players }) {
  const active = top_players.filter(({ actions }) => approximate(actions) > 0);
  if (active.length === 0) return [note("Nobody did anything.")];
  const most = approximate(active[0].actions);
  return [table("The most active players", kPlayerHeadings.concat([["best dwelling", "number"]]), active.map((player) => [
    named(player.player_id), number(player.actions), bar(approximate(player.actions) / most, "c1"),
    number(player.resources?.gold), number(player.resources?.spice),
    approximate(player.dwelling_level) === 0 ? "none" : number(player.dwelling_level)]))];
}

const kPlayerHeadings = [["player", ""], ["actions", "number"], ["", "drawing"], ["gold", "number"], ["spice", "number"]];

// While no history can be had: of those whom the document lists.
function listedPlayers({ nomads, resources }) {
  if (!nomads) return unknown();
  const sums = Object.entries(nomads.by_player).map(([player, actions]) => [player, sum(Object.values(actions)) ?? 0]);
  const shown = sums.sort(([, a], [, b]) => descending(a, b)).slice(0, kMostPlayers);
  if (shown.length === 0) return [note("No players.")];
  const most = Math.max(approximate(shown[0][1]), 1);
  const balance = (player) => (resources && Object.hasOwn(resources.by_player, player) ? resources.by_player[player] : {});
  return [table("The most active players", kPlayerHeadings, shown.map(([player, actions]) => [
    named(player), number(actions), bar(approximate(actions) / most, "c1"),
    number(balance(player).gold), number(balance(player).spice)]))];
}
