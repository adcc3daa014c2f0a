// usage: make_credentials.mjs FOLDER
// Writes into FOLDER server.conf, which makes a nats-server trust an operator of its own, user.creds of a user of that
// operator's account, and other.creds, signed by somebody else.

import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const kPrefixes = { operator: 14 << 3, account: 0, user: 20 << 3, seed: 18 << 3 };

function base32(bytes) {
  let bits = "";
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  return bits.match(/.{1,5}/g).map((five) => kBase32[parseInt(five.padEnd(5, "0"), 2)]).join("");
}

// CRC-16/XMODEM, as nkeys end with.
function withChecksum(bytes) {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let i = 0; i < 8; ++i) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return [...bytes, crc & 0xff, crc >> 8];
}

function makeKey(kind) {
  const { privateKey } = generateKeyPairSync("ed25519");
  const raw = (key, member) => [...Buffer.from(key.export({ format: "jwk" })[member], "base64url")];
  const prefix = kPrefixes[kind];
  return {
    privateKey,
    id: base32(withChecksum([prefix, ...raw(createPublicKey(privateKey), "x")])),
    seed: base32(withChecksum([kPrefixes.seed | (prefix >> 5), (prefix & 31) << 3, ...raw(createPrivateKey(privateKey.export({ format: "pem", type: "pkcs8" })), "d")])),
  };
}

function makeToken(issuer, subject, name, nats) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { jti: subject.id, iat: Math.floor(Date.now() / 1000), iss: issuer.id, name, sub: subject.id, nats: { ...nats, version: 2 } };
  const signed = `${part({ typ: "JWT", alg: "ed25519-nkey" })}.${part(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), issuer.privateKey).toString("base64url")}`;
}

function writeCredentials(file, account, user) {
  const token = makeToken(account, user, "watchtower", { type: "user", pub: {}, sub: {}, subs: -1, data: -1, payload: -1 });
  writeFileSync(file, `-----BEGIN NATS USER JWT-----\n${token}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${user.seed}\n------END USER NKEY SEED------\n`);
}

const folder = process.argv[2];
const operator = makeKey("operator");
const account = makeKey("account");
const limits = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
const accountToken = makeToken(operator, account, "game", { type: "account", limits, default_permissions: { pub: {}, sub: {} } });
writeFileSync(join(folder, "server.conf"),
  `operator: ${makeToken(operator, operator, "operator", { type: "operator" })}\nresolver: MEMORY\nresolver_preload: { ${account.id}: ${accountToken} }\n`);
writeCredentials(join(folder, "user.creds"), account, makeKey("user"));
writeCredentials(join(folder, "other.creds"), makeKey("account"), makeKey("user"));
