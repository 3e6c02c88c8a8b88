// Map, queue, gang page and what-if against a Kumiki with simulated GPU nodes and real gangs.
import { gangs, hasCluster, kube, kubectl, makeGang, dropGang, NAMESPACE } from "./cluster-seeds.mjs";
import { findings, settled } from "./access.mjs";
import { equal, SHOTS, test, truth, until } from "./harness.mjs";

if (!hasCluster()) console.log("Browser tests of map and queue: skipped, KUMIKI_KUBECONFIG is not set (DIR/kubeconfig of a Kumiki started with --nodes \"8 x gpu=8 type=H100 rack=4 block=2\")");
const cluster = hasCluster() ? test : () => undefined;

cluster("the queue says what waits and why, and what runs; both lead to the gang", async (world) => {
  await gangs(world);
  const page = await world.open();
  await page.goto("/");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Queue/ }).click();
  await page.getByRole("heading", { name: "Queue", exact: true }).waitFor();
  const queue = await world.rest("GET", "/scheduling/queue");
  const table = page.getByRole("table", { name: "Waiting jobs" });
  await table.getByRole("link", { name: "moe-64" }).waitFor();
  equal(await table.locator(".k-body").count(), queue.waiting.length, "rows that wait");
  truth((await table.locator(".k-body").first().innerText()).includes(queue.waiting[0].messages.en.slice(1, 20)), "the reason in words");
  await page.getByRole("table", { name: "Running" }).getByRole("link", { name: "llm-pretrain" }).waitFor();
  await page.getByRole("searchbox").or(page.getByPlaceholder("Find jobs")).fill("tune");
  await until("only that row", async () => (await table.locator(".k-body").count()) === 1);
  truth(page.url().includes("text=tune"), "the filter in the URL");
  await table.getByRole("link", { name: "tune-rack" }).click();
  await page.waitForURL(`**/queue/${NAMESPACE}/tune-rack`);
  await page.locator("header .k-chip[data-state=waiting]").waitFor();
  truth((await page.locator(".k-facts, .facts").innerText()).includes("rack"), "the rack it must be in");
});

/** Milliseconds from the moment that the server's answer tells it to the moment that the page shows it. Both are looked at every 20 ms. */
async function lag(told, shown) {
  const at = async (what, condition) => {
    for (const end = Date.now() + 60_000; Date.now() < end; ) {
      if (await condition().catch(() => false)) return Date.now();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`waited 60 s for ${what}`);
  };
  const [first, then] = await Promise.all([at("the server", told), at("the page", shown)]);
  return then - first;
}

