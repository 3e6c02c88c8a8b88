import { equal, SHOTS, test, truth, until } from "./harness.mjs";
import { brokenPackage, endOf, example } from "./seeds.mjs";

const runId = (page) => new URL(page.url()).pathname.split("/")[2];

test("a first visitor runs an example with one click and watches it end", async ({ open, rest }) => {
  const page = await open();
  await page.goto("/");
  const onlooker = await open();
  await onlooker.goto("/");
  await onlooker.getByRole("button", { name: /^Run Hello/ }).waitFor();
  await page.getByRole("button", { name: /^Run Hello/ }).click();
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}/);
  await page.locator("header .k-chip[data-state=succeeded]").waitFor({ timeout: 60_000 });
  const run = await rest("GET", `/runs/${runId(page)}`);
  equal(run.state, "SUCCEEDED", "the server's state");
  await page.locator("[data-node] .k-node-main").first().waitFor();
  equal(await page.locator("[data-live]").getAttribute("data-live"), "live", "the live mark");
  await onlooker.locator(".k-example").filter({ hasText: "Hello" }).locator("[data-state=succeeded]").waitFor();
});

test("a run's graph, loop, panel, log and inputs", async (world) => {
  const run = await example(world, "train_and_evaluate");
  const page = await world.open();
  await page.goto(`/runs/${run.id}`);
  const loop = page.locator('[data-node^="for-loop"]').first();
  await loop.waitFor();
  const before = await page.locator("[data-node]").count();
  await loop.getByRole("button", { name: /^Unfold/ }).click();
  await until("the loop's inside", async () => (await page.locator("[data-node]").count()) > before);
  truth(new URL(page.url()).searchParams.get("open"), "what is open stands in the URL");
  await page.getByRole("button", { name: /^load-wine/ }).and(page.locator(".k-node-main")).click();
  const panel = page.getByRole("complementary", { name: "Step load-wine" });
  await panel.getByRole("rowheader", { name: "test_share" }).waitFor();
  await panel.locator(".k-log-line").first().waitFor();
  equal(new URL(page.url()).searchParams.get("task"), "load-wine", "the chosen step stands in the URL");
  await panel.getByRole("textbox", { name: "Search log" }).fill("zzz-nothing");
  await panel.getByText("No line matches.").waitFor();
  await page.screenshot({ path: `${SHOTS}run-open.png` });
  await page.goto(`/runs/${run.id}?task=load-wine`);
  await page.getByRole("complementary", { name: "Step load-wine" }).waitFor();
});

test("metrics, confusion matrix, ROC, tables, Markdown, and HTML in a frame without our origin", async (world) => {
  const run = await example(world, "train_and_evaluate");
  const page = await world.open();
  if (run.artifacts.length === 0) throw new Error("the example wrote no artifacts of its own; run it once without the cache");
  await page.goto(`/runs/${run.id}/artifacts`);
  await page.getByText("Confusion matrix").first().waitFor();
  await page.getByText("ROC curve").first().waitFor();
  await page.getByText("accuracy").first().waitFor();
  const markdown = run.artifacts.find((a) => a.type === "system.Markdown");
  await page.goto(`/artifacts/${markdown.id}`);
  await page.locator(".k-markdown table").waitFor();
  const dataset = run.artifacts.find((a) => a.type === "system.Dataset");
  await page.goto(`/artifacts/${dataset.id}`);
  await page.getByRole("columnheader", { name: "alcohol", exact: true }).waitFor();
  const html = run.artifacts.find((a) => a.type === "system.HTML");
  await page.goto(`/artifacts/${html.id}`);
  const frame = await until("the frame", () => page.frames().find((f) => f.url().includes("/content/") || (f !== page.mainFrame() && f.url().startsWith("http"))));
  equal(await frame.evaluate(() => window.origin), "null", "the frame's origin");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
  truth(await download.path(), "a downloaded file");
});

