import { mark } from "./condition.js";
import { byId, element, fill, note, number, table } from "./dom.js";
import { isKnown } from "./exact.js";
import { name } from "./format.js";

// The state of the services, as /api/v1/status tells it; where that cannot be had, what /health says of the gateway.

const kServices = ["collector", "api-gateway", "exporter", "publisher"];
const kNeeded = ["collector", "api-gateway"]; // without which this page shows nothing new
const kServers = { postgres: "PostgreSQL", redis: "Redis", nats: "NATS" };

// Whether another look will soon tell something else.
export const isTroubled = (status) => !status?.replicas || status.replicas.some(({ ready }) => !ready)
  || Object.values(status.dependencies).some((state) => state !== "up");

export function showServices(store) {
  store.on(["health", "status", "world"], ({ health, status, world }) => {
    const rows = [...replicas(health, status), ...servers(status?.dependencies ?? health?.dependencies ?? {}),
      ...ticks(status?.worlds.find((one) => one.name === world))];
    fill(byId("services"), rows.length ? table("Services", [["what", ""], ["state", ""]], rows) : note("Unknown."));
  });
}

function replicas(health, status) {
  if (!status) return health ? [["this gateway", element("span", {}, mark("good", "up"), ` ${name(health.version)}`)]] : [];
  if (!status.replicas) return [["replicas", mark("unknown", "unknown")]];
  const others = status.replicas.map(({ service }) => service).filter((service) => !kServices.includes(service));
  return [...kServices, ...new Set(others)].map((service) => {
    const all = status.replicas.filter((one) => one.service === service);
    const ready = all.filter((one) => one.ready).length;
    const versions = [...new Set(all.map(({ version }) => name(version)))].join(", ");
    const kind = ready === all.length && ready > 0 ? "good" : ready > 0 ? "warning" : all.length || kNeeded.includes(service) ? "bad" : "unknown";
    return [name(service), element("span", {}, mark(kind, all.length ? `${ready} of ${all.length} ready` : "none lives"), ` ${versions}`)];
  });
}

const servers = (dependencies) => Object.entries(dependencies).map(([server, state]) => [
  kServers[server] ?? name(server), mark(state === "up" ? "good" : state === "down" ? "bad" : "unknown", name(state))]);

// What the collectors that live did since each started.
function ticks(world) {
  if (!world) return [];
  const rows = [["ticks stored", number(world.ticks_stored)], ["ticks skipped", bad(world.ticks_skipped)], ["ticks failed", bad(world.ticks_failed)]];
  if (isKnown(world.outbox_ticks) && Number(world.outbox_ticks) > 0) rows.push(["ticks waiting for PostgreSQL", bad(world.outbox_ticks)]);
  if (isKnown(world.outbox_at_risk) && Number(world.outbox_at_risk) > 0) rows.push(["of these at risk", bad(world.outbox_at_risk)]);
  return rows;
}

const bad = (value) => element("span", { class: isKnown(value) && Number(value) > 0 ? "mark warning" : "" }, number(value));
