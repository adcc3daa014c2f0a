import { kRanges } from "./history.js";

// What is chosen stands behind the # of the address, so that a bookmark or a wall screen finds it again.

const kDefaultRange = "1h";

export function readAddress() {
  const chosen = new URLSearchParams(location.hash.slice(1));
  const range = chosen.get("range") ?? "";
  return {
    world: chosen.get("world") ?? "", // "": the server's first one
    range: Object.hasOwn(kRanges, range) ? range : kDefaultRange,
    utc: chosen.get("times") === "utc",
  };
}

export function writeAddress({ world, range, utc }) {
  const chosen = new URLSearchParams();
  if (world) chosen.set("world", world);
  if (range !== kDefaultRange) chosen.set("range", range);
  if (utc) chosen.set("times", "utc");
  history.replaceState(null, "", `#${chosen}`);
}
