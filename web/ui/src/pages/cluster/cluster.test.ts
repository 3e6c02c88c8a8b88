import { describe, expect, it } from "vitest";
import { isBehind } from "../../api/following.ts";
import { mergeCluster, type Cluster, type ClusterNode, type Entry, type Held, type HistoryPoint, type Quota, type QuotaPart } from "../../api/scheduling.ts";
import { formats } from "../../words/formats.ts";
import { byEnd, horizonOf, marksOf, share } from "./ahead.ts";
import { roundedSpread, sentence } from "./bits.tsx";
import { cellAt, devicesOf, fittingSize, layoutOf, levelsOf, neighbour } from "./cells.ts";
import { lineOf, nearest } from "./history.ts";
import { letters, meaningsOf } from "./modes.ts";
import { amountText, barOf, mistakesOf, rowsOf } from "./quotas.ts";
import { fieldsOf, questionOf } from "./whatIf.ts";

const held = (gpus: number, more: Partial<Held> = {}): Held => ({ gpus, kind: "Gang", namespace: "ns", name: "job", tenant: "a", phase: "Running", since: null, priority: 0, devices: [], ...more });
const node = (name: string, more: Partial<ClusterNode> = {}): ClusterNode => ({
  name, place: ["b0", "r0"], type: "H100", gpus: 8, free: 8000, shared: false, ready: true, schedulable: true, simulated: true, cpuMilli: 0, cpuFree: 0, memory: 0, memoryFree: 0, unhealthy: 0, held: [], ...more,
});
const cluster = (nodes: ClusterNode[], levels = ["block", "rack"]): Cluster => ({ at: "2026-01-01T00:00:00Z", revision: null, past: null, cursor: null, whole: true, removed: [], levels, nodes, proposals: [] });

describe("devices of a node", () => {
  it("gives the told devices first and fills the rest in order", () => {
    const cells = devicesOf(node("n", { gpus: 4, held: [held(1000, { name: "untold" }), held(1000, { name: "told", devices: [0] })] }));
    expect(cells.map((cell) => cell.shares.map((one) => one.held.name))).toEqual([["told"], ["untold"], [], []]);
    expect(cells.map((cell) => cell.known)).toEqual([true, false, true, true]);
  });
  it("lays fractions beside each other on one device", () => {
    const cells = devicesOf(node("n", { gpus: 2, shared: true, held: [held(250), held(500), held(500)] }));
    expect(cells.map((cell) => [cell.free, cell.shares.map((one) => one.part)])).toEqual([[0, [0.25, 0.5, 0.25]], [750, [0.25]]]);
  });
  it("splits a part over its devices, and never gives more than there is", () => {
    const cells = devicesOf(node("n", { gpus: 2, held: [held(1000, { devices: [0, 1] }), held(9000)] }));
    expect(cells.map((cell) => cell.free)).toEqual([500, 500]);
    const over = devicesOf(node("n", { gpus: 2, held: [held(9000)] }));
    expect(over.map((cell) => cell.free)).toEqual([0, 0]);
  });
  it("draws what is broken and gives it to nobody that does not name it", () => {
    const cells = devicesOf(node("n", { gpus: 1, unhealthy: 1, held: [held(2000)] }));
    expect(cells.map((cell) => [cell.broken, cell.free, cell.shares.length])).toEqual([[false, 0, 1], [true, 0, 0]]);
  });
});

