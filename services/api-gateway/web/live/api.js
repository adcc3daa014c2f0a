import { parse } from "./exact.js";

const kTimeout = 15000;
const kKeyName = "watchtower.key";
const kLeastSkew = 2000;

// An answer that is not what was asked for. status 0: no answer at all, or one that is not the gateway's.
export class Problem extends Error {
  constructor(status, detail, retryAfter = 0) {
    super(detail);
    this.status = status;
    this.retryAfter = retryAfter; // milliseconds
  }
}

export const path = (route, parameters = {}) => {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined));
  return query.size ? `${route}?${query}` : route;
};

// Talks to the gateway that the page came from. The key lives in this tab's sessionStorage and in no address.
export class Api {
  // onAccess("open" | "key wanted" | "key refused" | "closed") whenever that is found out.
  constructor(onAccess) {
    this.onAccess = onAccess;
    this.skew = 0; // the server's clock less ours, in milliseconds
  }

  get key() { return sessionStorage.getItem(kKeyName) ?? ""; }
  set key(text) {
    if (text) sessionStorage.setItem(kKeyName, text);
    else sessionStorage.removeItem(kKeyName);
  }

  now() { return Date.now() + this.skew; }

  headers(more = {}) {
    return this.key ? { ...more, Authorization: `Bearer ${this.key}` } : more;
  }

  // The answer to a GET once its head is there; throws Problem for all but 200, AbortError when `signal` aborts.
  async open(address, headers, signal) {
    const key = this.key;
    let answer;
    try {
      answer = await fetch(address, { headers: this.headers(headers), cache: "no-cache", redirect: "error", signal });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Problem(0, error.name === "TimeoutError" ? "the gateway took too long" : "the gateway does not answer");
    }
    this.learnTime(answer);
    if (answer.status === 200) {
      if (address.startsWith("/api/")) this.onAccess("open");
      return answer;
    }
    const problem = await problemOf(answer);
    if (answer.status === 401) this.onAccess(key ? "key refused" : "key wanted");
    if (answer.status === 403) this.onAccess("closed");
    throw problem;
  }

  // {body, headers} of an answer in JSON, numbers with all their digits.
  async get(address, signal) {
    const timeout = AbortSignal.timeout(kTimeout);
    const both = signal ? AbortSignal.any([signal, timeout]) : timeout;
    const answer = await this.open(address, { Accept: "application/json" }, both);
    try {
      return { body: parse(await answer.text()), headers: answer.headers };
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Problem(0, "the gateway's answer broke off");
    }
  }

  learnTime(answer) {
    const date = Date.parse(answer.headers.get("Date") ?? "");
    const skew = date + 500 - Date.now();
    if (!Number.isNaN(skew) && answer.headers.get("Age") === null) this.skew = Math.abs(skew) < kLeastSkew ? 0 : skew;
  }
}

async function problemOf(answer) {
  const retryAfter = Number(answer.headers.get("Retry-After") ?? 0) * 1000 || 0;
  if (!(answer.headers.get("Content-Type") ?? "").startsWith("application/problem+json")) {
    return new Problem(0, `something else than the gateway answers (status ${answer.status})`, retryAfter);
  }
  try {
    const { detail, title } = parse(await answer.text());
    return new Problem(answer.status, String(detail ?? title), retryAfter);
  } catch {
    return new Problem(answer.status, `status ${answer.status}`, retryAfter);
  }
}

// Does `work` for each item, so many at a time; ends with the first that throws.
export async function each(items, atOnce, work) {
  const rest = [...items];
  const worker = async () => {
    while (rest.length) {
      try {
        await work(rest.shift());
      } catch (error) {
        rest.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
