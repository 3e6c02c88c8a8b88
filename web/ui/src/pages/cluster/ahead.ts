import type { Entry } from "../../api/scheduling.ts";

const MINUTE = 60_000;
const HORIZONS = [5, 15, 30, 60, 90, 120, 180, 240, 360, 720, 1440, 2880, 10_080].map((n) => n * MINUTE);

/** How far ahead to draw: the shortest round span that holds every estimate, and late cases up to half as far again; at most a week. */
export function horizonOf(entries: Entry[], now: number): number {
  let latest = 0;
  for (const entry of entries) {
    const estimate = entry.phase === "Waiting" ? entry.start : entry.until;
    if (estimate?.at == null) continue;
    const at = Date.parse(estimate.at) - now;
    latest = Math.max(latest, at, estimate.high === null ? 0 : Math.min(Date.parse(estimate.high) - now, 1.5 * at));
  }
  if (latest === 0) return 60 * MINUTE;
  return HORIZONS.find((span) => span >= latest * 1.05) ?? (HORIZONS.at(-1) as number);
}

/** Round marks at equal distances, from now on. */
export function marksOf(span: number): number[] {
  const count = [6, 5, 4].find((n) => (span / n) % MINUTE === 0) ?? 4;
  return Array.from({ length: count + 1 }, (_, i) => (span / count) * i);
}

/** Percent of the axis, kept on it. */
export function share(at: number, now: number, span: number): number {
  return Math.min(100, Math.max(0, ((at - now) / span) * 100));
}

/** What ends first on top, what never says so at the end. */
export function byEnd(a: Entry, b: Entry): number {
  const end = (entry: Entry) => (entry.until?.at == null ? Infinity : Date.parse(entry.until.at));
  const difference = end(a) - end(b);
  return Number.isNaN(difference) || difference === 0 ? (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1) : difference;
}
