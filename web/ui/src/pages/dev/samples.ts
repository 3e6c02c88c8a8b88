import type { Cluster, Entry } from "../../api/scheduling.ts";
import { LogBuffer } from "../../parts/logLines.ts";
import type { Graph, InputParameter, Task, TaskKind, TaskState } from "./types.ts";

export const demoInputs: InputParameter[] = [
  { name: "name", type: "STRING", required: true, description: "Who is greeted" },
  { name: "epochs", type: "NUMBER_INTEGER", required: false, default: 20, description: "" },
  { name: "rate", type: "NUMBER_DOUBLE", required: false, default: 0.003, description: "" },
  { name: "shuffle", type: "BOOLEAN", required: false, default: true, description: "" },
  { name: "layers", type: "LIST", required: false, default: [64, 32], description: "" },
  { name: "options", type: "STRUCT", required: true, description: "" },
  { name: "kind", type: "STRING", required: false, default: "forest", description: "", literals: ["forest", "logistic"] },
];

const node = (id: string, x: number, y: number, kind: TaskKind = "CONTAINER", members?: number) => ({
  id, parent: null, x, y, w: 150, h: 44, label: id, kind, note: null,
  group: members === undefined ? null : { expanded: false, members, type: "LOOP" as const },
});
export const demoGraph: Graph = {
  version: "demo", width: 620, height: 220,
  nodes: [node("ingest", 10, 30), node("features", 230, 100, "LOOP", 2), node("split", 230, 10), node("train", 450, 50), node("evaluate", 450, 150)],
  edges: [["ingest", "split"], ["ingest", "features"], ["split", "train"], ["features", "train"], ["train", "evaluate"]].map(([from = "", to = ""]) => {
    const at = (id: string) => ({ ingest: [10, 30], split: [230, 10], features: [230, 100], train: [450, 50], evaluate: [450, 150] })[id] ?? [0, 0];
    const [x1 = 0, y1 = 0] = at(from);
    const [x2 = 0, y2 = 0] = at(to);
    const points = x1 === x2 ? [{ x: x1 + 75, y: y1 + 44 }, { x: x2 + 75, y: y2 }] : [{ x: x1 + 150, y: y1 + 22 }, { x: x1 + 185, y: y1 + 22 }, { x: x1 + 185, y: y2 + 22 }, { x: x2, y: y2 + 22 }];
    return { id: `${from}-${to}`, from, to, kind: "DATA" as const, points };
  }),
};

export function demoTasks(): Task[] {
  const begin = Date.now() - 200_000;
  const iso = (s: number | null) => (s === null ? null : new Date(begin + s * 1000).toISOString());
  const task = (path: string, graphNode: string, kind: TaskKind, state: TaskState, from: number | null, to: number | null): Task => ({
    id: path, runId: "r", parentId: null, path, node: graphNode, name: path.split("/").at(-1) ?? path, displayName: path.split("/").at(-1) ?? path, kind, state, attempt: 1,
    index: null, iterations: kind === "LOOP" ? 8 : null, podName: null, cachedFrom: null, error: null, createdAt: iso(0) ?? "", startedAt: iso(from), finishedAt: iso(to), wakeAt: null, notes: {},
  });
  return [
    task("ingest", "ingest", "CONTAINER", "CACHED", 0, 1),
    task("split", "split", "CONTAINER", "SUCCEEDED", 1, 5),
    task("features", "features", "LOOP", "RUNNING", 1, null),
    ...Array.from({ length: 8 }, (_, i) => task(`features/${i}`, "features", "ITERATION", i < 5 ? "SUCCEEDED" : "RUNNING", 2, i < 5 ? 50 : null)),
    task("train", "train", "CONTAINER", "RUNNING", 60, null),
    task("evaluate", "evaluate", "CONTAINER", "WAITING", null, null),
  ];
}

export function demoLog(): LogBuffer {
  const buffer = new LogBuffer();
  for (let i = 1; i <= 3000; i++) buffer.append(i % 50 === 0 ? `WARN step ${i} was slow\n` : i % 333 === 0 ? `ValueError: step ${i}\n` : `\u001b[32mstep ${i}\u001b[0m loss=${(1 / i).toFixed(4)}\n`);
  return buffer;
}

const held = (gpus: number, tenant: string, phase = "Running", devices: number[] = []) => ({ gpus, kind: "Gang" as const, namespace: tenant, name: `job-${gpus}`, tenant, phase, since: null, priority: 0, devices });
const gpuNode = (i: number, more: Partial<Cluster["nodes"][number]>): Cluster["nodes"][number] => ({
  name: `gpu-${i}`, place: ["zone-a", `rack-${i >> 1}`], type: "H100", gpus: 8, free: 8000, shared: false, ready: true, schedulable: true, simulated: true,
  cpuMilli: 96_000, cpuFree: 40_000, memory: 5e11, memoryFree: 2e11, unhealthy: 0, held: [], ...more,
});

/** A node in each state that the map can show. */
export const demoCluster: Cluster = {
  at: "2026-01-01T00:00:00Z", revision: "dev-1", past: null, cursor: null, whole: true, removed: [], levels: ["zone", "rack"], proposals: [],
  nodes: [
    gpuNode(0, { free: 0, held: [held(8000, "vision")] }),
    gpuNode(1, { free: 2500, shared: true, held: [held(4000, "nlp", "Starting"), held(1000, "vision", "Repairing", [6]), held(250, "nlp", "Running", [7]), held(250, "vision", "Running", [7])] }),
    gpuNode(2, { gpus: 6, unhealthy: 2, free: 0, held: [held(6000, "nlp", "Releasing")] }), gpuNode(3, { schedulable: false }), gpuNode(4, { ready: false, schedulable: false }), gpuNode(5, {}),
  ],
};

export function demoEntries(now: number): Entry[] {
  const at = (minutes: number | null) => (minutes === null ? null : new Date(now + minutes * 60_000).toISOString());
  const estimate = (middle: number | null, low: number | null, high: number | null) => ({ at: at(middle), low: at(low), high: at(high), from: "declared" as const });
  const entry = (name: string, more: Partial<Entry>): Entry => ({
    namespace: "team", name, tenant: "team", owner: null, members: 1, gpus: 8000, gpuType: "H100", priority: 0, phase: "Waiting", reason: "NoRoom", message: "", messages: { en: "", ja: "" }, since: at(-5),
    position: null, removed: null, help: null, start: null, where: null, until: null, ...more,
  });
  return [
    entry("ends-soon", { phase: "Running", until: estimate(12, 9, 20) }), entry("open-ended", { phase: "Running", until: estimate(null, null, null) }),
    entry("sure", { start: estimate(12, 10, 14) }), entry("unsure", { start: estimate(30, 20, null) }), entry("unknown", { start: estimate(null, null, null) }),
  ];
}
