"use strict";

const kLeastWait = 2000;
const kMostWait = 15000;
const kShownPlayers = 50;
const kShownNames = 12;

let world = "";
let shown = null; // {tick, document, simulated} of the last good answer
let trouble = "";

const byId = (id) => document.getElementById(id);

// Names come from players: they only ever become text, never markup.
function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const inWords = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });
const number = (value) => (value === null || value === undefined ? "unknown" : inWords.format(value));

function figures(pairs) {
  const list = element("dl", undefined, "figures");
  for (const [label, value] of pairs) {
    const box = element("div");
    box.append(element("dt", label), element("dd", number(value)));
    list.append(box);
  }
  return list;
}

// columns: [heading, isNumber]; a cell may be a node.
function table(columns, rows) {
  const made = element("table");
  const head = made.createTHead().insertRow();
  for (const [heading, isNumber] of columns) {
    const cell = element("th", heading, isNumber ? "number" : "");
    cell.scope = "col";
    head.append(cell);
  }
  const body = made.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((value, column) => {
      const cell = line.insertCell();
      if (columns[column][1]) cell.className = "number";
      if (value instanceof Node) cell.append(value);
      else cell.textContent = value;
    });
  }
  return made;
}

function bar(value, most, label) {
  const made = element("progress");
  made.max = most || 1;
  made.value = value;
  made.setAttribute("aria-label", label);
  return made;
}

// An object does not keep the document's order for names that are whole numbers.
const byCount = (entries, count) => entries.sort((a, b) => count(b) - count(a));

function counts(heading, entries) {
  if (entries.length === 0) return element("p", "None.", "empty");
  const most = Math.max(...entries.map(([, count]) => count));
  const rows = entries.slice(0, kShownNames).map(([name, count]) => [name, number(count), bar(count, most, name)]);
  const made = table([[heading, false], ["count", true], ["", false]], rows);
  if (entries.length <= kShownNames) return made;
  const both = document.createDocumentFragment();
  both.append(made, element("p", `and ${number(entries.length - kShownNames)} more`, "empty"));
  return both;
}

const parts = {
  nomads: (nomads) => [
    figures([["nomads", nomads.total_nomads]]),
    counts("action", byCount(Object.entries(nomads.by_action), ([, count]) => count)),
  ],
  resources: (resources) => [figures([["gold", resources.total_gold], ["spice", resources.total_spice]])],
  dwellings: (dwellings) => [
    figures([["dwellings", dwellings.total]]),
    counts("level", Object.entries(dwellings.by_level)),
  ],
  pvp: (pvp) => [
    figures([
      ["attacks", pvp.total_attacks],
      ["successful", pvp.successful_attacks],
      ["dwellings destroyed", pvp.destroyed_dwellings],
    ]),
  ],
  events: (events) => [
    figures([["events", events.total]]),
    events.total === 0
      ? element("p", "None.", "empty")
      : table(
          [["type", false], ["count", true], ["players", true]],
          byCount(Object.entries(events.by_type), ([, event]) => event.count)
            .slice(0, kShownNames)
            .map(([type, event]) => [type, number(event.count), number(event.affected_players)]),
        ),
  ],
};

function fill(id, ...content) {
  byId(id).querySelector(".body").replaceChildren(...content);
}

function showSection(name, section, staleness) {
  const note = byId(name).querySelector(".stale");
  note.hidden = !staleness;
  if (staleness) {
    const since = staleness.since ? `as of ${new Date(staleness.since).toLocaleString()}` : "never collected";
    note.textContent = `Stale (${staleness.error}): ${since}`;
  }
  fill(name, ...(section ? parts[name](section) : [element("p", "Unknown: never collected.", "empty")]));
}