describe("layout", () => {
  const many = cluster(Array.from({ length: 40 }, (_, i) => node(`n${i}`, { place: [`b${i >> 4}`, `r${i >> 2}`] })));
  it("gives every GPU its own place, inside its frames and the width", () => {
    const layout = layoutOf(many, 16, 900);
    expect(layout.cells).toHaveLength(320);
    expect(new Set(layout.cells.map((cell) => `${cell.x},${cell.y}`)).size).toBe(320);
    expect(layout.width).toBeLessThanOrEqual(900);
    expect(layout.frames.map((frame) => frame.depth).filter((depth) => depth === 1)).toHaveLength(3);
    for (const cell of layout.cells) {
      const rack = layout.frames.find((frame) => frame.level === "rack" && frame.name === cell.node.place[1]);
      expect(rack && cell.x >= rack.x && cell.x + 16 <= rack.x + rack.width && cell.y >= rack.y && cell.y + 16 <= rack.y + rack.height).toBe(true);
    }
  });
  it("leaves out levels that no node has, and counts nodes without GPUs", () => {
    const bare = cluster([node("a", { place: [null, "r1"] }), node("cpu", { gpus: 0, place: ["z", null] })], ["zone", "rack"]);
    expect(levelsOf(bare)).toEqual([1]);
    expect(layoutOf(bare, 10, 500).without).toBe(1);
  });
  it("orders names as people do", () => {
    const layout = layoutOf(cluster(["n10", "n2", "n1"].map((name) => node(name))), 10, 500);
    expect(layout.rows.map((row) => row.node.name)).toEqual(["n1", "n2", "n10"]);
  });
  it("fits: larger where there is room", () => {
    expect(fittingSize(many, 1200, 800)).toBeGreaterThan(fittingSize(many, 500, 300));
    expect(fittingSize(cluster([]), 100, 100)).toBeGreaterThan(6);
  });
  it("finds the cell under a point, and none in a gap between racks", () => {
    const layout = layoutOf(many, 16, 900);
    for (const cell of layout.cells) expect(cellAt(layout, cell.x + 5, cell.y + 5)).toBe(cell);
    expect(cellAt(layout, 0, 0)).toBeUndefined();
  });
  it("moves to the next cell in each direction and back", () => {
    const layout = layoutOf(many, 16, 900);
    const first = layout.cells[0];
    if (first === undefined) throw new Error("no cell");
    const right = neighbour(layout, first, 1, 0);
    expect(right).toBe(layout.cells[1]);
    expect(right && neighbour(layout, right, -1, 0)).toBe(first);
    const below = neighbour(layout, first, 0, 1);
    expect([below?.node.name, below?.device]).toEqual(["n1", 0]);
    expect(neighbour(layout, first, 0, -1)).toBeUndefined();
  });
});

describe("meanings", () => {
  const nodes = [node("a", { free: 0, held: [held(8000)] }), node("b", { free: 7500, shared: true, held: [held(500, { tenant: null, name: null, namespace: null })] }), node("c", { ready: false })];
  const layout = layoutOf(cluster(nodes), 16, 900);
  it.each([
    ["tenant", { "t:a": 8000, hidden: 500, free: 7500, notReady: 8000 }],
    ["job", { "ns/job": 8000, hidden: 500, free: 7500, notReady: 8000 }],
    ["state", { Running: 8500, free: 7500, notReady: 8000 }],
    ["health", { healthy: 16000, notReady: 8000 }],
    ["room", { full: 8000, part: 1000, leftOver: 7000, notReady: 8000 }],
  ] as const)("by %s adds up to every GPU", (mode, wanted) => {
    const all = meaningsOf(layout, mode);
    expect(Object.fromEntries([...all.values()].map((one) => [one.key, one.milli]))).toEqual(wanted);
  });
});

const NOW = Date.parse("2026-01-01T12:00:00Z");
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const entry = (more: Partial<Entry>): Entry => ({
  namespace: "ns", name: "x", tenant: null, owner: null, members: 1, gpus: 1000, gpuType: null, priority: 0, phase: "Waiting", reason: "NoRoom", message: "", messages: { en: "", ja: "" }, since: null, ...more,
} as Entry);

describe("the future", () => {
  it("reaches as far as the latest estimate, and an hour without any", () => {
    expect(horizonOf([], NOW)).toBe(3_600_000);
    expect(horizonOf([entry({ start: { at: at(20), low: at(10), high: at(25), from: "declared" } })], NOW)).toBe(1_800_000);
    expect(horizonOf([entry({ start: { at: at(20), low: at(10), high: at(900), from: "unknown" } })], NOW)).toBe(3_600_000);
    expect(horizonOf([entry({ start: { at: at(60), low: at(10), high: at(900), from: "unknown" } })], NOW)).toBe(7_200_000);
    expect(horizonOf([entry({ phase: "Running", until: { at: at(20_000), low: null, high: null, from: "unknown" } })], NOW)).toBe(604_800_000);
  });
  it("keeps marks and bars on the axis", () => {
    expect(marksOf(3_600_000)).toHaveLength(7);
    expect(marksOf(300_000).at(-1)).toBe(300_000);
    expect(share(NOW - 5, NOW, 100)).toBe(0);
    expect(share(NOW + 50, NOW, 100)).toBe(50);
    expect(share(NOW + 500, NOW, 100)).toBe(100);
  });
  it("puts what ends first on top and the open-ended last", () => {
    const until = (minutes: number | null) => ({ at: minutes === null ? null : at(minutes), low: null, high: null, from: "unknown" as const });
    const rows = [entry({ name: "open", until: until(null) }), entry({ name: "late", until: until(9) }), entry({ name: "soon", until: until(1) }), entry({ name: "also-open", until: null })];
    expect(rows.sort(byEnd).map((row) => row.name)).toEqual(["soon", "late", "also-open", "open"]);
  });
  it("rounds an error to what it can mean", () => {
    expect([400, 1_400, 179_400, 200_000, 10_900_000].map(roundedSpread)).toEqual([1_000, 1_000, 179_000, 180_000, 10_800_000]);
  });
  it("says the day where it is not today's", () => {
    const noon = new Date(2026, 0, 1, 12, 0).getTime();
    expect(formats("en").near(noon + 3_600_000, noon)).toBe("13:00");
    expect(formats("en").near(noon + 86_400_000, noon)).toMatch(/2 Jan.*12:00/);
    expect(formats("ja").near(noon + 86_400_000, noon)).toMatch(/1月2日.*12:00/);
  });
});

