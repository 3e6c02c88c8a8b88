// The smallest runner that serves: one test after the other, a screenshot of what failed, a last line a person can trust.
import { mkdirSync } from "node:fs";

export const SHOTS = new URL("./shots/", import.meta.url).pathname;
mkdirSync(SHOTS, { recursive: true });

const tests = [];
export function test(name, body) {
  tests.push({ name, body });
}

export async function runAll(world, only) {
  let failed = 0;
  let ran = 0;
  for (const { name, body } of tests) {
    if (only && !name.includes(only)) continue;
    ran++;
    const began = performance.now();
    const pages = [];
    try {
      await body({ ...world, open: async (options) => {
        const page = await world.openPage(options);
        pages.push(page);
        return page;
      } });
      for (const page of pages) {
        const real = page.complaints.filter((text) => !IGNORED.some((pattern) => pattern.test(text)));
        if (real.length > 0) throw new Error(`the page complained: ${real.slice(0, 3).join(" | ")}`);
      }
      console.log(`ok    ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${name}\n      ${String(error?.stack ?? error).split("\n").slice(0, 12).join("\n      ")}`);
      for (const [i, page] of pages.entries()) await page.screenshot({ path: `${SHOTS}FAILED-${name.replace(/\W+/g, "-")}-${i}.png` }).catch(() => undefined);
    } finally {
      for (const page of pages) await page.context().close();
    }
  }
  console.log(`Browser tests: ${ran} run, ${failed} failed`);
  return failed;
}

// A sandboxed frame may not touch our storage, and says so when the test's own init script tries.
const IGNORED = [/sandboxed and lacks the 'allow-same-origin'/];

/** Waits for a condition with a deadline; what it returns when it holds is the answer. */
export async function until(what, condition, millis = 30_000) {
  const end = Date.now() + millis;
  let last;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${millis / 1000} s for ${what}${last ? `: ${last}` : ""}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function equal(actual, expected, what) {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error(`${what}: wanted ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}`);
}

export function truth(value, what) {
  if (!value) throw new Error(what);
}
