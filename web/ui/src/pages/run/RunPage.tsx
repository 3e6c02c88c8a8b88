import { Button } from "@mantine/core";
import { lazy, Suspense, useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import { useTitle } from "../../App.tsx";
import type { RunDetail, Task } from "../../api/client.ts";
import { useRun } from "../../api/live.ts";
import { useRunGraph } from "../../api/queries.ts";
import { Gantt } from "../../graph/Gantt.tsx";
import { isLeaf, isTerminal, nodeStates } from "../../graph/states.ts";
import { DurationText } from "../../parts/AgeText.tsx";
import { LinkTabs, PageHead } from "../../parts/Bits.tsx";
import { Skeleton, Trouble } from "../../parts/EmptyState.tsx";
import { useUrlState } from "../../parts/FilterBar.tsx";
import { StateChip } from "../../parts/StateChip.tsx";
import { useWords } from "../../words/index.tsx";
import { RunActions } from "./RunActions.tsx";
import { ArtifactsTab, EventsTab, InputsTab, StepsTab, YamlTab } from "./RunTabs.tsx";
import { RunFacts, TaskPanel } from "./TaskPanel.tsx";
import "./RunPage.css";

const GraphView = lazy(() => import("../../graph/GraphView.tsx"));
const TABS = ["graph", "steps", "artifacts", "inputs", "events", "yaml"] as const;

export default function RunPage({ id, tab }: { id: string; tab: string }) {
  const { t, exact } = useWords();
  const { data: run, error, gone, refetch } = useRun(id);
  useTitle(run?.displayName ?? t("nav.runs"));
  if (error && !run) return <Trouble error={error} retry={() => void refetch()} />;
  if (!run) return <Skeleton lines={8} />;
  const current = TABS.find((one) => one === tab) ?? "graph";
  const counts: Partial<Record<(typeof TABS)[number], number>> = { steps: run.progress.total, artifacts: run.artifacts.length };
  return (
    <div className="k-page-fill">
      <PageHead
        crumbs={[
          { href: "/runs", label: t("nav.runs") },
          run.pipelineId ? { href: `/pipelines/${run.pipelineId}`, label: run.pipelineName } : { href: `/runs?text=${encodeURIComponent(run.pipelineName)}`, label: run.pipelineName },
          { label: exact(run.createdAt) },
        ]}
        title={run.displayName}
        chip={
          <>
            <StateChip state={run.state}>{run.startedAt && <DurationText from={run.startedAt} to={run.finishedAt} />}</StateChip>
            {run.archived && <span className="dim small">{t("runs.archived")}</span>}
            {gone && <span className="dim small">{t("run.gone")}</span>}
          </>
        }
        now={<NowLine run={run} />}
        actions={<RunActions run={run} />}
      />
      <LinkTabs
        label={t("run.tabs")}
        current={current}
        tabs={TABS.map((one) => ({
          id: one,
          href: one === "graph" ? `/runs/${id}` : `/runs/${id}/${one}`,
          label: <>{t(`run.tab.${one}`)}{counts[one] ? <span className="dim"> {counts[one]}</span> : null}</>,
        }))}
      />
      {current === "graph" && <GraphTab run={run} />}
      {current === "steps" && <StepsTab run={run} />}
      {current === "artifacts" && <ArtifactsTab run={run} />}
      {current === "inputs" && <InputsTab run={run} />}
      {current === "events" && <EventsTab run={run} />}
      {current === "yaml" && <YamlTab run={run} />}
    </div>
  );
}

/** The one line that matters now. */
function NowLine({ run }: { run: RunDetail }) {
  const { t } = useWords();
  const { done, total, byState } = run.progress;
  const leaves = run.tasks.filter(isLeaf);
  const failed = leaves.find((task) => task.state === "FAILED");
  const busy = leaves.filter((task) => task.state === "RUNNING" || task.state === "STARTING");
  const cached = byState["CACHED"] ?? 0;
  const progress = cached > 0 ? t("run.nowDoneCached", { done, total, cached }) : t("run.nowDone", { done, total });
  if (run.state === "FAILED") {
    if (run.error) return <span className="k-clamp">{run.error.message}</span>;
    return <span className="k-clamp">{failed && <b>{failed.displayName}: </b>}{failed?.error?.message ?? progress}</span>;
  }
  if (run.state === "PENDING") return <span>{t("run.nowPending")}</span>;
  if (run.state === "CANCELING") return <span>{t("run.nowStopping", { n: busy.length + (byState["STOPPING"] ?? 0) })}</span>;
  if (busy.length > 0) {
    const names = [...new Set(busy.map((task) => task.displayName))];
    return (
      <span>
        {t("run.nowRuns", { names: names.slice(0, 3).join(t("list.comma")), more: Math.max(0, names.length - 3) })} {progress}
      </span>
    );
  }
  const metric = run.metric ?? takenMetric(run);
  return <span>{progress}{metric && <span style={{ marginLeft: 12 }}><span className="dim">{metric.name}</span> <MetricValue value={metric.value} /></span>}</span>;
}

/** A run that took everything from the cache has its headline from there too. */
function takenMetric(run: RunDetail): { name: string; value: number } | undefined {
  for (const artifact of run.artifacts) {
    if (artifact.type !== "system.Metrics") continue;
    for (const [name, value] of Object.entries(artifact.metadata)) if (typeof value === "number") return { name, value };
  }
  return undefined;
}

function MetricValue({ value }: { value: number }) {
  const { figure } = useWords();
  return <b>{figure(value)}</b>;
}

/** The row a node stands for when it has several: what failed, else what works, else what ended last. */
export function principal(tasks: Task[]): Task | undefined {
  return tasks.find((task) => task.state === "FAILED") ?? tasks.find((task) => !isTerminal(task.state) && task.startedAt !== null) ?? tasks.at(-1);
}

function firstFailed(run: RunDetail): Task | undefined {
  const failed = run.tasks.filter((task) => isLeaf(task) && task.state === "FAILED");
  return failed.sort((a, b) => ((a.finishedAt ?? "") < (b.finishedAt ?? "") ? -1 : 1))[0];
}

function activeTask(run: RunDetail): Task | undefined {
  let found: Task | undefined;
  for (const task of run.tasks) {
    if (!isLeaf(task) || (task.state !== "RUNNING" && task.state !== "STARTING")) continue;
    if (found === undefined || (task.startedAt ?? "") > (found.startedAt ?? "")) found = task;
  }
  return found;
}

function GraphTab({ run }: { run: RunDetail }) {
  const { t } = useWords();
  const url = useUrlState();
  const [, navigate] = useLocation();
  const [follow, setFollow] = useState(true);
  const [critical, setCritical] = useState(false);
  const open = url.get("open") || "auto";
  const graph = useRunGraph(run.id, open);
  const states = useMemo(() => nodeStates(run.tasks), [run.tasks]);
  const chosen = url.get("task");
  const task = useMemo(() => {
    if (chosen === "none") return undefined;
    const named = run.tasks.find((one) => one.path === chosen && chosen !== "");
    return named ?? (chosen === "" ? (firstFailed(run) ?? (follow ? activeTask(run) : undefined)) : undefined);
  }, [run, chosen, follow]);
  const selected = task?.node ?? (chosen === "" || chosen === "none" ? null : chosen);
  const select = (id: string) => {
    const of = principal(states.get(id)?.tasks ?? []);
    url.set({ task: of?.path ?? id }, true);
  };
  const toggle = (id: string, expand: boolean) => {
    const now = graph.data?.nodes.filter((node) => node.group?.expanded).map((node) => node.id) ?? [];
    const next = expand ? [...now, id] : now.filter((one) => one !== id && !one.startsWith(`${id}/`));
    url.set({ open: next.length === 0 ? "none" : next.join(",") }, true);
  };
  return (
    <div className="k-run">
      <div className="stack k-run-left">
        <div className="card flush k-run-graph" style={graph.data ? { height: `clamp(236px, ${Math.round(graph.data.height + 70)}px, max(300px, calc(100vh - 440px)))` } : undefined}>
          {graph.error && <Trouble error={graph.error} retry={() => void graph.refetch()} />}
          {graph.data && (
            <Suspense fallback={<Skeleton lines={6} />}>
              <GraphView
                graph={graph.data} states={states} selected={selected} onSelect={select} onToggle={toggle} label={t("graph.label", { name: run.displayName })}
                onExpandAll={(all) => url.set({ open: all ? "all" : "none" }, true)} follow={follow} onFollow={setFollow} critical={critical} onCritical={setCritical}
              />
            </Suspense>
          )}
        </div>
        {graph.data && run.startedAt && <Gantt graph={graph.data} states={states} from={run.startedAt} to={run.finishedAt} selected={selected} onSelect={select} />}
      </div>
      <aside className="card k-run-panel" aria-label={task ? t("task.panel", { name: task.displayName }) : t("run.facts")}>
        {task ? (
          <TaskPanel
            key={task.id} run={run} task={task} siblings={states.get(task.node)?.tasks ?? []}
            onPick={(path) => url.set({ task: path }, true)} onClose={() => url.set({ task: "none" }, true)}
          />
        ) : selected !== null ? (
          <div className="stack">
            <h2>{graph.data?.nodes.find((node) => node.id === selected)?.label ?? selected}</h2>
            <p className="dim">{t("graph.notReachedLong")}</p>
            <Button variant="default" style={{ alignSelf: "start" }} onClick={() => url.set({ task: "none" }, true)}>{t("action.close")}</Button>
          </div>
        ) : (
          <>
            <RunFacts run={run} />
            <p className="dim small" style={{ marginTop: 12 }}>{t("run.pickTask")} <Link href={`/runs/${run.id}/steps`} onClick={() => navigate(`/runs/${run.id}/steps`)}>{t("run.tab.steps")}</Link></p>
          </>
        )}
      </aside>
    </div>
  );
}
