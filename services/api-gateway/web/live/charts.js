import { Chart } from "./chart.js";
import { byId, setText } from "./dom.js";
import { difference, sum } from "./exact.js";
import { duration } from "./format.js";
import { times } from "./history.js";

// The charts over time. Counters are shown by steps that have ended; the running one would always look like a fall.

const kColors = ["c1", "c2", "c3", "c4", "c5", "c6"];

const one = (label, metric, color) => ({ label, color, metric });

const kCharts = [
  { id: "actions", title: "Actions by type", kind: "bars", series: actionSeries },
  { id: "gold-stock", title: "Gold in stock", kind: "line", series: (history) => [of(history, one("stock", "gold", "gold"))] },
  { id: "gold-flow", title: "Gold collected and spent", kind: "bars", series: (history) => flow(history, "gold") },
  { id: "spice-stock", title: "Spice in stock", kind: "line", series: (history) => [of(history, one("stock", "spice", "spice"))] },
  { id: "spice-flow", title: "Spice collected and spent", kind: "bars", series: (history) => flow(history, "spice") },
  { id: "attacks", title: "Attacks", kind: "bars", series: attackSeries },
  { id: "events", title: "Events", kind: "bars", series: (history) => [of(history, one("events", "events", "c4"))] },
  { id: "crowd", title: "Players and nomads", kind: "line", series: (history) => [
    of(history, one("players", "players", "c1")), of(history, one("nomads", "nomads", "c2"))] },
];

export function showCharts(store) {
  const charts = kCharts.map((one) => ({ ...one, chart: null, figure: byId(`chart-${one.id}`), unit: byId(`unit-${one.id}`) }));
  store.on(["history", "clock"], ({ history, clock, utc }) => {
    for (const shown of charts) {
      shown.figure.classList.toggle("empty", !history);
      if (!history) continue;
      const { title, kind } = shown;
      const unit = kind === "bars" ? `in each ${duration(history.step)}` : `at the end of each ${duration(history.step)}`;
      setText(shown.unit, unit);
      shown.chart ??= new Chart(shown.figure, { title, kind });
      const { step, from, to } = history;
      shown.chart.show({ ...ended(times(history), shown.series(history), kind), range: [from, to], step, unit, clock, utc });
    }
  });
  store.on(["theme"], () => charts.forEach(({ chart }) => chart?.redraw()));
}

const valuesOf = (history, metric) => history.series.get(metric)?.values ?? times(history).map(() => null);

const of = (history, { metric, ...series }) => ({ ...series, values: valuesOf(history, metric) });

function actionSeries(history) {
  const types = history.actions.map((action, i) => ({
    label: action, isName: true, color: kColors[i % kColors.length], values: valuesOf(history, `actions.${action}`) }));
  const rest = valuesOf(history, "actions").map((all, at) => difference(all, sum(types.map(({ values }) => values[at])) ?? 0));
  const other = { label: "other", color: "other", values: rest };
  const shown = rest.slice(0, -1).some((value) => Number(value) !== 0);
  return shown || types.length === 0 ? [...types, other] : types;
}

const flow = (history, resource) => [
  { label: "collected", color: resource, values: valuesOf(history, `${resource}_collected`) },
  { label: "spent", color: "spent", sign: -1, values: valuesOf(history, `${resource}_spent`) },
];

function attackSeries(history) {
  const good = valuesOf(history, "attacks_successful");
  const failed = valuesOf(history, "attacks").map((all, at) => difference(all, good[at]));
  return [{ label: "successful", color: "good", values: good }, { label: "failed", color: "bad", values: failed }];
}

function ended(all, series, kind) {
  if (kind !== "bars") return { times: all, series };
  return { times: all.slice(0, -1), series: series.map((one) => ({ ...one, values: one.values.slice(0, -1) })) };
}
