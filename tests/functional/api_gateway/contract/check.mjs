// usage: check.mjs BASE WEATHER [KEY]
// Asks every operation of the description at BASE and compares each answer with it. WEATHER: `fine` (all stores are there
// and a world is known), `foul` (a store is away, or nothing is known), `limited` (more is asked than may be). KEY: one that is
// accepted. Prints what is not as described; exit 1 then.

import { Validator } from "@seriousme/openapi-schema-validator";
import { bodiesOf, casesOf } from "./cases.mjs";
import { Description } from "./description.mjs";

const [base, weather, key] = process.argv.slice(2);
const withKey = key ? { "X-API-Key": key } : {};
const kMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const found = [];
const seen = {};
let asked = 0;

async function ask(method, target, headers = withKey, body = undefined) {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), 30000);
  try {
    const answer = await fetch(base + target, { method, headers, body, redirect: "manual", signal: end.signal });
    const isStream = (answer.headers.get("content-type") || "").startsWith("text/event-stream");
    const text = isStream ? await firstPart(answer) : await answer.text();
    asked += 1;
    return { status: answer.status, headers: answer.headers, text };
  } finally {
    clearTimeout(timer);
    end.abort();
  }
}

async function firstPart(answer) {
  if (!answer.body) return "";
  const reader = answer.body.getReader();
  const { value } = await reader.read();
  return new TextDecoder().decode(value);
}

function expect(what, offences) {
  for (const offence of offences) found.push(`${what}: ${offence}`);
}

const methodOf = (one) => one.method.toUpperCase();
const isSuccess = (status) => status >= 200 && status < 300;

async function checkCase(description, one, target, isWanted, wanted, body = bodiesOf(one, description.openapi.components.schemas).body) {
  const answer = await ask(methodOf(one), target, withKey, body);
  const what = `${methodOf(one)} ${target} ${answer.status}`;
  (seen[`${one.method} ${one.path}`] ??= new Set()).add(answer.status);
  expect(what, description.offences(one, answer));
  if (!isWanted(answer.status)) expect(what, [`is not ${wanted}: ${answer.text.slice(0, 200)}`]);
  return answer;
}

// In foul weather what is right may be answered 503, and 404 where nobody knows any more.
const kInstead = { fine: [], foul: [503, 404], limited: [429] }[weather];
const inWeather = (isWanted) => (status) => isWanted(status) || kInstead.includes(status);

async function checkOperation(description, one, known) {
  const { good, maybe, bad, missing } = casesOf(one, known);
  for (const target of good) await checkCase(description, one, target, inWeather(isSuccess), "a success");
  for (const target of maybe) await checkCase(description, one, target, inWeather((status) => isSuccess(status) || status === 400), "a success or 400");
  for (const target of missing) await checkCase(description, one, target, inWeather((status) => status === 404), "404");
  for (const [target, name] of bad) {
    const isRefused = (status) => status === 400 || (weather === "limited" && status === 429);
    const answer = await checkCase(description, one, target, isRefused, "400");
    if (answer.status === 400 && !answer.text.includes(`parameter ${name}`)) expect(target, [`does not name ${name}: ${answer.text}`]);
  }
  for (const [body, name] of bodiesOf(one, description.openapi.components.schemas).wrong) {
    const answer = await checkCase(description, one, good[0], (status) => status === 400 || (weather === "limited" && status === 429), "400", body);
    if (answer.status === 400 && !answer.text.includes(name)) expect(`${good[0]} ${body}`, [`does not name ${name}: ${answer.text}`]);
  }
  await checkReads(description, one, good[0]);
  await checkOtherMethods(description, one, good[0]);
  await checkKeys(description, one, good[0]);
}

