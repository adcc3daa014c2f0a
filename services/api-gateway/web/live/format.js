import { decimal, isKnown } from "./exact.js";

// How numbers, times and names are written.

export const kUnknown = "–";

const kScales = [[15, "P"], [12, "T"], [9, "B"], [6, "M"]];
const kSuperscript = [..."⁰¹²³⁴⁵⁶⁷⁸⁹"];

// All digits: "1,234,567.25".
export function exact(value) {
  const text = decimal(value);
  if (text === null) return kUnknown;
  const [whole, fraction] = text.split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (fraction ? `.${fraction}` : "");
}

// Up to a million as it is, rounded; then three digits and a scale: "1.23 M", "4.56 × 10¹⁹".
export function short(value) {
  const text = decimal(value);
  if (text === null) return kUnknown;
  const digits = text.replace("-", "").split(".")[0].length;
  const size = Math.abs(Number(text));
  if (digits <= 6) {
    const decimals = size < 100 ? 2 : 0;
    return exact(Number(Number(text).toFixed(decimals)));
  }
  if (digits > 18) {
    const [mantissa, exponent] = Number(text).toExponential(2).split("e+");
    return `${mantissa} × 10${[...exponent].map((digit) => kSuperscript[digit]).join("")}`;
  }
  const [power, letter] = kScales.find(([least]) => digits > least);
  return `${Number((Number(text) / 10 ** power).toPrecision(3))} ${letter}`;
}

// A change: "+12", "−3".
export function signed(value) {
  const text = short(value).replace(/^-/, "−");
  return isKnown(value) && Number(value) > 0 ? `+${text}` : text;
}

export const plural = (count, one, many = `${one}s`) => `${exact(count)} ${count === 1 ? one : many}`;

// 45 -> "45 s", 90 -> "90 s", 7200 -> "2 h", 86400 -> "1 d".
export function duration(seconds) {
  for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60]]) {
    if (seconds >= length && seconds % length === 0) return `${seconds / length} ${unit}`;
  }
  return `${seconds} s`;
}

// How long ago, in one unit that suits: "12 s", "5 min", "3 h", "2 d".
export function age(seconds) {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

// Times of one zone: the browser's, or UTC.
export class Times {
  constructor(utc) {
    this.zone = utc ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    const base = { timeZone: this.zone, hourCycle: "h23" };
    const clock = { hour: "2-digit", minute: "2-digit" };
    const day = { day: "numeric", month: "short" };
    this.formats = {
      minute: new Intl.DateTimeFormat("en-GB", { ...base, ...clock }),
      second: new Intl.DateTimeFormat("en-GB", { ...base, ...clock, second: "2-digit" }),
      day: new Intl.DateTimeFormat("en-GB", { ...base, ...day }),
      full: new Intl.DateTimeFormat("en-GB", { ...base, ...day, year: "numeric", ...clock, second: "2-digit" }),
      offset: new Intl.DateTimeFormat("en-GB", { ...base, timeZoneName: "longOffset" }),
    };
  }

  minute(moment) { return this.formats.minute.format(moment); }
  second(moment) { return this.formats.second.format(moment); }
  day(moment) { return this.formats.day.format(moment); }
  full(moment) { return this.formats.full.format(moment); }

  // "14:03:22", with the day when it is not today's.
  near(moment, now = Date.now()) {
    const sameDay = this.formats.day.format(moment) === this.formats.day.format(now) && Math.abs(now - moment) < 864e5;
    return sameDay ? this.second(moment) : `${this.day(moment)} ${this.second(moment)}`;
  }

  // "Europe/Berlin (GMT+01:00)".
  zoneName() {
    const part = this.formats.offset.formatToParts(Date.now()).find(({ type }) => type === "timeZoneName");
    return this.zone === "UTC" || !part ? this.zone : `${this.zone} (${part.value})`;
  }
}

const kMostShown = 60;
const kMostInTitle = 300;
// Controls, line and paragraph separators, what turns the direction of text, invisible fillers and half characters.
const kUnfit = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\u{e0000}-\u{e0fff}]/gu;

function cut(text, most) {
  const shown = [...text.slice(0, 4 * most)].slice(0, most).join("");
  return shown.length < text.length ? `${shown}…` : shown;
}

// A name of any content as one line of text that leaves its surroundings alone.
export function name(text) {
  const visible = cut(String(text), kMostShown).replace(kUnfit, "\ufffd");
  return visible.trim() === "" ? (text === "" ? "(empty name)" : "(blank name)") : visible;
}

// More of it, to show on demand.
export const longName = (text) => cut(String(text), kMostInTitle).replace(kUnfit, "\ufffd");
