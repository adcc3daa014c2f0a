import { byId, element, fill, note, setText, table } from "./dom.js";
import { isKnown } from "./exact.js";
import { age, longName, name, short } from "./format.js";

// How far what is shown can be trusted: its age, what is stale, alerts, and the state of the services.

export const kSections = { nomads: "Nomads", resources: "Resources", dwellings: "Dwellings", pvp: "Attacks", events: "Events" };

const kErrors = {
  timeout: "the game took too long",
  network_error: "the game could not be reached",
  unauthorized: "the game refused our key",
  not_found: "the game does not know it",
  client_error: "the game refused the question",
  server_error: "the game had an error",
  invalid_body: "the game's answer made no sense",
  too_large: "the game's answer was too large",
  collector_down: "no collector stores anything new",
};

export const reason = (error) => kErrors[error] ?? name(error);

export function staleness({ since, error }, clock, now) {
  const text = since ? `${clock.near(Date.parse(since), now)}, ${age((now - Date.parse(since)) / 1000)} ago` : "never collected";
  return `${since ? `from ${text}` : text}: ${reason(error)}`;
}

export function showCondition(store, api) {
  store.on(["snapshot", "second", "clock"], ({ snapshot, clock }) => {
    const now = api.now();
    for (const section of Object.keys(kSections)) {
      const stale = snapshot?.document.stale?.[section];
      for (const badge of document.querySelectorAll(`[data-section="${section}"]`)) {
        badge.hidden = !stale;
        setText(badge, stale ? `Stale, ${staleness(stale, clock, now)}` : "");
      }
    }
    fill(byId("freshness"), ...(snapshot ? [freshness(snapshot.document, clock, now)] : [note("Nothing yet.")]));
  });
  store.on(["alerts", "clock"], ({ alerts, clock }) => fill(byId("alerts"), ...alertList(alerts, clock, api.now())));
}

export const mark = (kind, text) => element("span", { class: `mark ${kind}` }, text);

function freshness({ timestamp, stale = {}, ...sections }, clock, now) {
  return table("Freshness by section", [["data", ""], ["state", ""]], Object.entries(kSections).map(([section, label]) => {
    if (stale[section]) return [label, element("span", {}, mark("bad", "stale"), " ", staleness(stale[section], clock, now))];
    if (!sections[section]) return [label, mark("unknown", "unknown")];
    return [label, element("span", {}, mark("good", "fresh"), ` ${clock.near(Date.parse(timestamp), now)}`)];
  }));
}

const kMostAlerts = 8;
const kSeverities = ["critical", "warning", "info"];

function alertList(alerts, clock, now) {
  if (!alerts) return [note("Unknown.")];
  if (alerts.alerts.length === 0) return [element("p", { class: "note" }, mark("good", "none"), " No active alerts.")];
  const worst = [...alerts.alerts].sort((a, b) => kSeverities.indexOf(severity(a)) - kSeverities.indexOf(severity(b)));
  const list = element("ul", { class: "alerts" }, ...worst.slice(0, kMostAlerts).map((alert) => alertItem(alert, clock, now)));
  return worst.length > kMostAlerts ? [list, note(`and ${worst.length - kMostAlerts} more`)] : [list];
}

function alertItem(alert, clock, now) {
  const kind = name(alert.type).replaceAll("_", " ");
  return element("li", { class: `alert ${severity(alert)}` },
    element("strong", {}, mark(severity(alert), severity(alert)), ` ${kind.charAt(0).toUpperCase()}${kind.slice(1)}`),
    element("p", {}, element("bdi", {}, longName(alert.message))),
    element("p", { class: "note" }, `since ${clock.near(Date.parse(alert.opened_at), now)}`, measured(alert)));
}

const severity = ({ severity: given }) => (kSeverities.includes(given) ? given : "warning");

function measured({ value, threshold }) {
  return isKnown(value) && isKnown(threshold) ? ` · worst ${short(value)}, limit ${short(threshold)}` : "";
}
