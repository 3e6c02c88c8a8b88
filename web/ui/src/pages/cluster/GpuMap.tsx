import { useElementSize, useViewportSize } from "@mantine/hooks";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useMantineColorScheme } from "@mantine/core";
import type { Cluster, Held } from "../../api/scheduling.ts";
import { useWords } from "../../words/index.tsx";
import { cellAt, fittingSize, layoutOf, neighbour, SIZES, type Cell, type Layout } from "./cells.ts";
import { CellTip, useCellText } from "./CellText.tsx";
import type { Meaning, Mode } from "./modes.ts";
import { coloursOf, paint, type Scene } from "./paint.ts";
import "./Map.css";

const STEP: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** Pixels of a window's height that belong to what stands above and below the map. */
const BESIDE = 400;
const LEAST_HEIGHT = 280;
const EDGE = 16;
const keyOf = (cell: Cell) => `${cell.node.name}/${cell.device}`;

/** One layout for a cluster and a width; a size of its own choice when none is asked for. */
export function useLayout(cluster: Cluster | undefined, wanted: number | null, width: number, height: number): Layout | undefined {
  const shape = cluster === undefined ? "" : `${cluster.nodes.length}/${cluster.nodes.reduce((sum, node) => sum + node.gpus + node.unhealthy, 0)}/${cluster.levels.join()}`;
  const fitting = useMemo(() => (cluster === undefined || width === 0 ? 0 : fittingSize(cluster, width, height)), [shape, width, height]); // eslint-disable-line react-hooks/exhaustive-deps
  return useMemo(() => (cluster === undefined || width === 0 ? undefined : layoutOf(cluster, wanted ?? fitting, width)), [cluster, wanted, fitting, width]);
}

