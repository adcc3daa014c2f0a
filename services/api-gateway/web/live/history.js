import { each, path } from "./api.js";
import { approximate, descending } from "./exact.js";
import { backoff, wait } from "./waiting.js";

// What the charts show: the world's metrics over the chosen range, asked for again when a step has passed.

export const kRanges = {
  "15m": { name: "15 minutes", short: "15 min", seconds: 900 },
  "1h": { name: "hour", short: "1 h", seconds: 3600 },
  "6h": { name: "6 hours", short: "6 h", seconds: 21600 },
  "24h": { name: "24 hours", short: "24 h", seconds: 86400 },
  "7d": { name: "7 days", short: "7 d", seconds: 604800 },
  "30d": { name: "30 days", short: "30 d", seconds: 2592000 },
};
export const kActionTypes = 6; // that have a colour of their own

const kSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
const kMostSteps = 120;
const kAtOnce = 3;
const kLeastPause = 10000;
const kMostPause = 300000;
const kMetrics = ["players", "nomads", "gold", "spice", "dwellings", "attacks", "attacks_successful", "events", "actions",
  "gold_collected", "gold_spent", "spice_collected", "spice_spent"];

// A round step that makes kMostSteps points at most and is no shorter than the time between ticks.
export function stepFor(rangeSeconds, intervalSeconds) {
  const least = Math.max(rangeSeconds / kMostSteps, intervalSeconds);
  return kSteps.find((step) => step >= least) ?? kSteps.at(-1);
}

// Begin and end on whole steps, so that all pages ask the same and caches can answer them.
export function window(rangeSeconds, step, nowSeconds) {
  const to = (Math.floor(nowSeconds / step) + 1) * step;
  return { from: to - Math.ceil(rangeSeconds / step) * step, to };
}

export function mainActions(document) {
  const all = Object.entries(document?.nomads?.by_action ?? {});
  return all.sort(([, a], [, b]) => descending(a, b)).slice(0, kActionTypes).map(([action]) => action);
}

export class History {
  constructor(api, store) {
    this.api = api;
    this.store = store;
    this.stop = new AbortController();
  }

  // Begins afresh with the store's world and range.
  restart() {
    this.stop.abort();
    this.stop = new AbortController();
    this.store.set({ history: null, historyProblem: null, stats: null });
    void this.follow(this.stop.signal);
  }

  async follow(signal) {
    let failures = 0;
    while (!signal.aborted) {
      await this.store.until(({ snapshot, worlds, access }) => snapshot && worlds && access === "open", signal);
      if (signal.aborted) return;
      let pause;
      try {
        const step = await this.load(signal);
        failures = 0;
        pause = Math.min(kMostPause, Math.max(kLeastPause, step * 1000));
        this.store.set({ historyProblem: null });
      } catch (problem) {
        if (signal.aborted) return;
        failures += 1;
        pause = Math.max(backoff(failures + 2), problem.retryAfter ?? 0);
        this.store.set({ historyProblem: problem });
      }
      const due = Date.now() + pause;
      while (!signal.aborted && Date.now() < due) await wait(due - Date.now(), signal);
    }
  }

  async load(signal) {
    const { world, worlds, range, snapshot } = this.store.state;
    const { seconds } = kRanges[range];
    const step = stepFor(seconds, worlds.find(({ name }) => name === world)?.interval_seconds ?? 60);
    const { from, to } = window(seconds, step, this.api.now() / 1000);
    const actions = mainActions(snapshot.document);
    const series = new Map();
    const stats = { body: null };
    const ask = async (metric) => {
      const address = path("/api/v1/metrics/history", { metric, from, to, step, world });
      try {
        series.set(metric, points((await this.api.get(address, signal)).body, from, to, step));
      } catch (problem) {
        if (problem.status !== 400) throw problem; // a name that cannot be asked for leaves the others alone
      }
    };
    const askStats = async () => {
      const address = path("/api/v1/dashboard/stats", { time_window: seconds, world });
      stats.body = (await this.api.get(address, signal)).body;
    };
    await each([askStats, ...[...kMetrics, ...actions.map((action) => `actions.${action}`)].map((metric) => () => ask(metric))],
      kAtOnce, (work) => work());
    if (signal.aborted) return step;
    this.store.set({ history: { range, from, to, step, actions, series }, stats: { ...stats.body, range } });
    return step;
  }
}

// {kind, values}: a value, or null, for each step of [from, to).
function points(body, from, to, step) {
  const values = new Array(Math.round((to - from) / step)).fill(null);
  for (const [time, value] of body.points) {
    const at = Math.round((Date.parse(time) / 1000 - from) / step);
    if (at >= 0 && at < values.length) values[at] = value;
  }
  return { kind: body.kind, values };
}

export const times = ({ from, to, step }) => Array.from({ length: Math.round((to - from) / step) }, (_, i) => from + i * step);

export const approximates = (values) => values.map(approximate);
