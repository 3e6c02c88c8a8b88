import type { Cell, Layout } from "./cells.ts";
import { FREE, keyOfRest, keyOfShare, type Meaning, type Mode } from "./modes.ts";

export interface View {
  left: number;
  top: number;
  width: number;
  height: number;
}
export interface Scene {
  layout: Layout;
  mode: Mode;
  meanings: Map<string, Meaning>;
  /** Only this meaning in full colour. */
  only: string | null;
  cursor: Cell | undefined;
  hover: Cell | undefined;
  /** What stands above a group: "rack rack-1". */
  title: (level: string, name: string) => string;
}

/** The theme's colours by their variable's name, read once per frame. */
export type Colours = (variable: string) => string;
export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const known = new Map<string, string>();
  return (variable) => {
    let value = known.get(variable);
    if (value === undefined) {
      value = style.getPropertyValue(variable).trim();
      known.set(variable, value);
    }
    return value;
  };
}

/** Boxes of one layer by colour: those in full colour, and those that the chosen meaning leaves faint. */
interface Layer {
  full: Map<string, Path2D>;
  faint: Map<string, Path2D>;
}
const newLayer = (): Layer => ({ full: new Map(), faint: new Map() });

/** Draws what is in view, one fill per colour and layer: what is free below, what is held above it. */
export function paint(context: CanvasRenderingContext2D, scene: Scene, view: View, colour: Colours): void {
  const { layout } = scene;
  const { size } = layout;
  context.clearRect(0, 0, view.width, view.height);
  context.save();
  context.translate(-view.left, -view.top);
  const right = view.left + view.width;
  const bottom = view.top + view.height;
  frames(context, scene, view, colour);

  const below = newLayer();
  const above = newLayer();
  const closed = new Path2D();
  const broken = new Path2D();
  const radius = size >= 14 ? 3 : size >= 10 ? 2 : 0;
  const box = (path: Path2D, x: number, y: number, w: number, h: number) => (radius > 0 ? path.roundRect(x, y, w, h, Math.min(radius, h / 2)) : path.rect(x, y, w, h));
  const pathOf = (layer: Layer, key: string, variable: string) => {
    const into = scene.only === null || scene.only === key ? layer.full : layer.faint;
    let path = into.get(variable);
    if (path === undefined) {
      path = new Path2D();
      into.set(variable, path);
    }
    return path;
  };
  context.font = `11px ${colour("--k-font")}`;
  context.textBaseline = "middle";
  for (const row of layout.rows) {
    if (row.x > right || row.x + row.width < view.left || row.y > bottom || row.y + layout.pitch * 8 < view.top) continue;
    const first = row.cells[0];
    if (first !== undefined && first.x > row.x) {
      context.fillStyle = colour(row.node.ready && row.node.schedulable ? "--k-dim" : "--k-red");
      context.fillText(shortened(context, row.node.name, first.x - row.x - 6), row.x, row.y + size / 2 + 0.5);
    }
    for (const cell of row.cells) {
      const rest = keyOfRest(cell, scene.mode);
      const nobody = cell.shares.length === 0;
      if (nobody || cell.free > 0) box(pathOf(below, rest, scene.meanings.get(rest)?.colour ?? FREE), cell.x, cell.y, size, size);
      let from = cell.y + size;
      for (const share of cell.shares) {
        const key = keyOfShare(share.held, cell, scene.mode);
        const high = Math.max(1, Math.round(size * share.part));
        from -= high;
        box(pathOf(above, key, scene.meanings.get(key)?.colour ?? FREE), cell.x, Math.max(cell.y, from), size, high);
        if (cell.shares.length > 1 && from > cell.y) from -= size >= 10 ? 1 : 0;
      }
      if (cell.broken) cross(broken, cell, size);
      else if (!cell.node.ready || !cell.node.schedulable) slash(closed, cell, size);
    }
  }
  fill(context, below, colour);
  fill(context, above, colour);
  if (size >= MARKED_FROM) marks(context, scene, view, colour);
  context.strokeStyle = colour("--k-panel");
  context.lineWidth = size >= 12 ? 2 : 1;
  context.stroke(broken);
  context.stroke(closed);
  if (scene.hover) outline(context, scene.hover, size, colour("--k-text"), 1.5);
  if (scene.cursor) outline(context, scene.cursor, size, colour("--k-text"), 2.5);
  context.restore();
}

