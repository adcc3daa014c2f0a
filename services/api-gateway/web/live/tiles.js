import { sparkline } from "./chart.js";
import { byId, element, fill, number } from "./dom.js";
import { difference, isKnown, sum } from "./exact.js";
import { signed } from "./format.js";
import { kRanges } from "./history.js";

// The totals at the top: one number each, what it did in the range, and its course.

const kTiles = [
  { id: "players", label: "Players", section: "nomads", kind: "now", value: playerCount },
  { id: "nomads", label: "Nomads", section: "nomads", kind: "now", value: ({ nomads }) => nomads?.total_nomads },
  { id: "gold", label: "Gold", section: "resources", kind: "in stock", value: ({ resources }) => resources?.total_gold },
  { id: "spice", label: "Spice", section: "resources", kind: "in stock", value: ({ resources }) => resources?.total_spice },
  { id: "dwellings", label: "Dwellings", section: "dwellings", kind: "now", value: ({ dwellings }) => dwellings?.total },
  { id: "attacks", label: "Attacks", section: "pvp", kind: "in total", value: ({ pvp }) => pvp?.total_attacks },
  { id: "events", label: "Events", section: "events", kind: "in total", value: ({ events }) => events?.total },
];

// Everybody who is in the lists; a document that leaves players out says how many there are.
export function playerCount({ players, nomads, resources }) {
  return players ?? (nomads || resources ? Object.keys((nomads ?? resources).by_player).length : null);
}

export function showTiles(store) {
  const tiles = kTiles.map((tile) => {
    const value = element("dd", { class: "value" });
    const change = element("dd", { class: "change" });
    const course = element("div", { class: "course" });
    const kind = element("span", { class: "kind" }, tile.kind);
    byId("tiles").append(element("div", { class: "tile", id: `tile-${tile.id}` },
      element("dl", {}, element("dt", {}, tile.label, " ", kind), value, change), course));
    return { ...tile, value_of: tile.value, value, change, course };
  });
  store.on(["snapshot"], ({ snapshot }) => {
    for (const { id, section, value_of, value } of tiles) {
      fill(value, number(snapshot ? value_of(snapshot.document) : null));
      byId(`tile-${id}`).classList.toggle("stale", Boolean(snapshot?.document.stale?.[section]));
    }
  });
  store.on(["history"], ({ history }) => {
    for (const { id, change, course } of tiles) {
      const series = history?.series.get(id);
      fill(change, ...(series ? changeOf(series, history.range) : []));
      course.replaceChildren(series ? sparkline(ended(series)) : "");
    }
  });
}

// The running step of a counter would always look like a fall.
const ended = ({ kind, values }) => (kind === "counter" ? values.slice(0, -1) : values);

// A counter's rise, or by what a level differs from the range's first one that is known.
function changeOf({ kind, values }, range) {
  const within = ` in ${kRanges[range].short}`;
  if (kind === "counter") return [number(sum(values), signed), within];
  const known = values.filter(isKnown);
  return known.length > 1 ? [number(difference(known.at(-1), known[0]), signed), within] : [];
}
