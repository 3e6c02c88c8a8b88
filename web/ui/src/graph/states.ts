import type { Graph, GraphNode, Task, TaskState } from "../api/client.ts";
import { lookOf, type Look } from "../parts/StateChip.tsx";

/** What one node of the picture shows: the rows that belong to it, summed up. */
export interface NodeState {
  look: Look | null;
  /** Rows of the node itself: one, or one per iteration of the loops around it. */
  tasks: Task[];
  /** Rows that do something, in the node or below it. */
  leaves: Partial<Record<TaskState, number>>;
  done: number;
  total: number;
  startedAt: string | null;
  finishedAt: string | null;
}

const LEAF = new Set(["CONTAINER", "IMPORTER", "CREATE_PVC", "DELETE_PVC"]);
const TERMINAL = new Set<TaskState>(["SUCCEEDED", "CACHED", "SKIPPED", "FAILED", "STOPPED"]);
export const isTerminal = (state: TaskState): boolean => TERMINAL.has(state);
export const isLeaf = (task: Task): boolean => LEAF.has(task.kind);

/** The state that matters most of several. */
const WEIGHT: TaskState[] = ["FAILED", "RUNNING", "STARTING", "STOPPING", "WAITING", "STOPPED", "SUCCEEDED", "CACHED", "SKIPPED"];

export function summary(states: TaskState[]): TaskState | null {
  for (const state of WEIGHT) if (states.includes(state)) return state;
  return null;
}

function empty(): NodeState {
  return { look: null, tasks: [], leaves: {}, done: 0, total: 0, startedAt: null, finishedAt: null };
}

/** One pass over the rows, whatever the number of nodes. */
export function nodeStates(tasks: Task[]): Map<string, NodeState> {
  const nodes = new Map<string, NodeState>();
  const at = (id: string) => {
    let node = nodes.get(id);
    if (node === undefined) nodes.set(id, (node = empty()));
    return node;
  };
  for (const task of tasks) {
    if (task.kind === "ROOT") continue;
    const own = at(task.node);
    if (task.kind === "ITERATION") {
      own.total++;
      if (isTerminal(task.state)) own.done++;
      continue;
    }
    own.tasks.push(task);
    if (task.startedAt && (own.startedAt === null || task.startedAt < own.startedAt)) own.startedAt = task.startedAt;
    if (task.finishedAt && (own.finishedAt === null || task.finishedAt > own.finishedAt)) own.finishedAt = task.finishedAt;
    if (task.kind === "LOOP") own.total += Math.max(0, (task.iterations ?? 0) - 0);
    if (!isLeaf(task)) continue;
    for (let id = task.node; id !== ""; id = id.slice(0, Math.max(0, id.lastIndexOf("/")))) {
      if (id.endsWith("/*")) continue;
      const node = at(id);
      node.leaves[task.state] = (node.leaves[task.state] ?? 0) + 1;
    }
  }
  for (const node of nodes.values()) {
    const state = summary(node.tasks.map((task) => task.state));
    node.look = state === null ? null : lookOf(state);
    if (node.tasks.some((task) => !isTerminal(task.state))) node.finishedAt = null;
    countUp(node);
  }
  return nodes;
}

/** A loop counts its iterations (as many as it declares, or as many as are known), anything else the steps inside. */
function countUp(node: NodeState): void {
  const loops = node.tasks.filter((task) => task.kind === "LOOP");
  if (loops.length > 0) {
    node.total = loops.reduce((sum, loop) => sum + (loop.iterations ?? 0), 0);
    return;
  }
  node.total = 0;
  node.done = 0;
  for (const [state, n] of Object.entries(node.leaves) as [TaskState, number][]) {
    node.total += n;
    if (isTerminal(state)) node.done += n;
  }
}

/** The chain that decided when the run ended: from the last node to end back through whichever predecessor ended last. */
export function criticalPath(graph: Graph, states: Map<string, NodeState>): Set<string> {
  const ends = (id: string) => states.get(id)?.finishedAt ?? states.get(id)?.startedAt ?? "";
  const path = new Set<string>();
  const visible = graph.nodes.filter((node) => node.parent === null);
  const before = new Map<string, string[]>();
  for (const edge of graph.edges) before.set(edge.to, [...(before.get(edge.to) ?? []), edge.from]);
  let here: string | undefined = latest(visible.map((node) => node.id), ends);
  while (here !== undefined && !path.has(here)) {
    path.add(here);
    for (const inner of chainInside(graph, here, before, ends)) path.add(inner);
    here = latest(before.get(here) ?? [], ends);
  }
  return path;
}

function chainInside(graph: Graph, group: string, before: Map<string, string[]>, ends: (id: string) => string): string[] {
  const members = graph.nodes.filter((node) => node.parent === group).map((node) => node.id);
  const chain: string[] = [];
  let here = latest(members, ends);
  while (here !== undefined && !chain.includes(here)) {
    chain.push(here, ...chainInside(graph, here, before, ends));
    here = latest((before.get(here) ?? []).filter((id) => members.includes(id)), ends);
  }
  return chain;
}

function latest(ids: string[], ends: (id: string) => string): string | undefined {
  let best: string | undefined;
  for (const id of ids) if (ends(id) !== "" && (best === undefined || ends(id) > ends(best))) best = id;
  return best;
}

/** The nodes a timeline has a line for: what is drawn and not opened, in the order it began. */
export function timelineNodes(graph: Graph, states: Map<string, NodeState>): GraphNode[] {
  const begun = (node: GraphNode) => states.get(node.id)?.startedAt ?? "9";
  return graph.nodes.filter((node) => node.group === null || !node.group.expanded).sort((a, b) => (begun(a) < begun(b) ? -1 : begun(a) > begun(b) ? 1 : a.x - b.x || a.y - b.y));
}
