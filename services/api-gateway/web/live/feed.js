import { path } from "./api.js";
import { parse } from "./exact.js";
import { EventParser } from "./sse.js";
import { backoff, nudge, wait } from "./waiting.js";

const kSilence = 45000; // a stream that says nothing for so long, no heartbeat either, is dead
const kLeastPoll = 1000;
const kMostPoll = 60000;
const kMostLatePoll = 10000;
// A page that nobody sees gives its stream up after so long: all pages of a server share a browser's six connections.
const kHiddenPatience = 30000;
const kSteady = 10000; // a stream that lived so long is a success

// Not while a key is waited for.
export const mayAsk = ({ access }) => access === "open" || access === "unknown";

// Keeps the newest document of one world in the store: from the stream, and by asking while there is none.
export class Feed {
  constructor(api, store) {
    this.api = api;
    this.store = store;
    this.stop = new AbortController();
  }

  // Begins afresh with the world that the store names.
  restart() {
    this.stop.abort();
    this.stop = new AbortController();
    this.lastId = "";
    this.retry = 0; // milliseconds, as the stream asks for
    this.streaming = false;
    this.store.set({ snapshot: null, current: null, link: { kind: "connecting" } });
    const { signal } = this.stop;
    void this.ask(signal);
    void this.listen(signal);
  }

  accept(document, simulated) {
    const held = this.store.state.snapshot;
    if (held && Date.parse(document.timestamp) < Date.parse(held.document.timestamp)) return; // overtaken
    this.store.set({ snapshot: { document, simulated: simulated ?? held?.simulated ?? false }, current: null });
  }

  // Asks once at the beginning, then while nothing streams, and when what streams is overdue: then the answer says
  // why.
  async ask(signal) {
    let failures = 0;
    let pause = 0;
    while (!signal.aborted) {
      await this.store.until(mayAsk, signal);
      if (!signal.aborted && (!this.streaming || this.overdue() || !this.store.state.snapshot)) {
        try {
          pause = await this.askOnce(signal);
          failures = 0;
          if (!this.streaming) this.store.set({ link: { kind: "polling", seconds: Math.round(pause / 1000) } });
        } catch (problem) {
          if (signal.aborted) return;
          failures += 1;
          pause = Math.max(backoff(failures), problem.retryAfter);
          const away = problem.status === 0;
          this.store.set({ current: problem });
          if (away) this.streaming = false;
          if (!this.streaming) {
            this.store.set({ link: { kind: away ? "away" : "polling", seconds: Math.round(pause / 1000) } });
          }
        }
      } else {
        pause = this.untilOverdue();
      }
      await wait(pause, signal);
    }
  }

  // Returns after how many milliseconds there is something new.
  async askOnce(signal) {
    const { body, headers } = await this.api.get(path("/api/v1/metrics/current", { world: this.store.state.world }), signal);
    if (signal.aborted) return 0;
    this.accept(body, headers.get("Watchtower-Simulated") === "true");
    const left = /max-age=(\d+)/.exec(headers.get("Cache-Control") ?? "");
    const known = left ? Number(left[1]) * 1000 + 500 : 0;
    const late = this.api.now() - Date.parse(body.timestamp) - this.interval(); // the later, the rarer
    return Math.min(kMostPoll, Math.max(kLeastPoll, known, Math.min(kMostLatePoll, late / 4)));
  }

  interval() {
    const { worlds, world } = this.store.state;
    return ((worlds ?? []).find(({ name }) => name === world)?.interval_seconds ?? 60) * 1000;
  }

  untilOverdue() {
    const { snapshot } = this.store.state;
    const since = snapshot ? this.api.now() - Date.parse(snapshot.document.timestamp) : 0;
    return Math.min(kMostPoll, Math.max(kLeastPoll, 2 * this.interval() + 1000 - since));
  }

  overdue() { return this.untilOverdue() === kLeastPoll; }

  async listen(signal) {
    let failures = 0;
    while (!signal.aborted) {
      await this.store.until(mayAsk, signal);
      while (document.hidden && !signal.aborted) await wait(kMostPoll, signal); // a nudge comes when it is seen
      if (signal.aborted) return;
      const began = Date.now();
      let least = 0;
      try {
        await this.listenOnce(signal);
      } catch (error) {
        least = error.retryAfter ?? 0;
      }
      if (signal.aborted) return;
      failures = Date.now() - began > kSteady ? 1 : failures + 1;
      if (this.streaming) {
        this.streaming = false;
        this.store.set({ link: { kind: "connecting" } });
        nudge();
      }
      await wait(Math.max(backoff(failures), least, this.retry), signal);
    }
  }

  // Returns or throws when the stream has ended.
  async listenOnce(signal) {
    const end = new AbortController();
    const giveUp = () => end.abort();
    signal.addEventListener("abort", giveUp);
    let timer = setTimeout(giveUp, kSilence);
    let hiding;
    const look = () => {
      clearTimeout(hiding);
      if (document.hidden) hiding = setTimeout(giveUp, kHiddenPatience);
    };
    document.addEventListener("visibilitychange", look);
    try {
      const headers = { Accept: "text/event-stream", ...(this.lastId && { "Last-Event-ID": this.lastId }) };
      const address = path("/api/v1/stream", { world: this.store.state.world });
      const answer = await this.api.open(address, headers, end.signal);
      if (!(answer.headers.get("Content-Type") ?? "").startsWith("text/event-stream")) return;
      this.streaming = true;
      this.store.set({ link: { kind: "live" } });
      const parser = new EventParser((event) => this.receive(event), (retry) => { this.retry = Math.min(retry, kMostPoll); });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        clearTimeout(timer);
        timer = setTimeout(giveUp, kSilence);
        parser.push(piece.value);
      }
    } finally {
      clearTimeout(timer);
      clearTimeout(hiding);
      document.removeEventListener("visibilitychange", look);
      signal.removeEventListener("abort", giveUp);
      end.abort();
    }
  }

  receive({ type, data, id }) {
    if (id) this.lastId = id;
    if (type === "snapshot") this.accept(parse(data));
    if (type === "alert" || type === "missed") this.store.set({ alertNews: id }); // which says that there is something
  }
}
