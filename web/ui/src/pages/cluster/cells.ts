import type { Cluster, ClusterNode, Held } from "../../api/scheduling.ts";

/** A part of one device; `part` is a share of it, 1 for all. */
export interface Share {
  held: Held;
  part: number;
}
export interface Cell {
  node: ClusterNode;
  /** Number of the device on its node. */
  device: number;
  /** The node has it and does not offer it. */
  broken: boolean;
  /** The node says which device; otherwise the parts are laid on its devices in order. */
  known: boolean;
  shares: Share[];
  free: number;
  x: number;
  y: number;
}
export interface Frame {
  level: string;
  name: string;
  x: number;
  y: number;
  width: number;
  height: number;
  depth: number;
}
export interface Row {
  node: ClusterNode;
  x: number;
  y: number;
  width: number;
  cells: Cell[];
}
export interface Layout {
  size: number;
  pitch: number;
  width: number;
  height: number;
  frames: Frame[];
  rows: Row[];
  cells: Cell[];
  /** Nodes without GPUs, which no picture of GPUs can show. */
  without: number;
}

export const DEVICE = 1000;

type Device = Omit<Cell, "x" | "y">;
const worked = new WeakMap<ClusterNode, Device[]>();

/** As {@link devicesOf}, worked out once for each answer's node: those that did not change stay the same objects. */
function knownDevices(node: ClusterNode): Device[] {
  let devices = worked.get(node);
  if (devices === undefined) {
    devices = devicesOf(node);
    worked.set(node, devices);
  }
  return devices;
}

/** The devices of a node and who has what of each. Parts whose device is told come first, the others fill what is left in order. */
export function devicesOf(node: ClusterNode): Device[] {
  const count = node.gpus + node.unhealthy;
  const cells = Array.from({ length: count }, (_, device) => ({ node, device, broken: device >= node.gpus, known: true, shares: [] as Share[], free: DEVICE }));
  const take = (cell: (typeof cells)[number] | undefined, held: Held, milli: number, known: boolean): number => {
    if (cell === undefined || cell.free <= 0) return 0;
    const taken = Math.min(milli, cell.free);
    cell.free -= taken;
    cell.shares.push({ held, part: taken / DEVICE });
    if (!known) cell.known = false;
    return taken;
  };
  for (const held of node.held) {
    if (held.devices.length === 0) continue;
    let left = held.gpus;
    for (const [i, device] of held.devices.entries()) left -= take(cells[device], held, Math.min(DEVICE, Math.ceil(left / (held.devices.length - i))), true);
  }
  for (const held of node.held) {
    if (held.devices.length > 0) continue;
    let left = held.gpus;
    const whole = left % DEVICE === 0;
    for (const cell of cells) {
      if (left <= 0) break;
      if (cell.broken || (whole && cell.free < DEVICE)) continue;
      left -= take(cell, held, left, false);
    }
  }
  for (const cell of cells) if (cell.broken && cell.shares.length === 0) cell.free = 0;
  return cells;
}

interface Group {
  level: string;
  name: string;
  groups: Map<string, Group>;
  nodes: ClusterNode[];
}

/** Levels that say something: at least one node has a place there. */
export function levelsOf(cluster: Cluster): number[] {
  return cluster.levels.map((_, i) => i).filter((i) => cluster.nodes.some((node) => node.gpus + node.unhealthy > 0 && node.place[i] != null));
}

const natural = new Intl.Collator("en", { numeric: true }).compare;

function tree(cluster: Cluster): Group {
  const levels = levelsOf(cluster);
  const root: Group = { level: "", name: "", groups: new Map(), nodes: [] };
  for (const node of cluster.nodes) {
    if (node.gpus + node.unhealthy === 0) continue;
    let at = root;
    for (const level of levels) {
      const name = node.place[level] ?? "";
      let next = at.groups.get(name);
      if (next === undefined) {
        next = { level: cluster.levels[level] ?? "", name, groups: new Map(), nodes: [] };
        at.groups.set(name, next);
      }
      at = next;
    }
    at.nodes.push(node);
  }
  return root;
}

const HEAD = 18;
const PAD = 8;
const GAP = 10;
const MOST_ACROSS = 16;

interface Placed {
  width: number;
  height: number;
  put: (x: number, y: number) => void;
}