cluster("a gang that is made elsewhere appears in the queue, and its page and the map follow it within 300 ms, without asking meanwhile", async (world) => {
  await gangs(world);
  const [queue, map, gang] = [await world.open(), await world.open(), await world.open()];
  // A job that is gone is asked for once more.
  gang.complaints.push = () => 0;
  const asked = [];
  for (const page of [queue, map, gang]) page.on("request", (request) => request.url().includes("/api/v1/scheduling/") && asked.push(request.url()));
  await queue.goto("/queue");
  await queue.getByRole("table", { name: "Waiting jobs" }).waitFor();
  await map.goto("/map?by=job");
  await map.locator(".k-legend").waitFor();
  // Three times: one of them may fall together with something else on this machine.
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    const name = `late-${Date.now() % 100_000}`;
    const entry = async () => world.rest("GET", `/scheduling/gangs/${NAMESPACE}/${name}`).catch(() => null);
    const lags = Promise.all([
      lag(async () => (await entry()) !== null, async () => (await queue.getByRole("link", { name }).count()) > 0),
      lag(async () => ["Reserved", "Starting", "Running"].includes((await entry())?.phase), async () => (await map.locator(".k-legend").innerText()).includes(name)),
    ]);
    // Short enough to pass before what waits.
    await makeGang(name, { size: 1, gpus: 1, seconds: 30 });
    const [listed, drawn] = await lags;
    await gang.goto(`/queue/${NAMESPACE}/${name}`);
    await gang.locator("header .k-chip[data-state=running]").waitFor({ timeout: 30_000 });
    await gang.getByRole("navigation", { name: "Views" }).getByRole("link", { name: /Members/ }).click();
    await gang.getByText(`${name}-0`).waitFor();
    const gone = lag(async () => !["Starting", "Running"].includes((await entry())?.phase), async () => (await gang.locator("header .k-chip[data-state=running]").count()) === 0 && (await gang.locator("header h1").count()) === 1);
    await dropGang(name, 1);
    rounds.push([listed, drawn, await gone]);
  }
  const median = (i) => rounds.map((round) => round[i]).sort((a, b) => a - b)[1];
  console.log(`      on the page after the server's answer had it (queue, map, gang page): ${rounds.map((round) => round.join(", ")).join(" | ")} ms`);
  for (const [i, what] of ["queue", "map", "gang page"].entries()) truth(median(i) < 300, `${what}: shown after ${rounds.map((round) => round[i])} ms`);
  // Nothing happens now: only times move, every ten seconds.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  asked.length = 0;
  await new Promise((resolve) => setTimeout(resolve, 7_000));
  truth(asked.length <= 6, `${asked.length} questions in 7 quiet seconds: ${asked.join(" ")}`);
});

cluster("what was missed while the socket was away is on the page once it is back", async (world) => {
  await gangs(world);
  const page = await world.open();
  const sockets = [];
  let away = false;
  await page.routeWebSocket(/\/api\/v1\/stream/, (socket) => {
    if (away) return void socket.close();
    socket.connectToServer();
    sockets.push(socket);
  });
  // Asking in its place is another thing, which is shut out here.
  await page.route("**/api/v1/scheduling/**", (route) => (away ? route.abort() : route.continue()));
  await page.goto("/queue");
  await page.getByRole("table", { name: "Waiting jobs" }).waitFor();
  away = true;
  for (const socket of sockets) await socket.close();
  await page.locator("[data-live=lost]").waitFor({ timeout: 20_000 });
  const name = `away-${Date.now() % 100_000}`;
  await makeGang(name, { size: 1, gpus: 1, seconds: 30 });
  await until("it is placed", async () => (await world.rest("GET", `/scheduling/gangs/${NAMESPACE}/${name}`)).phase === "Running");
  away = false;
  await page.getByRole("link", { name }).first().waitFor({ timeout: 30_000 });
  await page.locator("[data-live=live]").waitFor();
  page.complaints.length = 0;
  await dropGang(name, 1);
});