test("a failing pipeline, uploaded and run through the forms, opens on its log with the reason on top", async (world) => {
  const { open, rest } = world;
  const file = await brokenPackage(world);
  const page = await open();
  await page.goto("/pipelines");
  await page.getByRole("button", { name: "Upload pipeline" }).first().click();
  const name = `never-well-${Date.now()}`;
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByLabel("Name of the pipeline").fill(name);
  await page.getByRole("button", { name: "Upload", exact: true }).click();
  await page.waitForURL(/\/pipelines\/[0-9a-f-]{36}/);
  await page.getByRole("link", { name: "New run" }).click();
  await page.getByLabel("recipient").fill("nobody");
  await page.getByText("Checked: 1 step will run.").waitFor();
  truth((await page.locator("#twin-panel").innerText()).includes("nobody"), "the twin follows the form");
  await page.getByRole("button", { name: "Start run" }).click();
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}/);
  await page.locator("header .k-chip[data-state=failed]").waitFor({ timeout: 60_000 });
  const panel = page.getByRole("complementary", { name: "Step say-hello" });
  await panel.locator(".k-why.bad").waitFor();
  await panel.locator(".k-log-text.error").first().waitFor();
  await page.screenshot({ path: `${SHOTS}run-failed.png` });
  equal((await rest("GET", `/runs/${runId(page)}`)).parameters, { recipient: "nobody" }, "what was sent");
  await page.getByRole("button", { name: "Retry" }).click();
  await until("the second attempt", async () => (await rest("GET", `/runs/${runId(page)}`)).history.length > 3 || (await page.getByText("attempt 2").count()) > 0, 60_000);
  await endOf(rest, runId(page), 60_000);
});

test("an upload that is not a pipeline is refused in words", async ({ open }) => {
  const page = await open();
  await page.goto("/pipelines?upload=yes");
  await page.locator("input[type=file]").setInputFiles({ name: "x.yaml", mimeType: "text/yaml", buffer: Buffer.from("a: [1, 2") });
  await page.getByLabel("Name of the pipeline").fill("not-one");
  await page.getByRole("button", { name: "Upload", exact: true }).click();
  await page.getByRole("alert").waitFor();
  page.complaints.length = 0;
});

test("wrong inputs are named at the field before anything is sent", async (world) => {
  const run = await example(world, "train_and_evaluate");
  const page = await world.open();
  await page.goto(`/runs/new?from=${run.id}`);
  const seed = page.getByLabel("seed");
  await seed.fill("");
  await page.getByLabel("test_share").fill("");
  await seed.fill("12");
  await page.getByText(/^Checked: /).waitFor();
  truth((await page.locator("#twin-panel").innerText()).includes("seed: 12"), "YAML follows");
  await page.getByRole("tab", { name: "curl" }).click();
  truth((await page.locator("#twin-panel").innerText()).includes('"seed": 12'), "curl follows");
  await page.getByRole("tab", { name: "Python" }).click();
  truth((await page.locator("#twin-panel").innerText()).includes("client.run_pipeline("), "the SDK call follows");
});

test("the run list filters, sorts, selects and compares; the URL holds it all", async (world) => {
  await example(world, "train_and_evaluate");
  await example(world, "hello");
  const page = await world.open();
  await page.goto("/runs");
  await page.getByRole("row").nth(1).waitFor();
  await page.getByRole("button", { name: /Succeeded/ }).click();
  await until("the filter in the URL", () => page.url().includes("state=SUCCEEDED"));
  await until("only such rows", async () => {
    const states = await page.locator(".k-body .k-chip").evaluateAll((chips) => chips.map((chip) => chip.dataset.state));
    return states.length > 0 && states.every((state) => state === "succeeded");
  });
  await page.keyboard.press("/");
  await page.keyboard.type("hello");
  await until("the text in the URL", () => page.url().includes("text=hello"));
  await page.reload();
  equal(await page.getByPlaceholder("Find runs").inputValue(), "hello", "the text after a reload");
  await page.getByText("Clear", { exact: true }).click();
  await page.getByRole("button", { name: "Name", exact: true }).click();
  await until("the sort in the URL", () => page.url().includes("sort=-displayName"));
  const boxes = page.locator(".k-body input[type=checkbox]");
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByRole("heading", { name: "Compare 2 runs" }).waitFor();
  await page.locator(".k-compare").waitFor();
});