/** Every GPU a cell, on one canvas: nothing of it is in the page's tree but the cell that is pointed at. */
export function GpuMap({ cluster, wanted, mode, meanings, only, label, onLayout, onOpen, onZoom }: {
  cluster: Cluster; wanted: number | null; mode: Mode; meanings: Map<string, Meaning>; only: string | null; label: string;
  onLayout: (layout: Layout) => void; onOpen: (held: Held) => void; onZoom: (size: number) => void;
}) {
  const { t, language } = useWords();
  const { colorScheme } = useMantineColorScheme();
  const { ref: frame, width } = useElementSize();
  const most = Math.max(LEAST_HEIGHT, useViewportSize().height - BESIDE);
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [at, setAt] = useState<string | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const help = useId();
  const text = useCellText();
  const room = Math.max(0, width - 16);
  const layout = useLayout(cluster, wanted, room, most - EDGE);
  const height = Math.min(most, Math.max(LEAST_HEIGHT / 2, (layout?.height ?? 0) + EDGE));
  const by = useMemo(() => new Map(layout?.cells.map((cell) => [keyOf(cell), cell])), [layout]);
  const cursor = at === null ? undefined : by.get(at);
  const hover = over === null ? undefined : by.get(over);
  useEffect(() => layout && onLayout(layout), [layout, onLayout]);

  const scene: Scene | undefined = layout && { layout, mode, meanings, only, cursor, hover, title: (level, name) => (name === "" ? t("map.noPlace", { level }) : name.includes(level) ? name : `${level} ${name}`) };
  const latest = useRef(scene);
  latest.current = scene;
  const due = useRef(0);
  const draw = useRef(() => {
    if (due.current !== 0) return;
    due.current = requestAnimationFrame(() => {
      due.current = 0;
      const area = scroller.current, target = canvas.current, now = latest.current;
      if (area === null || target === null || now === undefined) return;
      const began = performance.now();
      const ratio = window.devicePixelRatio || 1;
      const w = area.clientWidth, h = area.clientHeight;
      if (target.width !== Math.round(w * ratio) || target.height !== Math.round(h * ratio)) {
        target.width = Math.round(w * ratio);
        target.height = Math.round(h * ratio);
        target.style.width = `${w}px`;
        target.style.height = `${h}px`;
      }
      const context = target.getContext("2d");
      if (context === null) return;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paint(context, now, { left: area.scrollLeft - 4, top: area.scrollTop - 4, width: w, height: h }, coloursOf(target));
      // What this frame cost, for whoever measures.
      target.dataset.paint = (performance.now() - began).toFixed(2);
    });
  });
  useEffect(() => draw.current(), [layout, mode, meanings, only, at, over, width, height, colorScheme, language]);
  useEffect(() => {
    const scheme = new MutationObserver(() => draw.current());
    scheme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-mantine-color-scheme"] });
    return () => {
      scheme.disconnect();
      cancelAnimationFrame(due.current);
      due.current = 0;
    };
  }, []);

  const pointed = (event: PointerEvent | React.MouseEvent): Cell | undefined => {
    const area = scroller.current;
    if (area === null || layout === undefined) return undefined;
    const box = area.getBoundingClientRect();
    return cellAt(layout, event.clientX - box.left + area.scrollLeft - 4, event.clientY - box.top + area.scrollTop - 4);
  };
  const show = (cell: Cell) => {
    setAt(keyOf(cell));
    const area = scroller.current;
    if (area === null) return;
    const margin = 40;
    if (cell.y < area.scrollTop + margin) area.scrollTop = cell.y - margin;
    if (cell.y + margin > area.scrollTop + area.clientHeight) area.scrollTop = cell.y + margin - area.clientHeight;
    if (cell.x < area.scrollLeft + margin) area.scrollLeft = cell.x - margin;
    if (cell.x + margin > area.scrollLeft + area.clientWidth) area.scrollLeft = cell.x + margin - area.clientWidth;
  };
  const open = (cell: Cell | undefined) => {
    const largest = cell?.shares.reduce((a, b) => (b.part > a.part ? b : a));
    if (largest !== undefined) onOpen(largest.held);
  };
  const zoom = (step: number) => {
    const size = layout?.size ?? 0;
    const next = SIZES[SIZES.indexOf(size) + step];
    if (next !== undefined) onZoom(next);
  };
  const keys = (event: KeyboardEvent) => {
    if (layout === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEP[event.key];
    const here = cursor ?? layout.cells[0];
    if (here === undefined) return;
    if (step !== undefined) show(cursor === undefined ? here : (neighbour(layout, here, step[0], step[1]) ?? here));
    else if (event.key === "Home") show(layout.cells[0] ?? here);
    else if (event.key === "End") show(layout.cells.at(-1) ?? here);
    else if (event.key === "Enter" && cursor && cursor.shares.length > 0) open(cursor);
    else if (event.key === "+") zoom(1);
    else if (event.key === "-") zoom(-1);
    else if (event.key === "Escape") setAt(null);
    else return;
    event.preventDefault();
  };
  const shown = hover ?? cursor;
  return (
    <div className="k-map" ref={frame} style={{ height }}>
      <div
        ref={scroller} className={`k-map-scroll${hover && hover.shares.length > 0 ? " link" : ""}`} tabIndex={0} role="application" aria-label={label} aria-describedby={help}
        onScroll={() => draw.current()} onKeyDown={keys} onFocus={() => cursor === undefined && layout?.cells[0] && setAt(keyOf(layout.cells[0]))} onBlur={() => setAt(null)}
        onPointerMove={(event) => {
          const cell = pointed(event);
          setOver(cell === undefined ? null : keyOf(cell));
        }}
        onPointerLeave={() => setOver(null)}
        onClick={(event) => {
          const cell = pointed(event);
          if (cell === undefined) return;
          setAt(keyOf(cell));
          if (cell.shares.length > 0) open(cell);
        }}
      >
        <div style={{ width: (layout?.width ?? 0) + 8, height: (layout?.height ?? 0) + 8 }} />
      </div>
      <canvas ref={canvas} aria-hidden="true" data-cells={layout?.cells.length ?? 0} />
      <p id={help} className="vh">{t("map.keys")}</p>
      <p className="vh" role="status">{cursor === undefined ? "" : text(cursor)}</p>
      {shown !== undefined && layout !== undefined && <CellTip cell={shown} size={layout.size} area={scroller.current} />}
    </div>
  );
}