function showPlayers(snapshot) {
  if (!snapshot.nomads && !snapshot.resources) {
    fill("players", element("p", "Unknown: never collected.", "empty"));
    return;
  }
  const actions = snapshot.nomads ? snapshot.nomads.by_player : {};
  const balances = snapshot.resources ? snapshot.resources.by_player : {};
  const sum = (player) => Object.values(actions[player] || {}).reduce((total, count) => total + count, 0);
  const names = byCount(Object.keys(snapshot.nomads ? actions : balances), sum);
  const rows = names.slice(0, kShownPlayers).map((player) => {
    const balance = Object.hasOwn(balances, player) ? balances[player] : {};
    return [player, snapshot.nomads ? number(sum(player)) : "unknown", number(balance.gold), number(balance.spice)];
  });
  const total = snapshot.players || names.length;
  const caption = element("p", `${number(rows.length)} of ${number(total)}, the most active first`, "empty");
  fill("players", caption, table([["player", false], ["actions", true], ["gold", true], ["spice", true]], rows));
}

function showHour(stats) {
  const made = figures([
    ["active players", stats.active_players],
    ["actions", stats.total_actions],
    ["gold collected", stats.resources_collected.gold],
    ["spice collected", stats.resources_collected.spice],
    ["attacks", stats.pvp_activity.total_attacks],
  ]);
  const rows = stats.top_players.map((player) => [player.player_id, number(player.actions), number(player.dwelling_level)]);
  fill("hour", made, rows.length ? table([["most active", false], ["actions", true], ["dwelling level", true]], rows) : "");
}

function showAlerts(alerts) {
  const rows = alerts.alerts.map((alert) => [alert.severity, alert.message, new Date(alert.opened_at).toLocaleString()]);
  fill("alerts", rows.length
    ? table([["severity", false], ["what", false], ["since", false]], rows)
    : element("p", "None.", "empty"));
}

function showAge() {
  byId("trouble").hidden = trouble === "";
  byId("trouble").textContent = trouble;
  if (!shown) return;
  const age = Math.max(0, Math.round((Date.now() - Date.parse(shown.document.timestamp)) / 1000));
  byId("tick").textContent = `Collected ${new Date(shown.document.timestamp).toLocaleString()}, ${number(age)} s ago`;
}

const inWorld = (path) => (world ? `${path}?world=${encodeURIComponent(world)}` : path);

async function ask(path) {
  const answer = await fetch(path, { cache: "no-cache", headers: { Accept: "application/json" } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail || body.title || `status ${answer.status}`);
  return { answer, body };
}

async function showRest(of) {
  const each = [["/api/v1/alerts", showAlerts, "alerts"], ["/api/v1/dashboard/stats", showHour, "hour"]];
  await Promise.all(each.map(async ([path, show, id]) => {
    try {
      const { body } = await ask(inWorld(path));
      if (of === world) show(body);
    } catch (error) {
      fill(id, element("p", `Not available: ${error.message}`, "empty"));
    }
  }));
}

async function poll() {
  const of = world;
  let wait = kMostWait;
  try {
    const { answer, body } = await ask(inWorld("/api/v1/metrics/current"));
    if (of !== world) return;
    const changed = !shown || shown.tag !== answer.headers.get("ETag");
    shown = { document: body, tag: answer.headers.get("ETag") };
    trouble = "";
    byId("simulated").hidden = answer.headers.get("Watchtower-Simulated") !== "true";
    if (changed) {
      for (const name of Object.keys(parts)) showSection(name, body[name], body.stale && body.stale[name]);
      showPlayers(body);
      await showRest(of);
    }
    const maxAge = /max-age=(\d+)/.exec(answer.headers.get("Cache-Control") || "");
    wait = maxAge ? Number(maxAge[1]) * 1000 + 1000 : kLeastWait;
  } catch (error) {
    const what = error instanceof TypeError ? "the server does not answer" : error.message;
    trouble = shown ? `Not up to date: ${what}` : `Nothing to show yet: ${what}`;
    wait = kLeastWait * 2;
  }
  showAge();
  if (of === world) setTimeout(poll, Math.min(Math.max(wait, kLeastWait), kMostWait));
}

async function offerWorlds() {
  try {
    const { body } = await ask("/api/v1/worlds");
    const names = body.worlds.map((one) => one.name);
    byId("world").replaceChildren(...names.map((name) => new Option(name, name)));
    byId("world-choice").hidden = names.length < 2;
  } catch {
    byId("world-choice").hidden = true; // the first world is shown without a choice
  }
}

byId("world").addEventListener("change", (event) => {
  world = event.target.value;
  shown = null;
  poll();
});
setInterval(showAge, 1000);
offerWorlds();
poll();
