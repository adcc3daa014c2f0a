import { Api, path } from "./api.js";
import { showCharts } from "./charts.js";
import { showCondition } from "./condition.js";
import { Feed, mayAsk } from "./feed.js";
import { Times } from "./format.js";
import { showHead } from "./head.js";
import { History } from "./history.js";
import { showSections } from "./sections.js";
import { readAddress, writeAddress } from "./address.js";
import { isTroubled, showServices } from "./services.js";
import { createStore } from "./store.js";
import { showTiles } from "./tiles.js";
import { backoff, nudge, wait } from "./waiting.js";

const kCalmPause = 30000; // between looks at worlds and services
const kTroubledPause = 5000; // while one of the services is not what it should be
const kFirstPause = 3000; // while there is no world

const store = createStore({
  ...readAddress(),
  clock: null, // Times
  theme: "auto",
  second: 0, // ticks every second, for ages
  access: "unknown", // or open, key wanted, key refused, closed
  link: { kind: "connecting" },
  worlds: null,
  snapshot: null, // {document, simulated}
  current: null, // the Problem why there is no newer one
  history: null, historyProblem: null, stats: null,
  alerts: null, alertNews: null,
  health: null, status: null,
});
const api = new Api((access) => store.set({ access }));
const feed = new Feed(api, store);
const history = new History(api, store);

store.set({ clock: new Times(store.state.utc) });
store.on(["utc"], ({ utc }) => store.set({ clock: new Times(utc) }));

showHead(store, api, {
  choose(values) {
    store.set(values);
    writeAddress(store.state);
    if ("world" in values) {
      store.set({ alerts: null });
      feed.restart();
    }
    if ("world" in values || "range" in values) history.restart();
  },
  useKey(key) {
    api.key = key;
    store.set({ access: "unknown", worlds: null, alerts: null, status: null });
    feed.restart();
    history.restart();
    nudge();
  },
});
showTiles(store);
showCharts(store);
showSections(store);
showCondition(store, api);
showServices(store);

// Worlds and services. A list of worlds stays where there is no newer one; throws where nobody answers.
async function look() {
  for (const [name, route, read] of [
    ["health", "/health", (body) => body],
    ["worlds", "/api/v1/worlds", (body) => body.worlds],
    ["status", "/api/v1/status", (body) => body],
  ]) {
    try {
      store.set({ [name]: read((await api.get(route)).body) });
    } catch (problem) {
      if (problem.status === 0) throw problem;
      if (name !== "worlds") store.set({ [name]: null });
    }
  }
  await loadAlerts();
}

async function lookOnAndOn() {
  const { signal } = new AbortController();
  let failures = 0;
  for (;;) {
    let pause = kCalmPause;
    try {
      await look();
      failures = 0;
      if (isTroubled(store.state.status)) pause = kTroubledPause;
      if (!store.state.worlds?.length) pause = kFirstPause;
    } catch (problem) {
      failures += 1;
      pause = backoff(failures);
      store.set({ health: null, status: null });
    }
    await wait(pause, signal);
    await store.until(mayAsk, signal);
  }
}

async function loadAlerts() {
  const { world } = store.state;
  try {
    const { body } = await api.get(path("/api/v1/alerts", { world }));
    if (world === "" || store.state.world === world) store.set({ alerts: body });
  } catch {
    // asked again soon
  }
}

// "" asks for the server's first world; its name is known once the worlds are.
function nameDefaultWorld({ worlds, world }) {
  const first = worlds?.find((one) => one.default) ?? worlds?.[0];
  if (world === "" && first) store.set({ world: first.name });
}

store.on(["worlds"], nameDefaultWorld);
// The stream tells of alerts; without it each document may come with others.
store.on(["alertNews"], ({ alertNews }) => alertNews && void loadAlerts());
store.on(["snapshot"], ({ snapshot, alerts, link }) => {
  if (snapshot && !(alerts && link.kind === "live")) void loadAlerts();
});
window.addEventListener("online", nudge);
document.addEventListener("visibilitychange", () => document.hidden || nudge());
setInterval(() => store.set({ second: store.state.second + 1 }), 1000);
void lookOnAndOn();
feed.restart();
history.restart();