test("a run started elsewhere appears in the list within a second, without a reload", async ({ open, rest }) => {
  const page = await open();
  await page.goto("/runs");
  await page.locator("[data-live=live]").waitFor();
  await page.mouse.move(5, 5);
  await page.waitForLoadState("networkidle");
  const made = await rest("POST", "/examples/hello/run");
  const began = Date.now();
  await page.locator(`a[href="/runs/${made.id}"]`).first().waitFor({ timeout: 10_000 });
  const millis = Date.now() - began;
  console.log(`      shown after ${millis} ms`);
  truth(millis < 1000, `shown after ${millis} ms`);
  await page.locator(".k-body", { has: page.locator(`a[href="/runs/${made.id}"]`) }).locator("[data-state=succeeded]").waitFor({ timeout: 60_000 });
});

test("keys: g r, /, ?, Ctrl K; the palette finds objects and actions", async (world) => {
  const run = await example(world, "train_and_evaluate");
  const page = await world.open();
  await page.goto("/");
  await page.locator("[data-live=live]").waitFor();
  await page.getByRole("link", { name: "Artifacts" }).first().waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("Every action and object").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill(run.displayName.slice(0, 12));
  await page.getByRole("option", { name: new RegExp(run.displayName.slice(0, 12)) }).first().waitFor();
  await page.getByRole("combobox").fill("go to art");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Artifacts", exact: true }).waitFor();
});

test("language and theme change at once and stay", async ({ open }) => {
  const page = await open();
  await page.goto("/runs");
  await page.getByRole("button", { name: "日本語" }).click();
  await page.getByRole("heading", { name: "実行", exact: true }).waitFor();
  equal(await page.evaluate(() => document.documentElement.lang), "ja", "the page's language");
  await page.getByRole("button", { name: "ダークテーマ" }).click();
  await page.reload();
  await page.getByRole("heading", { name: "実行", exact: true }).waitFor();
  equal(await page.evaluate(() => document.documentElement.dataset.mantineColorScheme), "dark", "the theme after a reload");
});

test("Kubeflow's own addresses lead to our pages", async (world) => {
  const run = await example(world, "hello");
  const page = await world.open();
  await page.goto(`/#/runs/details/${run.id}`);
  await page.waitForURL(`**/runs/${run.id}`);
  await page.goto(`/#/experiments/details/${run.experimentId}`);
  await page.waitForURL(`**/experiments/${run.experimentId}`);
  await page.goto(`/#/pipelines/details/${run.pipelineId}/version/${run.versionId}`);
  await page.waitForURL(`**/pipelines/${run.pipelineId}/versions/${run.versionId}`);
  await page.locator("[data-node]").first().waitFor();
});

test("archive with undo, a new experiment, and a page that does not exist", async ({ open, rest }) => {
  const page = await open();
  const made = await rest("POST", "/examples/hello/run");
  await endOf(rest, made.id);
  await page.goto(`/runs/${made.id}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Archive" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await until("the undo", async () => !(await rest("GET", `/runs/${made.id}`)).archived);
  const name = `e2e ${Date.now()}`;
  await page.goto("/experiments?new=yes");
  await page.getByRole("dialog").getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("heading", { name }).waitFor();
  await page.goto("/nothing/here");
  await page.getByText("There is no page at /nothing/here.").waitFor();
  await page.goto("/runs/00000000-0000-0000-0000-000000000000");
  await page.getByRole("alert").waitFor();
  page.complaints.length = 0;
});