/** Where every cell stands when one is `size` pixels wide and lines break at `width`. Pure. */
export function layoutOf(cluster: Cluster, size: number, width: number): Layout {
  const gap = size >= 10 ? 2 : 1;
  const pitch = size + gap;
  const label = size >= 11 ? 76 : 0;
  const layout: Layout = { size, pitch, width: 0, height: 0, frames: [], rows: [], cells: [], without: cluster.nodes.filter((node) => node.gpus + node.unhealthy === 0).length };

  const row = (node: ClusterNode): Placed => {
    const cells = knownDevices(node);
    const across = Math.min(cells.length, MOST_ACROSS);
    const wide = label + across * pitch;
    return {
      width: wide,
      height: Math.ceil(cells.length / MOST_ACROSS) * pitch + (size >= 10 ? 2 : 1),
      put: (x, y) => {
        const placed = cells.map((cell, i) => ({ ...cell, x: x + label + (i % MOST_ACROSS) * pitch, y: y + Math.floor(i / MOST_ACROSS) * pitch }));
        layout.rows.push({ node, x, y, width: wide, cells: placed });
        for (const cell of placed) layout.cells.push(cell);
      },
    };
  };
  const stacked = (parts: Placed[], most: number): Placed => {
    // Nodes stand below each other, in as many columns as keep a rack about as high as it is wide.
    const columns = Math.max(1, Math.ceil(parts.length / most));
    const perColumn = Math.ceil(parts.length / columns);
    const sets = Array.from({ length: columns }, (_, i) => parts.slice(i * perColumn, (i + 1) * perColumn));
    const widths = sets.map((set) => Math.max(0, ...set.map((part) => part.width)));
    return {
      width: widths.reduce((sum, w) => sum + w + GAP, -GAP),
      height: Math.max(0, ...sets.map((set) => set.reduce((sum, part) => sum + part.height, 0))),
      put: (x, y) => {
        let left = x;
        sets.forEach((set, i) => {
          let top = y;
          for (const part of set) {
            part.put(left, top);
            top += part.height;
          }
          left += (widths[i] ?? 0) + GAP;
        });
      },
    };
  };
  const flowed = (parts: Placed[], room: number): Placed => {
    const spots: [Placed, number, number][] = [];
    let x = 0, y = 0, tall = 0, wide = 0;
    for (const part of parts) {
      if (x > 0 && x + part.width > room) {
        x = 0;
        y += tall + GAP;
        tall = 0;
      }
      spots.push([part, x, y]);
      x += part.width + GAP;
      wide = Math.max(wide, x - GAP);
      tall = Math.max(tall, part.height);
    }
    return { width: wide, height: y + tall, put: (left, top) => spots.forEach(([part, dx, dy]) => part.put(left + dx, top + dy)) };
  };
  const place = (group: Group, room: number, depth: number): Placed => {
    const framed = group.level !== "";
    const inner = framed ? room - 2 * PAD : room;
    const groups = [...group.groups.values()].sort((a, b) => natural(a.name, b.name));
    const content = groups.length > 0 ? flowed(groups.map((one) => place(one, inner, depth + 1)), inner) : stacked([...group.nodes].sort((a, b) => natural(a.name, b.name)).map(row), 16);
    if (!framed) return content;
    const wide = Math.max(content.width, Math.min(inner, 64)) + 2 * PAD;
    const high = content.height + HEAD + PAD;
    return {
      width: wide,
      height: high,
      put: (x, y) => {
        layout.frames.push({ level: group.level, name: group.name, x, y, width: wide, height: high, depth });
        content.put(x + PAD, y + HEAD);
      },
    };
  };
  const whole = place(tree(cluster), width, 0);
  whole.put(0, 0);
  layout.width = whole.width;
  layout.height = whole.height;
  return layout;
}

export const SIZES = [6, 8, 10, 12, 14, 16, 18, 22, 26, 32];

/** The largest size at which all of it is in view; the smallest when none is. */
export function fittingSize(cluster: Cluster, width: number, height: number): number {
  for (let i = SIZES.length - 2; i > 0; i--) {
    const size = SIZES[i] as number;
    const layout = layoutOf(cluster, size, width);
    if (layout.height <= height && layout.width <= width) return size;
  }
  return SIZES[0] as number;
}

/** The cell at a point; the gaps belong to none. */
export function cellAt(layout: Layout, x: number, y: number): Cell | undefined {
  const row = layout.rows.find((one) => x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + Math.ceil(one.cells.length / MOST_ACROSS) * layout.pitch);
  return row?.cells.find((cell) => x >= cell.x && x < cell.x + layout.pitch && y >= cell.y && y < cell.y + layout.pitch);
}

/** The next cell in a direction: the nearest one ahead, where being off the line counts double. */
export function neighbour(layout: Layout, from: Cell, dx: number, dy: number): Cell | undefined {
  let best: Cell | undefined;
  let least = Infinity;
  for (const cell of layout.cells) {
    const ahead = (cell.x - from.x) * dx + (cell.y - from.y) * dy;
    if (ahead <= 0) continue;
    const aside = Math.abs((cell.x - from.x) * dy) + Math.abs((cell.y - from.y) * dx);
    const cost = ahead + aside * 2;
    if (cost < least) {
      least = cost;
      best = cell;
    }
  }
  return best;
}