cluster("the map reads out every GPU by pointer and by keyboard, and opens its gang", async (world) => {
  await gangs(world);
  const page = await world.open();
  await page.goto("/map");
  const map = page.getByRole("application", { name: "GPUs by place" });
  await map.waitFor();
  const state = await world.rest("GET", "/scheduling/cluster");
  const gpus = state.nodes.reduce((sum, node) => sum + node.gpus + node.unhealthy, 0);
  await until("all cells", async () => Number(await page.locator(".k-map canvas").getAttribute("data-cells")) === gpus);
  await map.focus();
  const said = page.locator(".k-map [role=status]");
  const first = await until("the first GPU", async () => (await said.innerText()).trim());
  truth(/GPU 0 of 8/.test(first), `said ${first}`);
  await page.keyboard.press("ArrowRight");
  await until("the next GPU", async () => /GPU 1 of 8/.test(await said.innerText()));
  await page.keyboard.press("ArrowDown");
  await until("another node", async () => !(await said.innerText()).startsWith(first.split(",")[0]));
  await page.keyboard.press("Home");
  for (let i = 0; i < 64 && !(await said.innerText()).includes("llm-pretrain"); i++) await page.keyboard.press(i % 8 === 7 ? "ArrowDown" : "ArrowRight");
  truth((await said.innerText()).includes(`${NAMESPACE}/llm-pretrain`), `found it, at ${await said.innerText()}`);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/queue/${NAMESPACE}/llm-pretrain`);
  await page.goBack();
  await page.getByRole("button", { name: "State" }).click();
  await until("the mode in the URL", () => page.url().includes("by=state"));
  await page.getByRole("button", { name: /^Running/ }).click();
  await until("the choice in the URL", () => page.url().includes("only=Running"));
  await page.getByRole("button", { name: "As a table" }).click();
  await page.getByRole("table", { name: "Nodes" }).getByText("llm-pretrain").first().waitFor();
});

cluster("what if: five more nodes let the first in the queue start at once; the address holds the question", async (world) => {
  await gangs(world);
  const page = await world.open();
  await page.goto("/queue");
  await page.getByRole("link", { name: "What if…" }).click();
  await page.getByRole("heading", { name: "What if" }).waitFor();
  await page.getByText("Fill in what should be different").waitFor();
  await page.getByLabel("Nodes to add").fill("0");
  await page.getByText("Too small").waitFor();
  await page.getByLabel("Nodes to add").fill("5");
  const row = page.getByRole("row").filter({ hasText: "moe-64" });
  await row.getByText("any moment").waitFor();
  await row.getByText("earlier").waitFor();
  truth((await page.locator(".k-figures").innerText()).includes("64 → 104"), "GPUs before and after");
  truth(page.url().includes("nodes=5"), "the question in the URL");
  await page.reload();
  await row.getByText("any moment").waitFor();
  equal(await page.getByLabel("Nodes to add").inputValue(), "5", "the field after a reload");
  await page.getByLabel("Nodes to add").fill("");
  await page.getByLabel("Members").fill("1");
  await page.getByText("It would be number 3 in the queue.").waitFor();
  await page.getByLabel("Priority").fill("100");
  await page.getByText("Starts at once").waitFor();
  await page.getByRole("tab", { name: "curl" }).click();
  truth((await page.locator("#twin-panel").innerText()).includes('"nvidia.com/gpu": "8"'), "the same as curl");
});

cluster("over time: the slider leads to a time, its figures and the queue of then stand in the URL", async (world) => {
  await gangs(world);
  const points = await until("two samples with the gangs", async () => {
    const list = (await world.rest("GET", "/scheduling/history?points=300")).points;
    return list.length > 2 && list.at(-2).gpusAllocated > 0 && list;
  }, 120_000);
  const page = await world.open();
  await page.goto("/map");
  const panel = page.getByRole("region", { name: "Over time" });
  const slider = panel.getByRole("slider", { name: "Time to look at" });
  await slider.waitFor();
  truth((await slider.getAttribute("aria-valuetext")).includes(`of ${points.at(-1).gpusTotal / 1000} GPUs used`), "the figures as text");
  await slider.focus();
  await page.keyboard.press("ArrowLeft");
  await until("the time in the URL", () => page.url().includes("at=20"));
  const past = page.getByRole("region", { name: "The past" });
  await past.getByText(/^As it was on/).waitFor();
  await past.getByText("Played back from the decision log.").waitFor();
  await panel.getByRole("link", { name: `${NAMESPACE}/moe-64` }).waitFor();
  await page.reload();
  await panel.getByRole("link", { name: `${NAMESPACE}/llm-pretrain` }).waitFor();
  // A job that came afterwards is on the map of now, not on that of then.
  const name = `after-${Date.now() % 100_000}`;
  await makeGang(name, { size: 1, gpus: 1, seconds: 30 });
  const there = async () => (await page.locator(".k-legend").innerText()).includes(name);
  await until("it runs", async () => (await world.rest("GET", `/scheduling/gangs/${NAMESPACE}/${name}`)).phase === "Running");
  await until("llm-pretrain on the map of then", async () => (await page.locator(".k-legend").innerText()).includes("llm-pretrain"));
  truth(!(await there()), "not on the map of then");
  await past.getByRole("button", { name: "Back to now" }).click();
  await until("now again", () => !page.url().includes("at="));
  await until("on the map of now", there);
  await dropGang(name, 1);
  await until("gone", async () => !(await there()));
});

cluster("why a job waited: its page at a time of its timeline says it as it was then; what is gone has its past too; before the log there is nothing", async (world) => {
  await gangs(world);
  const name = `short-${Date.now() % 100_000}`;
  await makeGang(name, { size: 9, gpus: 8, seconds: 60 });
  const waited = await until("it waits", async () => {
    const gang = await world.rest("GET", `/scheduling/gangs/${NAMESPACE}/${name}`);
    return gang.phase === "Waiting" && gang.timeline.length > 0 && gang;
  });
  // The log is read for times that have passed.
  await until("a second later", () => Date.now() > Date.parse(waited.timeline.at(-1).at) + 2_000);
  const page = await world.open();
  await page.goto(`/queue/${NAMESPACE}/${name}/timeline`);
  await page.locator(".k-steps a").first().waitFor();
  await dropGang(name, 9);
  await page.getByText("This job is not there any more.").waitFor();
  page.complaints.length = 0;
  await page.locator(".k-steps a").first().click();
  await page.getByRole("region", { name: "The past" }).waitFor();
  await page.locator("header .k-chip[data-state=waiting]").waitFor();
  await page.getByRole("heading", { name: "Why it waits" }).waitFor();
  await page.goto("/queue?at=2020-01-01T00:00:00Z");
  await page.getByText("The decision log does not reach back to this time").waitFor();
  page.complaints.length = 0;
  await page.getByRole("button", { name: "Back to now" }).click();
  await page.getByRole("table", { name: "Waiting jobs" }).waitFor();
  page.complaints.length = 0;
});

cluster("the YAML of a gang is what kubectl prints", async (world) => {
  await gangs(world);
  const page = await world.open();
  await page.goto(`/queue/${NAMESPACE}/llm-pretrain/yaml`);
  const shown = page.locator(".k-twin pre");
  await shown.waitFor();
  const text = async () => shown.innerText();
  truth((await text()).startsWith("apiVersion: kumiki.io/v1alpha1\nkind: Gang\nmetadata:"), await text());
  truth(!(await text()).includes("managedFields"), "no managed fields");
  const printed = kubectl(["get", "gang", "llm-pretrain", "-n", NAMESPACE, "-o", "yaml"]);
  if (printed === null) console.log("      comparison skipped: no kubectl here");
  else equal((await text()).trim(), printed.trim(), "what kubectl prints");
  await page.getByRole("switch", { name: "managed fields" }).check({ force: true });
  await until("who wrote what", async () => (await text()).includes("managedFields"));
  await page.getByRole("button", { name: "Copy" }).last().waitFor();
});

cluster("the decision log filters by job and leads to its timeline", async (world) => {
  await gangs(world);
  const page = await world.open();
  await page.goto("/queue");
  await page.getByRole("link", { name: "Decision log" }).click();
  const table = page.getByRole("table", { name: "Decision log" });
  await table.getByRole("link", { name: `${NAMESPACE}/moe-64` }).first().waitFor();
  await page.getByPlaceholder("Name of a job").fill("llm-pretrain");
  await until("only that job", async () => (await table.getByRole("link", { name: "moe-64" }).count()) === 0 && (await table.getByRole("link", { name: "llm-pretrain" }).count()) > 1);
  await table.getByRole("link", { name: "llm-pretrain" }).first().click();
  await page.waitForURL(`**/queue/${NAMESPACE}/llm-pretrain`);
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: /Timeline/ }).click();
  await page.locator(".k-steps li").nth(1).waitFor();
  truth((await page.locator(".k-steps").innerText()).includes("Running"), "its run in the timeline");
});

/** An answer of the server's form with many GPUs: nothing else can be looked at in such numbers. */
function large(nodes) {
  const at = new Date().toISOString();
  const held = (i, gpus) => ({ gpus, kind: "Gang", namespace: "default", name: `job-${Math.floor(i / 16)}`, tenant: `team-${Math.floor(i / 64) % 9}`, phase: i % 37 === 0 ? "Starting" : "Running", since: at, priority: 0, devices: [] });
  return {
    at, revision: null, past: null, cursor: null, whole: true, removed: [], levels: ["zone", "block", "rack"], proposals: [],
    nodes: Array.from({ length: nodes }, (_, i) => ({
      name: `gpu-${i}`, place: [`zone-${Math.floor(i / 640)}`, `block-${Math.floor(i / 64)}`, `rack-${Math.floor(i / 8)}`], type: "H100", gpus: i % 97 === 0 ? 7 : 8, unhealthy: i % 97 === 0 ? 1 : 0,
      free: i % 5 === 0 ? 3000 : 0, shared: false, ready: i % 211 !== 0, schedulable: i % 211 !== 0, simulated: true, cpuMilli: 96000, cpuFree: 4000, memory: 1e12, memoryFree: 1e11,
      held: i % 5 === 0 ? [held(i, 4000), { ...held(i + 16, 250), devices: [5] }] : [held(i, i % 97 === 0 ? 7000 : 8000)],
    })),
  };
}

cluster("ten thousand GPUs on a processor four times slower: one canvas, one stop of the keyboard, frames while it scrolls, is hovered and zoomed", async (world) => {
  const page = await world.open({ width: 1440, height: 900 });
  await page.route("**/api/v1/scheduling/cluster*", (route) => route.fulfill({ json: large(1250) }));
  const slow = await page.context().newCDPSession(page);
  await page.goto("/map?size=16");
  const canvas = page.locator(".k-map canvas");
  await until("all cells", async () => (await canvas.getAttribute("data-cells")) === "10000");
  const elements = await page.locator(".k-map *").count();
  truth(elements < 60, `${elements} elements for 10,000 GPUs`);
  equal(await page.locator(".k-map").locator("a[href], button, input, [tabindex]:not([tabindex='-1'])").count(), 1, "stops of the keyboard");
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  /** Steps of one kind, one per frame: time from frame to frame, what drawing cost, how often it was drawn. */
  const measured = (kind) => page.evaluate(async (kind) => {
    const area = document.querySelector(".k-map-scroll");
    const canvas = document.querySelector(".k-map canvas");
    const box = area.getBoundingClientRect();
    const frames = [], costs = [];
    let last = performance.now();
    let drawn = 0;
    const watch = new MutationObserver((changes) => (drawn += changes.length));
    watch.observe(canvas, { attributes: true, attributeFilter: ["data-paint"] });
    for (let i = 0; i < 60; i++) {
      if (kind === "scroll") area.scrollTop = (area.scrollHeight - area.clientHeight) * (i / 60);
      if (kind === "hover") area.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: box.left + 120 + i * 9, clientY: box.top + 60 + i * 3 }));
      if (kind === "zoom") area.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, key: i % 10 < 5 ? "+" : "-" }));
      await new Promise((resolve) => requestAnimationFrame(resolve));
      await new Promise((resolve) => setTimeout(resolve, 0));
      const now = performance.now();
      frames.push(now - last);
      costs.push(Number(canvas.dataset.paint));
      last = now;
    }
    watch.disconnect();
    const at = (list, share) => [...list].sort((a, b) => a - b)[Math.floor(list.length * share)];
    return { frame: at(frames, 0.5), frame95: at(frames, 0.95), paint: at(costs, 0.5), paint95: at(costs, 0.95), drawn };
  }, kind);
  const text = (name, m) => console.log(`      ${name}: frame ${m.frame.toFixed(1)} ms, 95 % ${m.frame95.toFixed(1)} ms; drawing ${m.paint.toFixed(1)} ms, 95 % ${m.paint95.toFixed(1)} ms; drawn ${m.drawn} times in 60 steps`);
  const all = {};
  for (const kind of ["scroll", "hover", "zoom"]) text(`10,000 GPUs, ${kind}`, (all[kind] = await measured(kind)));
  await page.screenshot({ path: `${SHOTS}map-10000.png` });
  await page.goto("/map?size=6");
  await until("all cells", async () => (await canvas.getAttribute("data-cells")) === "10000");
  for (const kind of ["scroll", "hover"]) text(`10,000 GPUs at the smallest, ${kind}`, (all[`small ${kind}`] = await measured(kind)));
  await page.screenshot({ path: `${SHOTS}map-10000-small.png` });
  // Not figures to pass by: only what could not be called smooth any more. Once drawn for a step is enough.
  for (const [kind, m] of Object.entries(all)) {
    truth(kind === "zoom" ? m.frame < 1_000 : m.frame < 200, `${kind}: a frame took ${m.frame.toFixed(0)} ms`);
    truth(m.drawn <= 70, `${kind}: drawn ${m.drawn} times for 60 steps`);
  }
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await page.getByRole("button", { name: "As a table" }).click();
  const table = page.getByRole("table", { name: "Nodes" });
  equal(await table.getAttribute("aria-rowcount"), "1251", "rows as readers are told");
  truth((await table.getByRole("row").count()) < 80, "rows in the page");
});

/** What one cluster does not show: nothing at all, no right, not ready, no answer. `null` aborts. */
const problem = (status, code) => ({ status, contentType: "application/problem+json", body: JSON.stringify({ type: `urn:kumiki:problem:${code}`, title: code, status, code, detail: `${code} it is` }) });
const EMPTY = { revision: null, past: null, at: new Date().toISOString() };
const STATES = {
  empty: { cluster: { json: { ...large(0) } }, queue: { json: { ...EMPTY, waiting: [], running: [] } }, decisions: { json: { items: [], next: null } }, history: { json: { points: [], replayFrom: null } } },
  forbidden: Object.fromEntries(["cluster", "queue", "gangs", "decisions", "history", "what-if"].map((kind) => [kind, problem(403, "Forbidden")])),
  starting: Object.fromEntries(["cluster", "queue", "gangs", "decisions", "history", "what-if"].map((kind) => [kind, problem(503, "Starting")])),
  lost: Object.fromEntries(["cluster", "queue", "gangs", "decisions", "history", "what-if"].map((kind) => [kind, null])),
};
const SAID = { empty: /No node of this cluster has a GPU|There are no jobs|Nothing has been decided/, forbidden: /You may not see this/, starting: /The scheduler is not ready yet/, lost: /The server does not answer/ };
for (const [state, mocks] of Object.entries(STATES)) {
  cluster(`map, queue, job and decision log say it in words and stay accessible: ${state}`, async (world) => {
    for (const [language, width] of [["en", 1280], ["ja", 390]]) {
      const page = await world.open({ language, width, height: 800 });
      // The browser reports each refusal, which is what is wanted here.
      page.complaints.push = () => 0;
      await page.route("**/api/v1/scheduling/**", (route) => {
        const mock = mocks[new URL(route.request().url()).pathname.split("/")[4]];
        return mock === undefined ? route.continue() : mock === null ? route.abort() : route.fulfill(mock);
      });
      for (const [name, path] of Object.entries({ map: "/map", queue: "/queue", ...(state === "empty" ? {} : { job: `/queue/${NAMESPACE}/any` }), decisions: "/queue/decisions" })) {
        await page.goto(path);
        await page.locator("main h1").first().waitFor();
        if (language === "en") await page.getByText(SAID[state]).first().waitFor({ timeout: 15_000 });
        else await page.waitForTimeout(500);
        await page.screenshot({ path: `${SHOTS}${state}-${name}-${language}.png` });
        equal((await findings(page)).map((finding) => `${name}: ${finding}`), [], "findings");
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        truth(wide <= 0, `${name}: ${wide} px wider than the window`);
      }
    }
  });
}

const ROUTES = {
  map: "/map", "map-room": "/map?by=room", "map-table": "/map?view=table", queue: "/queue", "gang-waiting": `/queue/${NAMESPACE}/moe-64`, "gang-members": `/queue/${NAMESPACE}/llm-pretrain/members`,
  "gang-timeline": `/queue/${NAMESPACE}/llm-pretrain/timeline`, "gang-yaml": `/queue/${NAMESPACE}/llm-pretrain/yaml`, decisions: "/queue/decisions", "what-if": "/queue/what-if?nodes=4&members=2&gpus=8",
};
for (const [language, theme, width] of [["en", "light", 1440], ["ja", "dark", 1440], ["en", "dark", 800], ["ja", "light", 800], ["ja", "light", 390]]) {
  cluster(`map and queue are accessible in ${language}, ${theme}, ${width} px`, async (world) => {
    await gangs(world);
    const page = await world.open({ language, theme, width, height: 900 });
    const then = encodeURIComponent(new Date(Date.now() - 10_000).toISOString());
    const all = [];
    const routes = { ...ROUTES, "map-then": `/map?at=${then}`, "queue-then": `/queue?at=${then}`, "gang-then": `/queue/${NAMESPACE}/moe-64?at=${then}` };
    for (const [name, path] of Object.entries(routes)) {
      await page.goto(path);
      await settled(page);
      await page.screenshot({ path: `${SHOTS}${name}-${language}-${theme}-${width}.png` });
      all.push(...(await findings(page)).map((finding) => `${name}: ${finding}`));
      equal(await page.locator("main").count(), 1, `${name}: mains`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) all.push(`${name}: ${wide} px wider than the window`);
    }
    equal(all, [], "findings");
  });
}

const QUOTAS = "/apis/kumiki.io/v1alpha1/tenantquotas";
const quota = (name, spec) => kube("POST", QUOTAS, { apiVersion: "kumiki.io/v1alpha1", kind: "TenantQuota", metadata: { name }, spec });

cluster("quotas: without one the page says how to begin; a tree shows its use as it changes, and a mistake in it", async (world) => {
  const page = await world.open();
  const nobody = "quota-nobody";
  await page.goto("/quotas");
  await page.getByText("kubectl apply -f quotas.yaml").waitFor();
  try {
    await quota("quota-all", { guaranteed: { "nvidia.com/gpu": "64" } });
    await quota("quota-default", { parent: "quota-all", guaranteed: { "nvidia.com/gpu": "0" }, limit: { "nvidia.com/gpu": "64" }, namespaces: [NAMESPACE] });
    const table = page.getByRole("table", { name: "Quotas" });
    await table.getByRole("link", { name: "quota-default" }).waitFor();
    const shown = () => table.getByRole("img").last().getAttribute("aria-label");
    const { used: before } = await until("use is told", async () => {
      const part = (await world.rest("GET", "/scheduling/quotas")).quotas.at(-1).resources[0];
      return part !== undefined && part.used !== null && part;
    });
    const name = `quota-${Date.now() % 100_000}`;
    await makeGang(name, { size: 1, gpus: 1 });
    await until("one more is used, without a question of ours", async () => (await shown())?.includes(`${before + 1} used, 0 guaranteed, ${before + 1} borrowed, 0 lent, limit 64`));
    await dropGang(name, 1);
    await until("it is given back", async () => (await shown())?.includes(`${before} used`));
    await quota(nobody, { parent: "who", guaranteed: {} });
    await page.getByText("there is no parent who").waitFor();
    await table.getByRole("link", { name: nobody }).waitFor();
  } finally {
    for (const one of [nobody, "quota-default", "quota-all"]) await kube("DELETE", `${QUOTAS}/${one}`);
  }
  await page.getByText("kubectl apply -f quotas.yaml").waitFor();
});
