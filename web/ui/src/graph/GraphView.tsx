import { ActionIcon, Tooltip } from "@mantine/core";
import { BaseEdge, Handle, Position, ReactFlow, ReactFlowProvider, useReactFlow, type Edge, type EdgeProps, type Node, type NodeProps } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { createContext, memo, useContext, useEffect, useMemo, useRef } from "react";
import type { Graph, GraphNode } from "../api/client.ts";
import { Collapse, Expand, Path, Plus, Right, Target } from "../parts/icons.tsx";
import { COLOUR, StateIcon, useStateWord } from "../parts/StateChip.tsx";
import { DurationText } from "../parts/AgeText.tsx";
import { useWords, type WordKey } from "../words/index.tsx";
import { roundedPath } from "./edges.ts";
import { criticalPath, type NodeState } from "./states.ts";
import "./GraphView.css";

interface Wiring {
  states: Map<string, NodeState>;
  selected: string | null;
  lit: Set<string> | null;
  onSelect: (id: string) => void;
  onToggle: (id: string, expand: boolean) => void;
  withStates: boolean;
}
const WiringContext = createContext<Wiring | null>(null);

type Step = Node<{ node: GraphNode }>;
type Line = Edge<{ points: { x: number; y: number }[]; from: string; to: string; order: boolean }>;

export interface GraphViewProps {
  graph: Graph;
  states?: Map<string, NodeState>;
  selected: string | null;
  onSelect: (id: string) => void;
  onToggle: (id: string, expand: boolean) => void;
  onExpandAll?: (all: boolean) => void;
  follow?: boolean;
  onFollow?: (follow: boolean) => void;
  critical?: boolean;
  onCritical?: (critical: boolean) => void;
  label: string;
}

/** Keeps the picture clear of the buttons on its right. */
const ROOM = { top: "16px", bottom: "16px", left: "16px", right: "56px" } as const;
const NONE = new Map<string, NodeState>();

export function GraphView(props: GraphViewProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas(props: GraphViewProps) {
  const { graph, selected, onSelect, onToggle, critical } = props;
  const states = props.states ?? NONE;
  const frame = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const lit = useMemo(() => (critical ? criticalPath(graph, states) : null), [critical, graph, states]);
  const wiring = useMemo(
    () => ({ states, selected, lit, onSelect, onToggle, withStates: props.states !== undefined }),
    [states, selected, lit, onSelect, onToggle, props.states],
  );
  const nodes = useMemo<Step[]>(
    () =>
      graph.nodes.map((node) => ({
        id: node.id,
        type: node.group?.expanded ? "box" : "step",
        position: { x: node.x, y: node.y },
        width: node.w,
        height: node.h,
        measured: { width: node.w, height: node.h },
        zIndex: node.group?.expanded ? 0 : 2,
        data: { node },
        draggable: false,
        selectable: false,
        focusable: false,
      })),
    [graph],
  );
  const edges = useMemo<Line[]>(
    () =>
      graph.edges.map((edge) => ({
        id: edge.id,
        source: edge.from,
        target: edge.to,
        type: "line",
        zIndex: 1,
        focusable: false,
        selectable: false,
        data: { points: edge.points, from: edge.from, to: edge.to, order: edge.kind === "ORDER" },
      })),
    [graph],
  );

  useEffect(() => {
    const timer = requestAnimationFrame(() => void flow.fitView({ padding: ROOM, maxZoom: 1, minZoom: 0.35 }));
    return () => cancelAnimationFrame(timer);
  }, [graph.version, flow]);

  const active = useMemo(() => activeNode(graph, states), [graph, states]);
  useEffect(() => {
    if (!props.follow || active === undefined) return;
    const view = flow.getViewport();
    const box = frame.current?.getBoundingClientRect();
    if (box === undefined) return;
    const x = active.x * view.zoom + view.x;
    const y = active.y * view.zoom + view.y;
    if (x > 0 && y > 0 && x + active.w * view.zoom < box.width && y + active.h * view.zoom < box.height) return;
    void flow.setCenter(active.x + active.w / 2, active.y + active.h / 2, { zoom: view.zoom, duration: 150 });
  }, [active, props.follow, flow]);

  return (
    <div className="k-graph" ref={frame} role="group" aria-label={props.label}>
      <WiringContext value={wiring}>
        <ReactFlow
          nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} edgeTypes={EDGE_TYPES} minZoom={0.05} maxZoom={2} nodesDraggable={false}
          nodesConnectable={false} elementsSelectable={false} nodesFocusable={false} edgesFocusable={false} disableKeyboardA11y
          zoomOnScroll={false} panOnScroll zoomOnPinch zoomOnDoubleClick={false} onlyRenderVisibleElements={graph.nodes.length > 150} fitView
          fitViewOptions={{ padding: ROOM, maxZoom: 1, minZoom: 0.35 }} preventScrolling={false} proOptions={{ hideAttribution: true }}
        />
      </WiringContext>
      <Tools {...props} />
    </div>
  );
}