function fill(context: CanvasRenderingContext2D, layer: Layer, colour: Colours): void {
  context.globalAlpha = 0.18;
  for (const [variable, path] of layer.faint) {
    context.fillStyle = colour(variable);
    context.fill(path);
  }
  context.globalAlpha = 1;
  for (const [variable, path] of layer.full) {
    context.fillStyle = colour(variable);
    context.fill(path);
  }
}

/** Cells this large have room for a letter. */
export const MARKED_FROM = 12;

/** The letter of what holds a device, once for each run of devices that it holds. */
function marks(context: CanvasRenderingContext2D, scene: Scene, view: View, colour: Colours): void {
  const { layout, mode, meanings, only } = scene;
  const { size } = layout;
  context.fillStyle = colour("--k-panel");
  context.textBaseline = "middle";
  context.textAlign = "center";
  context.font = `700 ${Math.min(12, size - 4)}px ${colour("--k-font")}`;
  for (const row of layout.rows) {
    if (row.x > view.left + view.width || row.x + row.width < view.left || row.y > view.top + view.height || row.y + layout.pitch * 8 < view.top) continue;
    let before: string | null = null;
    for (const cell of row.cells) {
      const share = cell.shares[0];
      const key = share !== undefined && share.part === 1 ? keyOfShare(share.held, cell, mode) : cell.shares.length === 0 && !cell.broken ? keyOfRest(cell, mode) : null;
      const mark = key === null || key === before || (only !== null && only !== key) ? undefined : meanings.get(key)?.mark;
      if (mark !== undefined && !cell.broken && cell.node.ready && cell.node.schedulable) context.fillText(mark, cell.x + size / 2, cell.y + size / 2 + 0.5, size - 2);
      before = key;
    }
  }
  context.textAlign = "start";
}

function frames(context: CanvasRenderingContext2D, scene: Scene, view: View, colour: Colours): void {
  context.font = `600 11px ${colour("--k-font")}`;
  context.textBaseline = "middle";
  context.lineWidth = 1;
  for (const frame of scene.layout.frames) {
    if (frame.x > view.left + view.width || frame.x + frame.width < view.left || frame.y > view.top + view.height || frame.y + frame.height < view.top) continue;
    context.strokeStyle = colour(frame.depth === 1 ? "--k-line-strong" : "--k-line");
    context.beginPath();
    context.roundRect(frame.x + 0.5, frame.y + 0.5, frame.width - 1, frame.height - 1, 6);
    context.stroke();
    context.fillStyle = colour("--k-dim");
    context.fillText(shortened(context, scene.title(frame.level, frame.name), frame.width - 12), frame.x + 8, frame.y + 10);
  }
}

function outline(context: CanvasRenderingContext2D, cell: Cell, size: number, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(cell.x - 1, cell.y - 1, size + 2, size + 2);
}

function cross(path: Path2D, cell: Cell, size: number): void {
  const inset = size * 0.25;
  path.moveTo(cell.x + inset, cell.y + inset);
  path.lineTo(cell.x + size - inset, cell.y + size - inset);
  path.moveTo(cell.x + size - inset, cell.y + inset);
  path.lineTo(cell.x + inset, cell.y + size - inset);
}

function slash(path: Path2D, cell: Cell, size: number): void {
  const inset = size * 0.2;
  path.moveTo(cell.x + inset, cell.y + size - inset);
  path.lineTo(cell.x + size - inset, cell.y + inset);
}

const widths = new Map<string, string>();
/** Text cut to a width; measuring is the dear part, so each is measured once. */
function shortened(context: CanvasRenderingContext2D, text: string, room: number): string {
  const key = `${Math.round(room)}|${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  let cut = text;
  while (cut.length > 1 && context.measureText(cut === text ? cut : `${cut}…`).width > room) cut = cut.slice(0, -1);
  const result = cut === text ? text : `${cut}…`;
  if (widths.size > 20_000) widths.clear();
  widths.set(key, result);
  return result;
}
