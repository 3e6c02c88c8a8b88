// Browser tests against a running server: KUMIKI_URL=http://127.0.0.1:8888 npm run e2e [-- part of a test's name]
import { browserPath, launch, open } from "./browser.mjs";
import { runAll } from "./harness.mjs";

const base = (process.env.KUMIKI_URL ?? "").replace(/\/$/, "");
const token = process.env.KUMIKI_TOKEN;
if (base === "") {
  console.error("Browser tests need a running server: start ./kumiki up and set KUMIKI_URL to its dashboard address.");
  process.exit(2);
}
if (browserPath() === undefined) {
  console.log("Browser tests: skipped, no Chromium found (apt install chromium, or set CHROMIUM)");
  process.exit(process.env.CI === "true" ? 1 : 0);
}

const headers = token ? { Authorization: `Bearer ${token}` } : {};
async function rest(method, path, body) {
  const answer = await fetch(`${base}/api/v1${path}`, { method, headers: { ...headers, ...(body ? { "Content-Type": "application/json" } : {}) }, body: body ? JSON.stringify(body) : undefined });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
  const type = answer.headers.get("content-type") ?? "";
  return type.includes("json") ? JSON.parse(text) : text;
}

await import("./tests.mjs");
await import("./access.mjs");
await import("./cluster.mjs");
if (!process.env.KUMIKI_E2E_NO_DEV) await import("./dev.mjs");
const browser = await launch();
let failed = 1;
try {
  failed = await runAll({ base, rest, openPage: (options) => open(browser, { base, token, ...options }), seeds: {} }, process.argv[2]);
} finally {
  await browser.close();
}
process.exit(failed > 0 ? 1 : 0);