function activeNode(graph: Graph, states: Map<string, NodeState>): GraphNode | undefined {
  let found: GraphNode | undefined;
  for (const node of graph.nodes) {
    const look = states.get(node.id)?.look;
    if (node.group?.expanded || (look !== "running" && look !== "starting")) continue;
    if (found === undefined || (states.get(node.id)?.startedAt ?? "") > (states.get(found.id)?.startedAt ?? "")) found = node;
  }
  return found;
}

function Tools(props: GraphViewProps) {
  const { t } = useWords();
  const flow = useReactFlow();
  const groups = props.graph.nodes.filter((node) => node.group !== null);
  const closed = groups.some((node) => !node.group?.expanded);
  const tool = (label: string, icon: React.ReactNode, run: () => void, on?: boolean) => (
    <Tooltip label={label} position="left">
      <ActionIcon variant="default" aria-label={label} aria-pressed={on} className={on ? "on" : ""} onClick={run}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
  return (
    <div className="k-graph-tools">
      {tool(t("graph.zoomIn"), <Plus size={14} />, () => void flow.zoomIn({ duration: 120 }))}
      {tool(t("graph.zoomOut"), <span aria-hidden="true">−</span>, () => void flow.zoomOut({ duration: 120 }))}
      {tool(t("graph.fit"), <Expand size={14} />, () => void flow.fitView({ padding: ROOM, maxZoom: 1, duration: 120 }))}
      {groups.length > 0 &&
        props.onExpandAll &&
        tool(closed ? t("graph.openAll") : t("graph.closeAll"), closed ? <Right size={14} /> : <Collapse size={14} />, () => props.onExpandAll?.(closed))}
      {props.onFollow && tool(t("graph.follow"), <Target size={14} />, () => props.onFollow?.(!props.follow), props.follow)}
      {props.onCritical && tool(t("graph.critical"), <Path size={14} />, () => props.onCritical?.(!props.critical), props.critical)}
    </div>
  );
}

function useWiring(): Wiring {
  const wiring = useContext(WiringContext);
  if (wiring === null) throw new Error("a node outside its graph");
  return wiring;
}

const Ends = memo(function Ends() {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
});

const StepNode = memo(function StepNode({ data }: NodeProps<Step>) {
  const { node } = data;
  const wiring = useWiring();
  const { t } = useWords();
  const word = useStateWord();
  const state = wiring.states.get(node.id);
  const look = state?.look ?? null;
  const dull = wiring.lit !== null && !wiring.lit.has(node.id);
  const passedBy = node.parent !== null && wiring.states.get(node.parent)?.look === "skipped";
  const said = look === null ? (wiring.withStates ? (passedBy ? word("skipped") : t("graph.notReached")) : (node.note ?? t(`kind.${node.kind}` as WordKey))) : word(look);
  return (
    <div
      className={`k-node${wiring.selected === node.id ? " on" : ""}${dull ? " dull" : ""}${look === null && wiring.withStates ? " none" : ""}${node.group ? " group" : ""}`}
      style={{ width: node.w, height: node.h, color: look === null ? undefined : COLOUR[look] }}
      data-node={node.id} data-state={look ?? "none"}
    >
      <Ends />
      <button type="button" className="k-node-main" aria-pressed={wiring.selected === node.id} onClick={() => wiring.onSelect(node.id)}>
        <span className="k-node-label ellipsis">{node.label}</span>
        <span className="k-node-line ellipsis">
          {look !== null && state !== undefined ? (
            <>
              {node.group !== null && state.total > 0 ? <Ring share={state.done / state.total} /> : <StateIcon look={look} size={10} />}
              <span className="ellipsis">
                {node.group !== null && state.total > 0 ? <><span className="vh">{said} </span>{t("graph.of", { done: state.done, total: state.total })}</> : said}
                {state.startedAt !== null && look !== "skipped" && (
                  <>
                    {" · "}
                    <DurationText from={state.startedAt} to={state.finishedAt} />
                  </>
                )}
              </span>
            </>
          ) : (
            <span className="ellipsis">{wiring.withStates ? said : (node.note ?? said)}</span>
          )}
        </span>
      </button>
      {node.group !== null && (
        <button type="button" className="k-node-open" aria-label={t("graph.open", { name: node.label })} onClick={() => wiring.onToggle(node.id, true)}>
          <Expand size={12} />
        </button>
      )}
    </div>
  );
});

const BoxNode = memo(function BoxNode({ data }: NodeProps<Step>) {
  const { node } = data;
  const wiring = useWiring();
  const { t } = useWords();
  const word = useStateWord();
  const state = wiring.states.get(node.id);
  const look = state?.look ?? null;
  return (
    <div className={`k-box${wiring.selected === node.id ? " on" : ""}`} style={{ width: node.w, height: node.h, color: look === null ? undefined : COLOUR[look] }} data-node={node.id}>
      <Ends />
      <div className="k-box-head">
        <button type="button" className="k-node-main ellipsis" onClick={() => wiring.onSelect(node.id)}>
          {look !== null && <StateIcon look={look} size={10} />}
          <span className="k-node-label ellipsis">{node.label}</span>
          {look !== null && <span className="vh"> {word(look)} </span>}
          <span className="dim ellipsis">
            {state !== undefined && state.total > 0 ? t("graph.of", { done: state.done, total: state.total }) : ""}
            {node.note ? ` ${node.note}` : ""}
          </span>
        </button>
        <button type="button" className="k-node-open" aria-label={t("graph.close", { name: node.label })} onClick={() => wiring.onToggle(node.id, false)}>
          <Collapse size={12} />
        </button>
      </div>
    </div>
  );
});

function Ring({ share }: { share: number }) {
  const length = 2 * Math.PI * 5;
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" style={{ flex: "none" }}>
      <circle cx="7" cy="7" r="5" fill="none" stroke="var(--k-line)" strokeWidth="2.5" />
      <circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" strokeWidth="2.5" strokeDasharray={`${length * share} ${length}`} transform="rotate(-90 7 7)" />
    </svg>
  );
}

const LineEdge = memo(function LineEdge({ id, data }: EdgeProps<Line>) {
  const wiring = useWiring();
  if (data === undefined) return null;
  const to = wiring.states.get(data.to)?.look;
  const lit = wiring.lit?.has(data.from) && wiring.lit.has(data.to);
  const live = to === "running" || to === "starting";
  const stroke = lit ? "var(--k-accent)" : live ? "var(--k-blue)" : "var(--k-line-strong)";
  return <BaseEdge id={id} path={roundedPath(data.points)} style={{ stroke, strokeWidth: lit ? 2.4 : 1.5, strokeDasharray: data.order ? "4 3" : undefined }} />;
});

const NODE_TYPES = { step: StepNode, box: BoxNode };
const EDGE_TYPES = { line: LineEdge };
export default GraphView;
