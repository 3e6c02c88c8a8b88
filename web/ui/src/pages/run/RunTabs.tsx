import { useMemo, useState } from "react";
import type { RunDetail, Task } from "../../api/client.ts";
import { useRunSpec } from "../../api/queries.ts";
import { isLeaf } from "../../graph/states.ts";
import { AgeText, DurationText } from "../../parts/AgeText.tsx";
import { ValueText } from "../../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../../parts/EmptyState.tsx";
import { LiveTable, type Column } from "../../parts/LiveTable.tsx";
import { ObjectLink } from "../../parts/ObjectLink.tsx";
import { lookOf, StateChip } from "../../parts/StateChip.tsx";
import { ArtifactPreview } from "../../parts/Views.tsx";
import { CodeBlock } from "../../parts/YamlTwin.tsx";
import { useWords } from "../../words/index.tsx";
import { RunFacts } from "./TaskPanel.tsx";

/** Every step as a row: what the graph shows, for whoever reads tables. */
export function StepsTab({ run }: { run: RunDetail }) {
  const { t } = useWords();
  const [sort, setSort] = useState("started");
  const rows = useMemo(() => {
    const field = sort.replace("-", "");
    const value = (task: Task): string | number => {
      if (field === "name") return task.path;
      if (field === "state") return task.state;
      if (field === "duration") return task.startedAt ? Date.parse(task.finishedAt ?? new Date().toISOString()) - Date.parse(task.startedAt) : -1;
      return task.startedAt ?? "9";
    };
    const up = sort.startsWith("-") ? -1 : 1;
    return run.tasks.filter(isLeaf).sort((a, b) => (value(a) < value(b) ? -up : value(a) > value(b) ? up : 0));
  }, [run.tasks, sort]);
  const columns = useMemo<Column<Task>[]>(
    () => [
      { id: "name", header: t("task.name"), width: "minmax(220px, 2fr)", sort: "name", cell: (task) => <span><b>{task.displayName}</b>{task.path !== task.name && <span className="dim mono"> {task.path}</span>}</span> },
      { id: "state", header: t("run.state"), width: "150px", sort: "state", cell: (task) => <StateChip state={task.state} /> },
      { id: "started", header: t("run.started"), width: "120px", sort: "started", cell: (task) => <span className="dim"><AgeText at={task.startedAt} /></span> },
      { id: "duration", header: t("run.duration"), width: "110px", numeric: true, sort: "duration", cell: (task) => <DurationText from={task.startedAt} to={task.finishedAt} /> },
      { id: "attempt", header: t("task.attempts"), width: "90px", numeric: true, cell: (task) => task.attempt },
      { id: "error", header: t("task.message"), width: "minmax(180px, 2fr)", cell: (task) => task.error && <span className="dim">{task.error.message}</span> },
      { id: "pod", header: t("task.pod"), width: "260px", extra: true, cell: (task) => <span className="mono dim">{task.podName}</span> },
    ],
    [t],
  );
  if (rows.length === 0) return <EmptyState title={t("run.noSteps")} />;
  return <LiveTable name="steps" label={t("run.tab.steps")} columns={columns} rows={rows} id={(task) => task.id} href={(task) => `/runs/${run.id}?task=${encodeURIComponent(task.path)}`} sort={sort} onSort={setSort} />;
}

const SHOWN_FIRST = ["system.Metrics", "system.ClassificationMetrics", "system.SlicedClassificationMetrics", "system.HTML", "system.Markdown"];

