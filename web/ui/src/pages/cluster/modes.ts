import type { Held } from "../../api/scheduling.ts";
import type { Look } from "../../parts/StateChip.tsx";
import { DEVICE, type Cell, type Layout } from "./cells.ts";

export const MODES = ["tenant", "job", "state", "health", "room"] as const;
export type Mode = (typeof MODES)[number];

/** What a colour means. The word is looked up by `word`, or the name itself is the word. */
export interface Meaning {
  key: string;
  colour: string;
  word?: string;
  name?: string;
  look?: Look;
  /** One or two letters that stand for it on the map, for whom colours are not enough; none where the cell itself is marked. */
  mark?: string | undefined;
  /** Milli-GPUs in it. */
  milli: number;
}

export const PHASE_LOOK: Record<string, Look> = {
  Waiting: "waiting", Reserved: "starting", Starting: "starting", Running: "running", Repairing: "degraded", Releasing: "stopping", Done: "stopped",
};
const LOOK_COLOUR: Record<Look, string> = {
  waiting: "--k-violet", starting: "--k-teal", running: "--k-blue", succeeded: "--k-green", cached: "--k-teal", skipped: "--k-grey", failed: "--k-red",
  stopping: "--k-amber", stopped: "--k-grey", degraded: "--k-amber",
};
const HUES = 10;
export const FREE = "--k-cell-free";

export const jobOf = (held: Held) => (held.name === null ? null : `${held.namespace}/${held.name}`);

/** Of a share of a device, in a mode. */
export function keyOfShare(held: Held, cell: Cell, mode: Mode): string {
  switch (mode) {
    case "tenant":
      return held.tenant !== null ? `t:${held.tenant}` : held.namespace === null ? "hidden" : "noTenant";
    case "job":
      return jobOf(held) ?? "hidden";
    case "state":
      return held.kind === "Pod" ? "Pod" : held.phase;
    case "health":
      return keyOfRest(cell, mode);
    case "room":
      return cell.free > 0 ? "part" : "full";
  }
}

/** Of what nobody holds. */
export function keyOfRest(cell: Cell, mode: Mode): string {
  if (cell.broken) return "broken";
  if (!cell.node.ready) return "notReady";
  if (!cell.node.schedulable) return "closed";
  if (mode === "health") return "healthy";
  if (mode !== "room") return "free";
  if (cell.free < DEVICE) return "part";
  return cell.node.free === cell.node.gpus * DEVICE ? "emptyNode" : "leftOver";
}

const FIXED: Record<string, { colour: string; look?: Look }> = {
  free: { colour: FREE }, broken: { colour: "--k-red", look: "failed" }, notReady: { colour: "--k-red", look: "degraded" }, closed: { colour: "--k-amber", look: "stopped" },
  healthy: { colour: "--k-green", look: "succeeded" }, hidden: { colour: "--k-grey", look: "skipped" }, noTenant: { colour: "--k-grey", look: "skipped" },
  emptyNode: { colour: "--k-green" }, leftOver: { colour: "--k-amber" }, part: { colour: "--k-violet" }, full: { colour: "--k-blue" }, Pod: { colour: "--k-green", look: "running" },
};

function hash(text: string): number {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return h >>> 0;
}

const UNMARKED = new Set(["free", "healthy", "broken", "notReady", "closed"]);

/** A, B, … Z, AA, AB, …; none beyond two letters. */
export function letters(n: number): string | undefined {
  const one = String.fromCharCode(65 + (n % 26));
  if (n < 26) return one;
  return n < 702 ? String.fromCharCode(64 + Math.floor(n / 26)) + one : undefined;
}

/** Every meaning on the map, the most GPUs first. A tenant keeps its colour when others come and go; jobs too. */
export function meaningsOf(layout: Layout, mode: Mode): Map<string, Meaning> {
  const milli = new Map<string, number>();
  const add = (key: string, amount: number) => milli.set(key, (milli.get(key) ?? 0) + amount);
  for (const cell of layout.cells) {
    for (const share of cell.shares) add(keyOfShare(share.held, cell, mode), share.part * DEVICE);
    if (cell.broken && cell.shares.length === 0) add(keyOfRest(cell, mode), DEVICE);
    else if (cell.free > 0) add(keyOfRest(cell, mode), cell.free);
  }
  const marked = new Map([...milli.keys()].filter((key) => !UNMARKED.has(key)).sort().map((key, i) => [key, letters(i)]));
  const tenants = [...milli.keys()].filter((key) => key.startsWith("t:")).sort();
  const all = [...milli].map(([key, amount]): Meaning => {
    const fixed = FIXED[key];
    if (fixed !== undefined) return { key, word: `map.is.${key}`, milli: amount, ...fixed };
    if (mode === "state") {
      const look = PHASE_LOOK[key] ?? "skipped";
      return { key, word: `phase.${key}`, look, colour: LOOK_COLOUR[look], milli: amount };
    }
    const hue = mode === "tenant" ? tenants.indexOf(key) % HUES : hash(key) % HUES;
    return { key, name: mode === "tenant" ? key.slice(2) : key, colour: `--k-hue-${hue}`, milli: amount };
  });
  for (const one of all) one.mark = marked.get(one.key);
  return new Map(all.sort((a, b) => b.milli - a.milli || (a.key < b.key ? -1 : 1)).map((one) => [one.key, one]));
}
