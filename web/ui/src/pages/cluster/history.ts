import type { HistoryPoint } from "../../api/scheduling.ts";

/** A line through the points; `of` gives 0 to 1, which is drawn from the bottom up. Between samples a value holds, so the line has steps. */
export function lineOf(points: HistoryPoint[], of: (point: HistoryPoint) => number, width: number, height: number): string {
  const first = points[0], last = points.at(-1);
  if (first === undefined || last === undefined) return "";
  const from = Date.parse(first.at);
  const span = Math.max(1, Date.parse(last.at) - from);
  const parts: string[] = [];
  for (const point of points) {
    const x = round(((Date.parse(point.at) - from) / span) * width);
    const y = round(height - Math.min(1, Math.max(0, of(point))) * height);
    parts.push(parts.length === 0 ? `M${x} ${y}` : `H${x}V${y}`);
  }
  return parts.join("");
}

export function areaOf(points: HistoryPoint[], of: (point: HistoryPoint) => number, width: number, height: number): string {
  const line = lineOf(points, of, width, height);
  return line === "" ? "" : `${line}V${height}H0Z`;
}

const round = (n: number) => Math.round(n * 10) / 10;

/** The index of the point nearest to a time. */
export function nearest(points: HistoryPoint[], time: number): number {
  let best = 0;
  let least = Infinity;
  for (const [i, point] of points.entries()) {
    const off = Math.abs(Date.parse(point.at) - time);
    if (off < least) {
      least = off;
      best = i;
    }
  }
  return best;
}

const STEPS = { hourBack: -3_600_000, tenBack: -600_000, tenOn: 600_000, hourOn: 3_600_000 } as const;

/** Where the buttons beside a time lead; none leads into the future. Pure. */
export function stepsFrom(time: number, now: number): { name: keyof typeof STEPS; at: number }[] {
  return (Object.keys(STEPS) as (keyof typeof STEPS)[]).map((name) => ({ name, at: time + STEPS[name] })).filter(({ at }) => at < now);
}

/** What a field for a date and a time holds: the reader's own time, to the second. */
export function inZone(millis: number): string {
  const date = new Date(millis);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
