import { useState, type ReactNode } from "react";
import { Link } from "wouter";
import { Refused, type InputParameter } from "../../api/client.ts";
import { AgeText, DurationText } from "../../parts/AgeText.tsx";
import { PageHead, ProgressBar, RunDots, ValueText } from "../../parts/Bits.tsx";
import { EmptyState, Trouble } from "../../parts/EmptyState.tsx";
import { FilterBar, ToggleChip } from "../../parts/FilterBar.tsx";
import { LiveTable } from "../../parts/LiveTable.tsx";
import { LogFrame } from "../../parts/LogView.tsx";
import { Markdown } from "../../parts/Markdown.tsx";
import { ObjectLink } from "../../parts/ObjectLink.tsx";
import { SchemaForm, textOf, valuesOf, type Fields } from "../../parts/SchemaForm.tsx";
import { COLOUR, StateChip, type Look } from "../../parts/StateChip.tsx";
import { ConfusionMatrix, Roc } from "../../parts/Views.tsx";
import { toYaml } from "../../parts/yaml.ts";
import { YamlTwin } from "../../parts/YamlTwin.tsx";
import GraphView from "../../graph/GraphView.tsx";
import { Gantt } from "../../graph/Gantt.tsx";
import { nodeStates } from "../../graph/states.ts";
import { Ahead } from "../cluster/Ahead.tsx";
import { layoutOf } from "../cluster/cells.ts";
import { GpuMap } from "../cluster/GpuMap.tsx";
import { meaningsOf } from "../cluster/modes.ts";
import "../cluster/Queue.css";
import { demoCluster, demoEntries, demoGraph, demoInputs, demoLog, demoTasks } from "./samples.ts";