export function ArtifactsTab({ run }: { run: RunDetail }) {
  const { t, bytes } = useWords();
  const [opened, setOpened] = useState<Set<number>>(new Set());
  const rank = (type: string) => (SHOWN_FIRST.includes(type) ? 0 : 1);
  const artifacts = [...run.artifacts].sort((a, b) => rank(a.type) - rank(b.type) || a.id - b.id);
  if (artifacts.length === 0) return <EmptyState title={run.finishedAt ? t("artifacts.noneInRun") : t("artifacts.noneYet")} />;
  return (
    <div className="k-artifact-grid">
      {artifacts.map((artifact, i) => {
        const open = (SHOWN_FIRST.includes(artifact.type) && i < 12) || opened.has(artifact.id);
        return (
          <article key={artifact.id} className="card">
            <h3 className="row wrap">
              <ObjectLink kind="artifact" id={artifact.id} icon>{artifact.name}</ObjectLink>
              <span className="dim small" style={{ fontWeight: 400 }}>
                {artifact.type.replace("system.", "")} · {artifact.taskName}
                {artifact.runId !== run.id && ` · ${t("state.cached")}`}
                {artifact.size !== null && artifact.size > 0 && ` · ${bytes(artifact.size)}`}
              </span>
            </h3>
            {open ? (
              <ArtifactPreview id={artifact.id} name={artifact.name} />
            ) : (
              <button type="button" className="linkish small" onClick={() => setOpened(new Set([...opened, artifact.id]))}>{t("action.show")}</button>
            )}
          </article>
        );
      })}
    </div>
  );
}

export function InputsTab({ run }: { run: RunDetail }) {
  const { t } = useWords();
  const entries = Object.entries(run.parameters);
  return (
    <div className="k-split">
      <section className="card">
        <h2>{t("run.inputs")}</h2>
        {entries.length === 0 && <p className="dim">{t("run.onlyDefaults")}</p>}
        <table className="k-pairs">
          <tbody>
            {entries.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td><ValueText value={value} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section className="card">
        <h2>{t("run.facts")}</h2>
        <RunFacts run={run} />
      </section>
    </div>
  );
}

interface Event {
  at: string;
  who: string;
  path: string | null;
  state: string;
  message?: string;
}

/** What happened, newest first: the run's own changes, and when its steps began and ended. */
export function EventsTab({ run }: { run: RunDetail }) {
  const { t, clock, exact } = useWords();
  const events = useMemo(() => {
    const all: Event[] = run.history.map((change) => ({ at: change.at, who: t("run.itself"), path: null, state: change.state }));
    for (const task of run.tasks) {
      if (!isLeaf(task)) continue;
      if (task.startedAt && task.state !== "CACHED" && task.state !== "SKIPPED") all.push({ at: task.startedAt, who: task.displayName, path: task.path, state: "RUNNING" });
      if (task.finishedAt) all.push({ at: task.finishedAt, who: task.displayName, path: task.path, state: task.state, message: task.error?.message });
    }
    return all.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, 1000);
  }, [run.history, run.tasks, t]);
  const known = new Set(["PENDING", "RUNNING", "CANCELING", "SUCCEEDED", "FAILED", "CANCELED", "CACHED", "SKIPPED", "STOPPED"]);
  return (
    <div className="card" style={{ overflow: "auto" }} tabIndex={0} role="group" aria-label={t("run.tab.events")}>
      <table className="plain-table">
        <thead>
          <tr><th>{t("events.when")}</th><th>{t("events.what")}</th><th>{t("run.state")}</th><th>{t("task.message")}</th></tr>
        </thead>
        <tbody>
          {events.map((event, i) => (
            <tr key={i}>
              <td className="nowrap mono" title={exact(event.at)}>{clock(event.at)}</td>
              <td>{event.path === null ? <b>{event.who}</b> : <a href={`/runs/${run.id}?task=${encodeURIComponent(event.path)}`}>{event.who}</a>}</td>
              <td>{known.has(event.state) ? <StateChip state={lookOf(event.state as Task["state"])} quiet /> : event.state}</td>
              <td className="dim">{event.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function YamlTab({ run }: { run: RunDetail }) {
  const { t } = useWords();
  const spec = useRunSpec(run.id);
  if (spec.error) return <Trouble error={spec.error} retry={() => void spec.refetch()} />;
  if (spec.data === undefined) return <Skeleton lines={8} />;
  return <CodeBlock text={spec.data} label={t("pipeline.compiled")} name={`${run.pipelineName}.yaml`} />;
}

