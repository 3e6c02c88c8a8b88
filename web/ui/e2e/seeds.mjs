// What the tests look at, made through the real server once: a run that trained a model, one that fanned out, one that failed.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./harness.mjs";

export const ended = (run) => ["SUCCEEDED", "FAILED", "CANCELED"].includes(run.state);

/** Waits for the end; a first run may install packages. */
export async function endOf(rest, id, millis = 300_000) {
  return until(`the end of run ${id}`, async () => {
    const run = await rest("GET", `/runs/${id}`);
    return ended(run) && run;
  }, millis);
}

/** A run of an example that did its own work: one taken from the cache has neither artifacts nor logs of its own. */
export async function example(world, id) {
  world.seeds[id] ??= (async () => {
    const known = (await world.rest("GET", "/examples")).items.find((item) => item.id === id);
    const runs = known.pipelineId ? (await world.rest("GET", `/runs?pipeline=${known.pipelineId}&state=SUCCEEDED&limit=50`)).items : [];
    const worked = runs.find((run) => (run.progress.byState.SUCCEEDED ?? 0) === run.progress.total);
    if (worked) return world.rest("GET", `/runs/${worked.id}`);
    const made = await world.rest("POST", `/examples/${id}/run`);
    const first = await endOf(world.rest, made.id);
    if ((first.progress.byState.CACHED ?? 0) === 0) return first;
    const seed = known.inputs.find((input) => input.type === "NUMBER_INTEGER");
    const again = await world.rest("POST", "/runs", { displayName: `${id} again`, versionId: first.versionId, parameters: seed ? { [seed.name]: (Date.now() % 1000) + 1 } : { recipient: `nobody ${Date.now()}` } });
    return endOf(world.rest, again.id);
  })();
  return world.seeds[id];
}

/** hello's compiled text with a step that raises, written to a file for the upload dialog. */
export async function brokenPackage(world) {
  const hello = await example(world, "hello");
  const spec = await world.rest("GET", `/pipelines/${hello.pipelineId}/versions/${hello.versionId}/spec`);
  if (!spec.includes("return text")) throw new Error("the hello example no longer returns its text; adapt the broken one");
  const broken = spec.replace("return text", "raise ValueError(name)").replace("name: hello", "name: never-well");
  const file = join(mkdtempSync(join(tmpdir(), "kumiki-e2e-")), "never-well.yaml");
  writeFileSync(file, broken);
  return file;
}