describe("the server's words", () => {
  it.each([
    ["rack r1 has room for 3", "en", "Rack r1 has room for 3."],
    ["gpu-1 is lost.", "en", "gpu-1 is lost."],
    ["", "en", ""],
    ["空きがありません", "ja", "空きがありません。"],
    ["待ちます。", "ja", "待ちます。"],
  ] as const)("%s", (text, language, wanted) => expect(sentence(text, language)).toBe(wanted));
});

describe("history", () => {
  const point = (minutes: number, waiting: number): HistoryPoint => ({ at: at(minutes), gpusTotal: 8000, gpusAllocated: 4000, gpusFree: 4000, fragmented: 0, waiting, running: 0 });
  const points = [point(0, 0), point(5, 10), point(10, 5)];
  it("draws steps from the first to the last point", () => {
    expect(lineOf(points, (p) => p.waiting / 10, 100, 20)).toBe("M0 20H50V0H100V10");
    expect(lineOf([], () => 0, 100, 20)).toBe("");
  });
  it("finds the nearest point", () => {
    expect(nearest(points, NOW + 4 * 60_000)).toBe(1);
    expect(nearest(points, NOW - 1e9)).toBe(0);
  });
});

describe("what if", () => {
  const fields = fieldsOf(cluster([node("a", { held: [held(1000)] })]), undefined);
  it("asks nothing while nothing is filled in", () => {
    expect(questionOf(fields, {}, "ns")).toEqual({ body: null, wrong: {} });
  });
  it("takes what the cluster has for what is left empty", () => {
    expect(questionOf(fields, { nodes: "2" }, "ns").body).toEqual({ addNodes: [{ count: 2, type: "H100", gpus: 8 }] });
    expect(questionOf(fields, { members: 3, gpus: "4", within: "rack", type: "H100" }, "ns").body).toEqual({
      gang: { namespace: "ns", priority: 0, required: "rack", alternatives: [{ type: "H100", speed: 1 }], classes: [{ name: "member", min: 3, max: 3, requests: { cpu: "1", memory: "1Gi", "nvidia.com/gpu": "4" }, tolerations: [{ key: "kumiki.io/simulated", operator: "Exists" }] }] },
    });
    expect(questionOf(fields, { names: "a, b", level: "rack" }, "ns").body).toEqual({ cordon: { nodes: ["a", "b"] } });
    expect(questionOf(fields, { tenant: "a", limit: "16" }, "ns").body).toEqual({ quotas: [{ tenant: "a", limit: { "nvidia.com/gpu": "16" } }] });
  });
  it("names what is wrong and asks nothing then", () => {
    expect(questionOf(fields, { nodes: "0" }, "ns")).toEqual({ body: null, wrong: { nodes: "whatIf.tooSmall" } });
    expect(questionOf(fields, { nodes: "1.5" }, "ns").wrong).toEqual({ nodes: "form.integer" });
    expect(questionOf(fields, { limit: "5" }, "ns").wrong).toEqual({ tenant: "form.required" });
    expect(questionOf(fields, { level: "rack" }, "ns").wrong).toEqual({ value: "form.required" });
  });
});

describe("letters of the map", () => {
  it("go on with two after Z, and end where two are not enough", () => expect([0, 25, 26, 701, 702].map(letters)).toEqual(["A", "Z", "AA", "ZZ", undefined]));
  it("differ for every job and tenant, and are none where the cell itself is marked", () => {
    const nodes = ["a", "b", "c"].map((name) => node(name, { free: 0, held: [held(8000, { name, tenant: `t-${name}` })] }));
    for (const mode of ["job", "tenant"] as const) {
      const meanings = [...meaningsOf(layoutOf(cluster([...nodes, node("d"), node("e", { ready: false })]), 16, 900), mode).values()];
      const marks = meanings.map((one) => one.mark).filter((mark) => mark !== undefined);
      expect(new Set(marks).size).toBe(3);
      expect(meanings.filter((one) => one.mark === undefined).map((one) => one.key).sort()).toEqual(["free", "notReady"]);
    }
  });
});

