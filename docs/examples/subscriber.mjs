// Every minute of a world, each once and in order, checked against the schema.
// usage: node subscriber.mjs [DURABLE [COUNT]]
// A durable name that is new reads the stream from its beginning; a known one goes on after what it acknowledged last.
import { readFile } from "node:fs/promises";
import Ajv from "ajv";
import { AckPolicy, connect, DeliverPolicy } from "nats";

const [durable = "example-js", count = "Infinity"] = process.argv.slice(2);
const schemaFile = new URL("../../proto-json/schemas/document.schema.json", import.meta.url);
const isDocument = new Ajv().compile(JSON.parse(await readFile(schemaFile, "utf8")));

const nats = await connect({ servers: process.env.NATS_URL ?? "nats://127.0.0.1:4222", maxReconnectAttempts: -1 });
const manager = await nats.jetstreamManager();
await manager.consumers.add("WATCHTOWER", {
  durable_name: durable,
  filter_subject: "metrics.watchtower",
  deliver_policy: DeliverPolicy.All,
  ack_policy: AckPolicy.Explicit,
});
const consumer = await nats.jetstream().consumers.get("WATCHTOWER", durable);

let left = Number(count);
for await (const message of await consumer.consume()) {
  const document = message.json();
  if (!isDocument(document)) {
    console.error(isDocument.errors);
    process.exitCode = 1;
  }
  const tick = new Date(Number(message.headers.get("Watchtower-Tick")) * 1000).toISOString();
  const state = document.stale ? `stale: ${Object.keys(document.stale).join(", ")}` : "fresh";
  const nomads = document.nomads ? document.nomads.total_nomads : "unknown";
  console.log(`${message.headers.get("Nats-Msg-Id")}  tick ${tick}  nomads ${nomads}  ${state}`);
  message.ack(); // only now: what is not acknowledged comes again
  left -= 1;
  if (left === 0) break;
}
await nats.drain();
