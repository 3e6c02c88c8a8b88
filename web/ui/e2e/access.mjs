// Every route in both languages and both themes: no serious or critical finding of axe, one main, nothing wider than the window.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { equal, SHOTS, test, until } from "./harness.mjs";
import { example } from "./seeds.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function findings(page) {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const result = await window.axe.run(document, { resultTypes: ["violations"], iframes: false });
    return result.violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).join(" | ")}`);
  });
}

export async function settled(page) {
  await page.locator("main h1").first().waitFor();
  await until("no skeletons", async () => (await page.locator(".k-skeleton").count()) === 0);
  await page.waitForLoadState("networkidle");
}

async function routes(world) {
  const run = await example(world, "train_and_evaluate");
  const fan = await example(world, "fan_out");
  const artifact = run.artifacts.find((a) => a.type === "system.ClassificationMetrics") ?? run.artifacts[0];
  return {
    home: "/", runs: "/runs", run: `/runs/${run.id}?task=load-wine`, "run-fan": `/runs/${fan.id}?open=all`, steps: `/runs/${run.id}/steps`, artifacts: `/runs/${run.id}/artifacts`,
    inputs: `/runs/${run.id}/inputs`, events: `/runs/${run.id}/events`, yaml: `/runs/${run.id}/yaml`, "new-run": `/runs/new?from=${run.id}`, compare: `/runs/compare?ids=${run.id},${fan.id}&all=yes`,
    pipelines: "/pipelines", upload: "/pipelines?upload=yes", pipeline: `/pipelines/${run.pipelineId}`, versions: `/pipelines/${run.pipelineId}?tab=versions`, experiments: "/experiments",
    experiment: `/experiments/${run.experimentId}`, "artifact-list": "/artifacts", quotas: "/quotas", ...(artifact ? { artifact: `/artifacts/${artifact.id}` } : {}),
  };
}

for (const language of ["en", "ja"]) {
  for (const theme of ["light", "dark"]) {
    test(`accessible in ${language}, ${theme}`, async (world) => {
      const page = await world.open({ language, theme });
      const all = [];
      for (const [name, path] of Object.entries(await routes(world))) {
        await page.goto(path);
        await settled(page);
        await page.screenshot({ path: `${SHOTS}${name}-${language}-${theme}.png` });
        all.push(...(await findings(page)).map((finding) => `${name}: ${finding}`));
        equal(await page.locator("main").count(), 1, `${name}: mains`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (wide > 0) all.push(`${name}: ${wide} px wider than the window`);
      }
      equal(all, [], "findings");
    });
  }
}

test("accessible on a phone's width", async (world) => {
  const page = await world.open({ width: 390, height: 800 });
  const all = [];
  for (const [name, path] of Object.entries(await routes(world))) {
    await page.goto(path);
    await settled(page);
    await page.screenshot({ path: `${SHOTS}${name}-phone.png` });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) all.push(`${name}: ${wide} px wider than the window`);
    all.push(...(await findings(page)).map((finding) => `${name}: ${finding}`));
  }
  equal(all, [], "findings");
});
