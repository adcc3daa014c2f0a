// The page's modules that need no browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as exact from "../../services/api-gateway/web/live/exact.js";
import * as format from "../../services/api-gateway/web/live/format.js";
import { mainActions, stepFor, window } from "../../services/api-gateway/web/live/history.js";
import { EventParser } from "../../services/api-gateway/web/live/sse.js";
import { backoff } from "../../services/api-gateway/web/live/waiting.js";

test("numbers keep all their digits, wherever they stand", () => {
  const text = String.raw`{"a":9007199254740993,"b":[0.1,-12345678901234567.000001],"c":"9007199254740993 \" 12345678901234567890","d":1e3}`;
  assert.deepEqual(exact.parse(text), {
    a: "9007199254740993", b: [0.1, "-12345678901234567.000001"], c: '9007199254740993 " 12345678901234567890', d: 1000 });
  assert.throws(() => exact.parse('{"a":9007199254740993'), SyntaxError);
  assert.equal(exact.parse(`"${"\\\\".repeat(200000)}1234567890123456789"`).length, 200019);
});

test("sums and differences are exact, and unknown is not zero", () => {
  assert.equal(exact.sum(["9007199254740992.5", 0.5, null]), "9007199254740993");
  assert.equal(exact.sum([0.1, 0.2]), 0.3);
  assert.equal(exact.sum([null, undefined]), null);
  assert.equal(exact.difference("9007199254740993", 1), 9007199254740992);
  assert.equal(exact.difference(1, 2.5), -1.5);
  assert.equal(exact.difference(null, 1), null);
  assert.deepEqual(["2", null, "9007199254740993", 9007199254740992].sort(exact.descending), ["9007199254740993", 9007199254740992, "2", null]);
});

test("numbers are written short, or with all digits", () => {
  const cases = { 0: "0", 7: "7", 0.125: "0.13", 99.5: "99.5", 12345: "12,345", 999999: "999,999", 1234567: "1.23 M", "-1234567": "-1.23 M" };
  for (const [value, text] of Object.entries(cases)) assert.equal(format.short(Number(value)), text);
  assert.equal(format.short("9007199254740993.25"), "9.01 P");
  assert.equal(format.short("45678901234567890123"), "4.57 × 10¹⁹");
  assert.equal(format.short(null), "–");
  assert.equal(format.exact("9007199254740993.25"), "9,007,199,254,740,993.25");
  assert.equal(format.exact(-1234.5), "-1,234.5");
  assert.equal(format.exact(undefined), "–");
  assert.equal(format.signed(-3), "−3");
  assert.equal(format.signed(12), "+12");
});

test("names become one line that leaves its surroundings alone", () => {
  assert.equal(format.name("<b>x</b>"), "<b>x</b>");
  assert.equal(format.name("a\u202eb\nc\u0000"), "a\ufffdb\ufffdc\ufffd");
  assert.equal(format.name("👩‍👩‍👧"), "👩‍👩‍👧");
  assert.equal(format.name("x".repeat(10000)), `${"x".repeat(60)}…`);
  assert.equal(format.name(""), "(empty name)");
  assert.equal(format.name("  "), "(blank name)");
  assert.equal(format.longName("x".repeat(10000)).length, 301);
});

test("steps are round, no shorter than a tick, and 120 at most", () => {
  assert.equal(stepFor(3600, 5), 30);
  assert.equal(stepFor(900, 60), 60);
  assert.equal(stepFor(900, 0.5), 10);
  assert.equal(stepFor(2592000, 60), 21600);
  assert.deepEqual(window(3600, 30, 1000010), { from: 996420, to: 1000020 });
  assert.deepEqual(mainActions({ nomads: { by_action: { 1: 5, b: 7, c: "9007199254740993" } } }), ["c", "b", "1"]);
  assert.deepEqual(mainActions({ nomads: null }), []);
});

function eventsOf(text, size) {
  const events = [];
  const retries = [];
  const parser = new EventParser((event) => events.push(event), (milliseconds) => retries.push(milliseconds));
  for (let at = 0; at < text.length; at += size) parser.push(text.slice(at, at + size));
  return { events, retries };
}

test("events are read however the stream is cut", () => {
  const text = "\ufeff: hello\r\nretry: 250\nid: w:1:0\nevent: snapshot\ndata: {\r\ndata:  1}\r\rdata\n\n\n:\nevent: nothing\n\ndata: last\r\n\r\nid: w:2:0\ndata: cut off";
  for (const size of [1, 2, 3, 7, 1000]) {
    const { events, retries } = eventsOf(text, size);
    assert.deepEqual(events, [
      { type: "snapshot", data: "{\n 1}", id: "w:1:0" },
      { type: "message", data: "", id: "w:1:0" },
      { type: "message", data: "last", id: "w:1:0" },
    ], `in pieces of ${size}`);
    assert.deepEqual(retries, [250]);
  }
});

test("tries come ever later, and never all at one time", () => {
  for (let failures = 1; failures < 2000; failures += 1) {
    const pause = backoff(failures);
    assert.ok(pause >= 500 && pause <= 30000, `${failures}: ${pause}`);
  }
  assert.ok(new Set(Array.from({ length: 20 }, () => backoff(5))).size > 1);
});
