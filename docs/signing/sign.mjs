// Sends one signed request: node sign.mjs GET /merchant-api/v1/balance
//                           node sign.mjs POST /merchant-api/v1/payments '{"amount_minor":6490,…}'
// MERCHANT_API is the origin, KEY_ID and KEY_SECRET the key (or KEY_FILE, an Ed25519 key as PEM).
// A retry is a new signature with the same IDEMPOTENCY_KEY. Needs nothing but Node 18 or newer.
import { createHash, createHmac, randomBytes, sign } from "node:crypto";
import { readFileSync } from "node:fs";

const { MERCHANT_API: origin = "http://127.0.0.1:9000", KEY_ID, KEY_SECRET, KEY_FILE } = process.env;

/** The headers of this request, good for a minute and once. */
export function signed(method, target, body, idempotencyKey) {
  const covered = new Map([["@method", method], ["@target-uri", origin + target]]);
  const headers = {};
  if (body) {
    headers["Content-Type"] = "application/json";
    headers["Content-Digest"] = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
    headers["Idempotency-Key"] = idempotencyKey;
    for (const [name, value] of Object.entries(headers)) covered.set(name.toLowerCase(), value);
  }
  const created = Math.floor(Date.now() / 1000);
  const names = [...covered.keys()].map((name) => `"${name}"`).join(" ");
  const params =
    `(${names});created=${created};expires=${created + 60}` +
    `;nonce="${randomBytes(18).toString("base64url")}";keyid="${KEY_ID}"` +
    `;alg="${KEY_FILE ? "ed25519" : "hmac-sha256"}"`;
  const lines = [...covered].map(([name, value]) => `"${name}": ${value}`);
  const base = [...lines, `"@signature-params": ${params}`].join("\n");
  const value = KEY_FILE
    ? sign(null, Buffer.from(base), readFileSync(KEY_FILE))
    : createHmac("sha256", KEY_SECRET).update(base).digest();
  headers["Signature-Input"] = `sig1=${params}`;
  headers["Signature"] = `sig1=:${value.toString("base64")}:`;
  return headers;
}

const [method, target, body = ""] = process.argv.slice(2);
const key = process.env.IDEMPOTENCY_KEY || randomBytes(18).toString("base64url");
const answer = await fetch(origin + target, {
  method,
  headers: signed(method, target, body, key),
  body: body || undefined,
});
console.log(await answer.text());
process.exitCode = answer.ok ? 0 : 1;
