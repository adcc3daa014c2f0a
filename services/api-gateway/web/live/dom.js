import { exact, kUnknown, longName, name, short } from "./format.js";
import { isKnown } from "./exact.js";

// Building blocks. Text only ever becomes text, never markup.

export const byId = (id) => document.getElementById(id);

// element("p", {class: "note", hidden: true}, "text", node): attributes as in markup, true for those without a value.
export function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...content);
  return made;
}

// Shown short, all digits on hover and for those who listen; its value attribute is the number as the API gave it.
export function number(value, write = short) {
  if (!isKnown(value)) return element("span", { class: "unknown", title: "unknown" }, kUnknown);
  const shown = write(value);
  const all = exact(value);
  if (shown.replace(/^\+/, "").replace("−", "-") === all) return element("data", { value: String(value) }, shown);
  return element("data", { value: String(value), title: all, class: "rounded" },
    element("span", { "aria-hidden": "true" }, shown), element("span", { class: "unseen" }, all));
}

// A name that came from the game: a player, an action, a type.
export function named(text) {
  return element("bdi", { class: "name", title: longName(text) }, name(text));
}

// Content that is the same is left as it is, so that what is selected, hovered or focused stays.
export function fill(target, ...content) {
  const fresh = element("div", {}, ...content).childNodes;
  const same = fresh.length === target.childNodes.length && [...fresh].every((node, i) => node.isEqualNode(target.childNodes[i]));
  if (!same) target.replaceChildren(...fresh);
}

export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

// headings: [text, "number" or ""]; rows of nodes or texts, the first of each its row's heading.
export function table(caption, headings, rows) {
  const head = element("tr", {}, ...headings.map(([text, kind]) => element("th", { scope: "col", class: kind }, text)));
  const lines = rows.map((cells) => element("tr", {}, ...cells.map((cell, column) => (column === 0
    ? element("th", { scope: "row" }, cell)
    : element("td", { class: headings[column][1] }, cell)))));
  return element("table", {}, element("caption", { class: "unseen" }, caption),
    element("thead", {}, head), element("tbody", {}, ...lines));
}

export const note = (text) => element("p", { class: "note" }, text);

// How much of the most it is. A drawing beside a number, which says the same.
export function bar(share, color) {
  const track = element("span", { class: `bar ${color}`, "aria-hidden": "true" });
  const full = element("span", {});
  full.style.setProperty("width", `${(100 * Math.min(1, Math.max(0, share || 0))).toFixed(1)}%`);
  track.append(full);
  return track;
}