async function checkReads(description, one, target) {
  if (one.method !== "get") return;
  const head = await ask("HEAD", target);
  const get = await ask("GET", target, { ...withKey, "X-Request-Id": "An-id.of_mine" });
  expect(`HEAD ${target}`, description.offences(one, head, true));
  if (inWeather((status) => status === head.status)(get.status) === false) expect(`HEAD ${target}`, [`${head.status}, GET ${get.status}`]);
  if (get.headers.get("x-request-id") !== "An-id.of_mine") expect(`GET ${target}`, ["does not take the request's id"]);
  const tag = get.headers.get("etag");
  if (get.status !== 200 || !tag) return;
  const again = await ask("GET", target, { ...withKey, "If-None-Match": `"x", ${tag}` });
  expect(`GET ${target} If-None-Match ${again.status}`, description.offences(one, again));
  // In between a tick may have come.
  if (again.status !== 304 && again.headers.get("etag") === tag) expect(`GET ${target} If-None-Match`, ["is not 304"]);
}

async function checkOtherMethods(description, one, target) {
  const options = await ask("OPTIONS", target);
  const allowed = (options.headers.get("allow") || "").split(", ");
  const here = Object.keys(description.openapi.paths[one.path]).map((method) => method.toUpperCase());
  const expected = new Set([...here, ...(here.includes("GET") ? ["HEAD"] : []), "OPTIONS"]);
  if (options.status !== 204 || allowed.length !== expected.size || !allowed.every((method) => expected.has(method))) {
    expect(`OPTIONS ${target}`, [`${options.status}, Allow: ${allowed}`]);
  }
  for (const method of kMethods.filter((other) => !expected.has(other))) {
    const answer = await ask(method, target);
    expect(`${method} ${target}`, description.problemOffences(answer, 405));
    if (!answer.headers.get("allow")) expect(`${method} ${target}`, ["has no Allow"]);
  }
}

async function checkKeys(description, one, target) {
  for (const headers of [{}, { "X-API-Key": "not-the-key" }, { Authorization: "Bearer not-the-key" }]) {
    const answer = await ask(methodOf(one), target, headers);
    const what = `${methodOf(one)} ${target} ${JSON.stringify(headers)} ${answer.status}`;
    expect(what, description.offences(one, answer));
    const isRefused = answer.status === 401 || answer.status === 403;
    if (answer.status === 429 && weather === "limited") continue;
    if (isRefused !== Boolean(one.operation.security)) expect(what, ["is not what security says"]);
  }
  if (key && one.operation.security) {
    const answer = await ask(methodOf(one), target, { Authorization: `Bearer ${key}` });
    if (answer.status === 401) expect(`${methodOf(one)} ${target}`, ["does not take the key as Bearer"]);
  }
}

async function whatIsKnown() {
  const known = { player_id: "player1", tick: "1765197240", id: "0123456789abcdef0123456789abcdef" };
  const current = await ask("GET", "/api/v1/metrics/current");
  if (current.status === 200) {
    const document = JSON.parse(current.text);
    known.player_id = Object.keys(document.resources?.by_player || {})[0] ?? known.player_id;
    known.tick = current.headers.get("watchtower-tick");
  }
  const suspects = await ask("GET", "/api/v1/moderation/suspects");
  if (suspects.status === 200) known.player_id = JSON.parse(suspects.text).suspects[0]?.player_id ?? known.player_id;
  const task = await ask("POST", "/api/v1/metrics/collect");
  if (task.status === 202) known.id = JSON.parse(task.text).id;
  return known;
}

const text = await (await fetch(`${base}/openapi.json`)).text();
const validity = await new Validator().validate(JSON.parse(text));
if (!validity.valid) expect("/openapi.json", [JSON.stringify(validity.errors)]);
const description = new Description(JSON.parse(text));
const known = await whatIsKnown();
for (const one of description.operations()) await checkOperation(description, one, known);
expect("GET /nothing", description.problemOffences(await ask("GET", "/nothing"), 404));

for (const offence of found) console.log(offence);
console.log(`${asked} answers, ${found.length} offences`);
for (const [operation, statuses] of Object.entries(seen)) console.log(`${operation}: ${[...statuses].sort().join(" ")}`);
process.exit(found.length === 0 ? 0 : 1);
