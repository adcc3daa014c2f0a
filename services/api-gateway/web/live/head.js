import { kSections } from "./condition.js";
import { byId, element, setText } from "./dom.js";
import { age, name, plural } from "./format.js";
import { kRanges } from "./history.js";
import { offerThemes } from "./theme.js";

// The page's head: what can be chosen, whether it is connected, and what is wrong, in words, title and icon.

const kIconColors = { good: "#58c98d", stale: "#f0b04a", alert: "#ff8a7e", away: "#b3342b", waiting: "#9fb0bc" };

// do: {choose({world?, range?, utc?}), useKey(text)}.
export function showHead(store, api, act) {
  offerChoices(store, act);
  offerKey(store, api, act);
  offerThemes(store);
  store.on(["link", "second"], ({ link }) => showLink(link));
  store.on(["snapshot", "second", "clock"], ({ snapshot, clock }) => showAge(snapshot, clock, api.now()));
  store.on(["snapshot", "worlds", "world"], ({ snapshot, worlds, world }) => {
    byId("simulated").hidden = !(snapshot?.simulated || worlds?.find(({ name: one }) => one === world)?.simulated);
  });
  store.on(["link", "current", "access", "snapshot", "worlds", "clock"], (state) => notice("trouble", trouble(state)));
  store.on(["historyProblem"], ({ historyProblem }) => notice("history-trouble", historyTrouble(historyProblem)));
  store.on(["link", "access", "snapshot", "alerts", "world", "current"], (state) => showCondition(condition(state), state));
}

function offerChoices(store, act) {
  const world = byId("world");
  world.addEventListener("change", () => act.choose({ world: world.value }));
  store.on(["worlds", "world"], ({ worlds, world: chosen }) => {
    const names = (worlds ?? []).map((one) => one.name);
    if (chosen && !names.includes(chosen)) names.push(chosen);
    const offered = [...world.options].map(({ value }) => value);
    if (names.join() !== offered.join()) world.replaceChildren(...names.map((one) => new Option(name(one), one)));
    world.value = chosen;
    byId("world-choice").hidden = names.length === 0;
  });
  const range = byId("range");
  range.append(...Object.entries(kRanges).map(([key, { name: text }]) => new Option(`last ${text}`, key, false, key === store.state.range)));
  range.addEventListener("change", () => act.choose({ range: range.value }));
  const zone = byId("zone");
  zone.addEventListener("click", () => act.choose({ utc: !store.state.utc }));
  store.on(["utc", "clock"], ({ utc, clock }) => {
    zone.setAttribute("aria-pressed", String(utc));
    setText(byId("zone-name"), clock ? `Times: ${clock.zoneName()}. Gold and spice: units of the game.` : "");
  });
}

function offerKey(store, api, act) {
  const form = byId("key-form");
  const input = byId("key");
  const use = (key) => {
    input.value = "";
    act.useKey(key);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) use(input.value.trim());
  });
  byId("forget").addEventListener("click", () => use(""));
  store.on(["access"], ({ access }) => {
    const wanted = access === "key wanted" || access === "key refused";
    setText(byId("key-reason"), access === "key refused" ? "The server did not take this key. Another one?" : "This server wants an API key.");
    if (wanted && form.hidden) queueMicrotask(() => input.focus());
    form.hidden = !wanted;
    byId("forget").hidden = api.key === "" || wanted;
  });
}

const kLinks = {
  connecting: () => "Connecting…",
  live: () => "Live",
  polling: ({ seconds }) => `Asking every ${Math.max(1, seconds)} s`,
  away: () => "No connection",
};

function showLink(link) {
  byId("link").className = `link ${link.kind}`;
  setText(byId("link-text"), kLinks[link.kind](link));
}

function showAge(snapshot, clock, now) {
  if (!snapshot) return setText(byId("age"), "");
  const collected = Date.parse(snapshot.document.timestamp);
  setText(byId("age"), `Collected ${clock.near(collected, now)}, ${age((now - collected) / 1000)} ago`);
  byId("age").classList.toggle("old", Object.values(snapshot.document.stale ?? {}).some(({ error }) => error === "collector_down"));
}

function notice(id, text) {
  byId(id).hidden = text === "";
  setText(byId(id), text);
}

function trouble({ link, current, access, snapshot, worlds, clock, world }) {
  if (access === "closed") return "This server lets nobody in: it wants API keys and has none configured (API_KEY).";
  if (access !== "open" && access !== "unknown") return "";
  const shown = snapshot ? ` What is shown was collected at ${clock.near(Date.parse(snapshot.document.timestamp))}.` : " There is nothing to show yet.";
  if (link.kind === "away") return `No connection: ${current?.message ?? "the gateway does not answer"}.${shown} Trying again by itself.`;
  if (current?.status === 404) return `There is no world “${name(world)}” on this server. Choose another one.`;
  if (current?.status === 429) return `The server answers only so many requests a minute.${shown}`;
  if (current && !snapshot) {
    return worlds?.length === 0 ? "No world was collected yet. The page fills itself as soon as a collector has stored one."
      : `No data yet: ${current.message}. The page fills itself as soon as there is some.`;
  }
  if (current) return `Not up to date: ${current.message}.${shown}`;
  const stale = Object.values(snapshot?.document.stale ?? {});
  if (stale.length && stale.every(({ error }) => error === "collector_down")) return `No collector stores anything new.${shown}`;
  return "";
}

function historyTrouble(problem) {
  if (!problem) return "";
  const what = problem.status === 0 ? "the gateway does not answer" : problem.message;
  return `The past cannot be had at the moment (${what}): charts stand still, the numbers above them go on.`;
}

// {kind, text}: the state of it all in few words.
function condition({ link, access, snapshot, alerts, current }) {
  if (access === "key wanted" || access === "key refused") return { kind: "waiting", text: "key wanted" };
  if (access === "closed" || link.kind === "away") return { kind: "away", text: "no connection" };
  if (!snapshot) return { kind: "waiting", text: current ? "no data yet" : "connecting" };
  const stale = Object.keys(snapshot.document.stale ?? {});
  if (stale.length) return { kind: "stale", text: stale.length === 5 ? "all stale" : `${stale.map((one) => kSections[one] ?? one).join(", ")} stale` };
  const active = alerts?.alerts.length ?? 0;
  if (active) return { kind: "alert", text: plural(active, "alert") };
  return { kind: "good", text: "" };
}

let announced = "";

function showCondition({ kind, text }, { link, world }) {
  const title = ["Watchtower", world && name(world)].filter(Boolean).join(" · ");
  const all = text ? `${text} – ${title}` : title;
  if (document.title !== all) document.title = all;
  const icon = iconOf(kind);
  if (byId("icon").getAttribute("href") !== icon) byId("icon").replaceWith(element("link", { rel: "icon", id: "icon", href: icon }));
  const news = [text || "all well", link.kind === "polling" ? "asking from time to time" : link.kind === "live" ? "live" : ""].filter(Boolean).join(", ");
  if (kind === "waiting" && text === "connecting") return;
  if (link.kind !== "connecting" && news !== announced) {
    if (announced) setText(byId("announcer"), news);
    announced = news;
  }
}

function iconOf(kind) {
  const tower = "M11 27 13 12h6l2 15zM9 12h14l-2-4h-2V5h-2v3h-2V5h-2v3h-2z";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#1f3a4d"/>`
    + `<path d="${tower}" fill="#f2c14e"/><circle cx="25" cy="25" r="6.5" fill="${kIconColors[kind]}" stroke="#0e151b" stroke-width="1.5"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