/** Development builds only: each part with its states, for the eye and for the browser tests. */
const PARTS: Record<string, () => ReactNode> = {
  StateChip: () => (
    <div className="row wrap">
      {(Object.keys(COLOUR) as Look[]).map((look) => <StateChip key={look} state={look}>12 s</StateChip>)}
      {(Object.keys(COLOUR) as Look[]).map((look) => <StateChip key={look} state={look} quiet />)}
    </div>
  ),
  AgeText: () => (
    <div className="stack">
      {[2, 40, 300, 7200, 90_000, 4e6].map((s) => <span key={s}><AgeText at={new Date(Date.now() - s * 1000).toISOString()} /> · <DurationText from={new Date(Date.now() - s * 1000).toISOString()} to={null} /></span>)}
      <AgeText at={null} />
    </div>
  ),
  ObjectLink: () => (
    <div className="stack">{(["run", "pipeline", "experiment", "artifact"] as const).map((kind) => <ObjectLink key={kind} kind={kind} id="1" icon>{kind}</ObjectLink>)}</div>
  ),
  Bits: () => (
    <div className="stack">
      <ProgressBar progress={{ total: 10, done: 6, byState: { SUCCEEDED: 4, CACHED: 2, RUNNING: 1, FAILED: 1 } }} />
      <RunDots runs={["SUCCEEDED", "FAILED", "RUNNING", "CANCELED"].map((state, i) => ({ id: `${i}`, displayName: `run ${i}`, state: state as "FAILED", createdAt: new Date().toISOString() }))} />
      <ValueText value={{ a: [1, 2], b: "text" }} />
    </div>
  ),
  EmptyState: () => (
    <div className="stack">
      <EmptyState title="—" command="./kumiki demo" />
      <Trouble error={new Refused({ type: "about:blank", title: "Not valid", status: 400, code: "Invalid", detail: "Two mistakes.", violations: [{ path: "parameters.a", reason: "Required", message: "a is required" }] })} retry={() => undefined} />
    </div>
  ),
  FilterBar: () => <FilterBar name="dev" placeholder="text"><ToggleChip name="state" value="FAILED">FAILED</ToggleChip></FilterBar>,
  LiveTable: () => (
    <div style={{ height: 320, display: "flex" }}>
      <LiveTable
        name="dev" label="rows" rows={Array.from({ length: 10_000 }, (_, i) => i)} id={String} href={(i) => `/dev/LiveTable?row=${i}`}
        columns={[{ id: "n", header: "n", width: "120px", numeric: true, cell: (i) => i }, { id: "square", header: "n²", width: "1fr", cell: (i) => i * i }]}
      />
    </div>
  ),
  SchemaForm: () => <FormSample />,
  YamlTwin: () => <YamlTwin twins={[{ id: "yaml", label: "YAML", text: toYaml({ a: [1, { b: "yes" }], c: "x" }) }, { id: "curl", label: "curl", text: "curl …" }]} />,
  Views: () => (
    <div className="k-split">
      <ConfusionMatrix view={{ kind: "confusionMatrix", title: null, labels: ["a", "b", "c"], matrix: [[18, 0, 0], [1, 20, 0], [0, 2, 13]] }} />
      <Roc curves={[{ name: "model", view: { kind: "roc", title: null, auc: 0.91, points: [{ fpr: 0, tpr: 0, threshold: null }, { fpr: 0.1, tpr: 0.7, threshold: 0.8 }, { fpr: 0.4, tpr: 0.9, threshold: 0.4 }, { fpr: 1, tpr: 1, threshold: 0 }] } }]} />
    </div>
  ),
  Markdown: () => <Markdown text={"# Title\n\nText with **strong**, *em*, `code` and [link](https://example.org).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two\n\n```\ncode\n```\n\n> quote\n\n<script>alert(1)</script>"} />,
  LogView: () => <LogFrame buffer={demoLog()} complete start={0} error={null} onDownload={() => undefined} />,
  GraphView: () => <GraphSample />,
  GpuMap: () => (
    <div className="stack">
      {(["tenant", "state", "health", "room"] as const).map((mode) => (
        <GpuMap key={mode} cluster={demoCluster} wanted={18} mode={mode} meanings={meaningsOf(layoutOf(demoCluster, 18, 800), mode)} only={null} label={mode} onLayout={() => undefined} onOpen={() => undefined} onZoom={() => undefined} />
      ))}
    </div>
  ),
  Ahead: () => <Ahead waiting={demoEntries(Date.now()).filter((entry) => entry.phase === "Waiting")} running={demoEntries(Date.now()).filter((entry) => entry.phase !== "Waiting")} />,
};

function FormSample() {
  const [fields, setFields] = useState<Fields>(() => Object.fromEntries(demoInputs.map((input: InputParameter) => [input.name, textOf(input, input.default)])));
  const { values, wrong } = valuesOf(demoInputs, fields);
  return (
    <div className="stack">
      <SchemaForm inputs={demoInputs} fields={fields} errors={wrong} onChange={(name, text) => setFields({ ...fields, [name]: text })} />
      <pre>{toYaml(values)}</pre>
    </div>
  );
}

function GraphSample() {
  const [selected, select] = useState<string | null>("train");
  const tasks = demoTasks();
  const states = nodeStates(tasks);
  return (
    <div className="stack">
      <div className="card flush" style={{ height: 380 }}>
        <GraphView graph={demoGraph} states={states} selected={selected} onSelect={select} onToggle={() => undefined} label="graph" critical onCritical={() => undefined} />
      </div>
      <Gantt graph={demoGraph} states={states} from={tasks[0]?.startedAt ?? ""} to={null} selected={selected} onSelect={select} />
    </div>
  );
}

export default function DevPages({ part }: { part: string | undefined }) {
  const Part = part === undefined ? undefined : PARTS[part];
  return (
    <div className="k-page stack">
      <PageHead title={`/dev/${part ?? ""}`} />
      <nav className="row wrap" aria-label="parts">{Object.keys(PARTS).map((name) => <Link key={name} href={`/dev/${name}`}>{name}</Link>)}</nav>
      {Part && <Part />}
    </div>
  );
}