describe("what the stream tells", () => {
  const shown = (revision: string | null, at = "2026-01-01T00:00:00Z") => ({ revision, at });
  const told = (revision: string | null, at: string | null = "2026-01-01T00:00:00Z") => ({ revision, at });
  it("is behind where the server is further, or another one", () => {
    expect(isBehind(shown("a-9"), told("a-10"), false)).toBe(true);
    expect(isBehind(shown("a-10"), told("a-9"), false)).toBe(false);
    expect(isBehind(shown("a-10"), told("b-1"), false)).toBe(true);
    expect(isBehind(shown(null), told("b-1"), true)).toBe(false);
    expect(isBehind(undefined, told("b-1"), true)).toBe(false);
  });
  it("is behind where only times have moved, if it shows some", () => {
    expect(isBehind(shown("a-1"), told("a-1", "2026-01-01T00:00:10Z"), true)).toBe(true);
    expect(isBehind(shown("a-1"), told("a-1", "2026-01-01T00:00:10Z"), false)).toBe(false);
  });
  it("replaces nodes that changed, and leaves the others the same objects", () => {
    const node = (name: string, free: number) => ({ name, free }) as ClusterNode;
    const before = { ...cluster([]), cursor: "a-1~0", nodes: [node("a", 1), node("b", 2), node("d", 3)] };
    const after = mergeCluster(before, { ...before, whole: false, cursor: "a-2~0", removed: ["d"], nodes: [node("b", 9), node("c", 4)] });
    expect(after.nodes.map((one) => [one.name, one.free])).toEqual([["a", 1], ["b", 9], ["c", 4]]);
    expect(after.nodes[0]).toBe(before.nodes[0]);
    expect(after.cursor).toBe("a-2~0");
    const whole = { ...before, nodes: [] };
    expect(mergeCluster(before, whole)).toBe(whole);
  });
});

describe("quotas", () => {
  it("says whose a mistake is once", () => {
    expect(mistakesOf("vision", "vision: there is no parent all")).toBe("there is no parent all");
    expect(mistakesOf("vision", "it was deleted")).toBe("it was deleted");
  });

  const part = (resource: string, more: Partial<QuotaPart> = {}): QuotaPart => ({ resource, guaranteed: null, limit: null, used: 0, borrowed: 0, lent: 0, ...more });
  const quota = (id: number, above: number | null, name: string | null, more: Partial<Quota> = {}): Quota => ({
    id, above, name, depth: 0, parent: null, holds: true, accepted: true, reason: "InTree", message: null, namespaces: [], namespacesHidden: 0, resources: [part("cpu"), part("nvidia.com/gpu")], binding: [], ...more,
  });
  const tree = [quota(0, null, "all"), quota(1, 0, "research", { resources: [] }), quota(2, 1, "speech", { namespaces: ["Audio-dev"] }), quota(3, 0, null)];

  it("keep their place in the tree when they are looked for", () => {
    expect(rowsOf(tree, "", "").map((row) => [row.quota.id, row.part?.resource, row.first])).toEqual([
      [0, "cpu", true], [0, "nvidia.com/gpu", false], [1, undefined, true], [2, "cpu", true], [2, "nvidia.com/gpu", false], [3, "cpu", true], [3, "nvidia.com/gpu", false],
    ]);
    expect(rowsOf(tree, "audio", "cpu").map((row) => [row.quota.id, row.part?.resource, row.first])).toEqual([[0, "cpu", true], [1, undefined, true], [2, "cpu", true]]);
    expect(rowsOf(tree, "nobody", "")).toEqual([]);
  });
  it("are drawn on one scale that holds use, guarantee and limit", () => {
    expect(barOf(part("cpu", { guaranteed: 4, limit: 20, used: 10, borrowed: 6 }))).toEqual({ own: 0.2, borrowed: 0.3, lent: 0, guaranteed: 0.2, limit: 1 });
    expect(barOf(part("cpu", { guaranteed: 8, used: 2, lent: 4 }))).toEqual({ own: 0.25, borrowed: 0, lent: 0.5, guaranteed: 1, limit: null });
    expect(barOf(part("cpu", { guaranteed: 8, used: null }))?.own).toBe(0);
    expect(barOf(part("cpu", { guaranteed: 0, limit: 0 }))).toBeNull();
  });
  it("are told in the unit of the resource", () => {
    const words = formats("en");
    expect(["cpu", "memory", "hugepages-2Mi", "nvidia.com/gpu", "kumiki.io/gpu-milli"].map((resource) => amountText(resource, 2048, words))).toEqual(["2.048", "2.0 KiB", "2.0 KiB", "2,048", "2,048"]);
  });
});
