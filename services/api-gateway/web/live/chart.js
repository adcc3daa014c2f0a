import { byId, element, fill, named, number, table } from "./dom.js";
import { exact, kUnknown, short } from "./format.js";

/* global uPlot */

// A chart over time with a legend that tells the values under the pointer (else the newest), and the same numbers as
// a table on demand.

const kHeight = 200;
const kRowsInTable = 50;

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// series: {label, color ("c1"), isName, values, sign}; kind: "bars" stacked, sign -1 below the axis, or "line".
export class Chart {
  constructor(figure, { title, kind }) {
    this.kind = kind;
    this.title = title;
    this.legend = element("ul", { class: "legend" });
    this.plot = element("div", { class: "plot", role: "img" });
    this.numbers = element("details", { class: "numbers" }, element("summary", {}, "Numbers"), element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${title}: numbers` }));
    this.numbers.addEventListener("toggle", () => this.showNumbers());
    figure.replaceChildren(this.legend, this.plot, this.numbers);
    new ResizeObserver(() => this.resize()).observe(this.plot);
  }

  // times: seconds at which steps begin; range: seconds, [from, to]; clock: Times; utc: whether days begin in UTC.
  show({ times, range, step, unit, series, clock, utc }) {
    const shape = JSON.stringify([series.map(({ label, color }) => [label, color]), utc]);
    this.shown = { times, range, step, unit, series, clock, utc };
    const data = [times, ...(this.kind === "bars" ? stacked(series) : series.map(lineData))];
    if (shape !== this.shape) this.build(shape);
    this.uplot.setData(data);
    this.showLegend();
    this.showNumbers();
    this.describe();
  }

  // The colours or the zone are others now.
  redraw() {
    if (!this.shown) return;
    this.shape = null;
    this.show(this.shown);
  }

  build(shape) {
    this.shape = shape;
    this.uplot?.destroy();
    this.plot.replaceChildren();
    const { series, utc } = this.shown;
    const axis = { stroke: style("--soft"), grid: { stroke: style("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const options = {
      width: Math.max(200, this.plot.clientWidth),
      height: kHeight,
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { show: this.kind === "line" } },
      scales: { x: { time: true, range: () => this.shown.range }, y: { range: (_, least, most) => yRange(least, most, this.kind) } },
      axes: [
        { ...axis, grid: { show: false }, size: 28, space: 64, values: (_, splits, __, ___, increment) => splits.map((at) => this.timeLabel(at, increment)) },
        { ...axis, size: 56, values: (_, splits) => splits.map((at) => short(Math.abs(at))) },
      ],
      series: [{}, ...series.map(({ color }) => this.seriesOptions(color))],
      tzDate: utc ? (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC") : undefined,
      hooks: { setCursor: [() => this.showLegend()] },
    };
    this.uplot = new uPlot(options, null, this.plot);
  }

  seriesOptions(color) {
    const stroke = style(`--${color}`);
    if (this.kind === "bars") {
      return { fill: stroke, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.8, 40], align: 1 }) };
    }
    return { stroke, width: 2, points: { show: false } };
  }

  timeLabel(at, increment) {
    const { clock } = this.shown;
    const moment = at * 1000;
    if (increment >= 86400 || clock.minute(moment) === "00:00") return clock.day(moment);
    return increment >= 60 ? clock.minute(moment) : clock.second(moment);
  }

  resize() {
    const width = this.plot.clientWidth;
    if (this.uplot && width > 0 && Math.abs(width - this.uplot.width) > 1) this.uplot.setSize({ width, height: kHeight });
  }

  // The step under the pointer; else the newest one that knows something.
  step() {
    const { times, series } = this.shown;
    const index = this.uplot?.cursor.idx;
    if (index !== null && index !== undefined && index < times.length) return index;
    for (let i = times.length - 1; i > 0; i -= 1) {
      if (series.some(({ values }) => values[i] !== null)) return i;
    }
    return times.length - 1;
  }

  when(index) {
    const { times, step, clock } = this.shown;
    const write = (at) => (step >= 86400 ? clock.day(at) : step >= 3600 ? `${clock.day(at)} ${clock.minute(at)}` : step >= 60 ? clock.minute(at) : clock.second(at));
    return write(times[index] * 1000);
  }

  showLegend() {
    if (!this.shown || this.shown.times.length === 0) return;
    const index = this.step();
    const rows = this.shown.series.map(({ label, color, isName, values }) => element("li", {},
      element("span", { class: `swatch ${color}`, "aria-hidden": "true" }),
      isName ? named(label) : element("span", {}, label), " ", number(values[index])));
    fill(this.legend, ...rows, element("li", { class: "when" }, this.when(index)));
  }

  describe() {
    const { times, series } = this.shown;
    const index = this.step();
    const newest = series.map(({ label, values }) => `${String(label).slice(0, 60)} ${exact(values[index])}`).join(", ");
    this.plot.setAttribute("aria-label", times.length === 0 ? `${this.title}: nothing known`
      : `${this.title}, ${this.when(0)} to ${this.when(times.length - 1)}, ${this.shown.unit}. At ${this.when(index)}: ${newest}.`);
  }

  showNumbers() {
    if (!this.numbers.open || !this.shown) return;
    const { times, series } = this.shown;
    const rows = [];
    for (let i = times.length - 1; i >= 0 && rows.length < kRowsInTable; i -= 1) {
      if (series.every(({ values }) => values[i] === null)) continue;
      rows.push([this.when(i), ...series.map(({ values }) => number(values[i], exact))]);
    }
    const headings = [["step from", ""], ...series.map(({ label, isName }) => [isName ? named(label) : label, "number"])];
    fill(this.numbers.lastElementChild, table(`${this.title}, ${this.shown.unit}, the newest first`, headings, rows));
  }
}

const lineData = ({ values }) => values.map((value) => (value === null ? null : Number(value)));

// Each bar stands on those after it in the list; drawn in this order the shorter cover the taller. Signs stand apart.
function stacked(series) {
  const lines = series.map(lineData);
  const above = (i, sign) => lines.map((line, at) => [line, series[at].sign ?? 1]).slice(i).filter(([, one]) => one === sign).map(([line]) => line);
  return series.map(({ sign = 1 }, i) => lines[i].map((own, at) => {
    if (own === null) return null;
    return sign * above(i, sign).reduce((total, line) => total + (line[at] ?? 0), 0);
  }));
}

// From zero for bars and where zero is near; never without height.
function yRange(least, most, kind) {
  if (least === null || most === null) return [0, 1];
  if (kind === "bars") {
    const room = Math.max(1, most - Math.min(0, least)) * 0.08;
    return [least < 0 ? least - room : 0, Math.max(most + room, least < 0 ? room : 1)];
  }
  const room = Math.max((most - least) * 0.15, Math.abs(most) * 0.002, 0.5);
  return [Math.max(0, least - room), most + room];
}

// A line without axes beside a number.
export function sparkline(values) {
  const kWidth = 100;
  const kTall = 28;
  const known = values.filter((value) => value !== null).map(Number);
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", `0 0 ${kWidth} ${kTall}`);
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  picture.setAttribute("class", "spark");
  if (known.length < 2) return picture;
  const least = Math.min(...known);
  const range = Math.max(...known) - least || 1;
  let pen = "M";
  const steps = [];
  values.forEach((value, i) => {
    if (value === null) {
      pen = "M"; // not known: a gap, as in the charts
      return;
    }
    const x = (i / Math.max(1, values.length - 1)) * kWidth;
    const y = known.every((one) => one === least) ? kTall / 2 : kTall - 3 - ((Number(value) - least) / range) * (kTall - 6);
    steps.push(`${pen}${x.toFixed(1)} ${y.toFixed(1)}`);
    pen = "L";
  });
  const line = document.createElementNS(picture.namespaceURI, "path");
  line.setAttribute("d", steps.join(""));
  picture.append(line);
  return picture;
}

