import { describe, expect, it } from "vitest";
import type { Graph, Task } from "../api/client.ts";
import { roundedPath } from "./edges.ts";
import { ticks } from "./Gantt.tsx";
import { criticalPath, nodeStates, summary, timelineNodes } from "./states.ts";

let clock = 0;
function task(path: string, kind: Task["kind"], state: Task["state"], from?: number, to?: number, more: Partial<Task> = {}): Task {
  const iso = (s: number | undefined) => (s === undefined ? null : new Date(s * 1000).toISOString());
  const node = path.split("/").map((part) => (/^\d+$/.test(part) ? "*" : part)).join("/").replace(/\/\*$/, "");
  return {
    id: path, runId: "r", parentId: null, path, node, name: path, displayName: path, kind, state, attempt: 1, index: null, iterations: null, podName: null, cachedFrom: null, error: null,
    createdAt: iso(clock++) ?? "", startedAt: iso(from), finishedAt: iso(to), wakeAt: null, notes: {}, ...more,
  };
}

describe("node states", () => {
  const states = nodeStates([
    task("", "ROOT", "RUNNING", 0),
    task("a", "CONTAINER", "SUCCEEDED", 0, 2),
    task("loop", "LOOP", "RUNNING", 2, undefined, { iterations: 3 }),
    task("loop/0", "ITERATION", "SUCCEEDED", 2, 5),
    task("loop/1", "ITERATION", "RUNNING", 2),
    task("loop/0/step", "CONTAINER", "SUCCEEDED", 2, 5),
    task("loop/1/step", "CONTAINER", "FAILED", 3, 6),
    task("dag", "DAG", "WAITING"),
    task("dag/x", "CONTAINER", "CACHED", 1, 1),
    task("dag/y", "CONTAINER", "WAITING"),
  ]);
  it("count a loop by its iterations, a nested pipeline by its steps", () => {
    expect([states.get("loop")?.done, states.get("loop")?.total]).toEqual([1, 3]);
    expect([states.get("dag")?.done, states.get("dag")?.total]).toEqual([1, 2]);
  });
  it("show the state that matters most of several rows", () => {
    expect(states.get("loop/*/step")?.look).toBe("failed");
    expect(states.get("loop/*/step")?.tasks.length).toBe(2);
    expect(states.get("loop")?.leaves).toEqual({ SUCCEEDED: 1, FAILED: 1 });
    expect(summary(["SUCCEEDED", "CACHED"])).toBe("SUCCEEDED");
    expect(summary([])).toBeNull();
  });
  it("have no end while a row is open", () => {
    expect(states.get("loop")?.finishedAt).toBeNull();
    expect(states.get("loop/*/step")?.finishedAt).toBe(new Date(6000).toISOString());
  });
  it("gather ten thousand rows on one node", () => {
    const many = Array.from({ length: 10_000 }, (_, i) => task(`loop/${i}/step`, "CONTAINER", "SUCCEEDED", 1, 2));
    expect(nodeStates(many).get("loop/*/step")?.tasks.length).toBe(10_000);
  });
});

const node = (id: string, parent: string | null = null, expanded?: boolean): Graph["nodes"][number] => ({
  id, parent, x: 0, y: 0, w: 1, h: 1, label: id, kind: "CONTAINER", note: null, group: expanded === undefined ? null : { expanded, members: 1, type: "DAG" },
});
const edge = (from: string, to: string) => ({ id: `${from}-${to}`, from, to, points: [{ x: 0, y: 0 }, { x: 1, y: 1 }] });

describe("critical path", () => {
  it("follows whatever ended last, into an opened group too", () => {
    const graph: Graph = { version: "1", width: 1, height: 1, nodes: [node("a"), node("b"), node("g", null, true), node("g/x", "g"), node("g/y", "g"), node("z")], edges: [edge("a", "g"), edge("b", "g"), edge("g", "z"), edge("g/x", "g/y")] };
    const states = nodeStates([task("a", "CONTAINER", "SUCCEEDED", 0, 9), task("b", "CONTAINER", "SUCCEEDED", 0, 3), task("g", "DAG", "SUCCEEDED", 9, 20), task("g/x", "CONTAINER", "SUCCEEDED", 9, 12), task("g/y", "CONTAINER", "SUCCEEDED", 12, 20), task("z", "CONTAINER", "SUCCEEDED", 20, 25)]);
    expect([...criticalPath(graph, states)].sort()).toEqual(["a", "g", "g/x", "g/y", "z"]);
    expect(timelineNodes(graph, states).map((one) => one.id)).toEqual(["a", "b", "g/x", "g/y", "z"]);
  });
});

describe("lines and marks", () => {
  it("round corners without leaving the points", () => expect(roundedPath([{ x: 0, y: 0 }, { x: 40, y: 0 }, { x: 40, y: 40 }])).toBe("M0,0L30,0Q40,0 40,10L40,40"));
  it("draw at most seven round marks", () => {
    expect(ticks(138_000)).toEqual([0, 30_000, 60_000, 90_000, 120_000]);
    for (const span of [1000, 5000, 61_000, 4e6, 9e7, 1e9, 1e10]) expect(ticks(span).length).toBeLessThanOrEqual(7);
  });
});
