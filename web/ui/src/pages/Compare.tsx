import { Switch } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTitle } from "../App.tsx";
import { api, call, type Artifact, type RunDetail, type Schemas } from "../api/client.ts";
import { isLeaf } from "../graph/states.ts";
import { AgeText, DurationText } from "../parts/AgeText.tsx";
import { PageHead, ValueText } from "../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../parts/EmptyState.tsx";
import { useUrlState } from "../parts/FilterBar.tsx";
import { ObjectLink } from "../parts/ObjectLink.tsx";
import { StateChip } from "../parts/StateChip.tsx";
import { Roc } from "../parts/Views.tsx";
import { useWords } from "../words/index.tsx";
import "./Compare.css";

/** Metrics of a run by `artifact name / metric`, from the metadata of its system.Metrics artifacts. */
export function metricsOf(run: RunDetail): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const artifacts = run.artifacts.filter((artifact) => artifact.type === "system.Metrics");
  for (const artifact of artifacts) {
    for (const [name, value] of Object.entries(artifact.metadata)) {
      if (typeof value !== "number" && typeof value !== "string") continue;
      const short = artifacts.length === 1 ? name : `${label(run, artifact)} / ${name}`;
      found[short] = value;
    }
  }
  return found;
}

function label(run: RunDetail, artifact: Artifact): string {
  const task = run.tasks.find((one) => one.id === artifact.taskId || one.cachedFrom === artifact.taskId);
  return task && task.path !== task.name ? task.path : (artifact.taskName ?? artifact.name);
}

export default function Compare() {
  const { t } = useWords();
  useTitle(t("run.compare"));
  const url = useUrlState();
  const ids = url.get("ids").split(",").filter(Boolean).slice(0, 8);
  const answers = useQueries({
    queries: ids.map((runId) => ({ queryKey: ["run", runId], queryFn: () => call(api.GET("/runs/{runId}", { params: { path: { runId } } })) })),
  });
  const broken = answers.find((answer) => answer.error);
  const runs = answers.map((answer) => answer.data).filter((run) => run !== undefined);
  const everything = url.get("all") === "yes";
  return (
    <div className="k-page">
      <PageHead
        crumbs={[{ href: "/runs", label: t("nav.runs") }]}
        title={t("compare.title", { n: ids.length })}
        actions={<Switch label={t("compare.onlyDifferent")} checked={!everything} onChange={(e) => url.set({ all: e.currentTarget.checked ? null : "yes" }, true)} />}
      />
      {broken && <Trouble error={broken.error} />}
      {ids.length < 2 && <EmptyState title={t("compare.tooFew")} />}
      {ids.length >= 2 && !broken && runs.length < ids.length && <Skeleton lines={8} />}
      {runs.length === ids.length && runs.length >= 2 && <Columns runs={runs} everything={everything} />}
    </div>
  );
}

function Columns({ runs, everything }: { runs: RunDetail[]; everything: boolean }) {
  const { t } = useWords();
  const metrics = runs.map(metricsOf);
  return (
    <div className="stack">
      <div className="card flush scroll-x" tabIndex={0} role="group" aria-label={t("compare.title", { n: runs.length })}>
        <table className="plain-table k-compare">
          <thead>
            <tr>
              <th />
              {runs.map((run) => <th key={run.id} scope="col"><ObjectLink kind="run" id={run.id}>{run.displayName}</ObjectLink></th>)}
            </tr>
          </thead>
          <tbody>
            <tr><th scope="row">{t("run.state")}</th>{runs.map((run) => <td key={run.id}><StateChip state={run.state} /></td>)}</tr>
            <tr><th scope="row">{t("run.created")}</th>{runs.map((run) => <td key={run.id}><AgeText at={run.createdAt} /></td>)}</tr>
            <tr><th scope="row">{t("run.duration")}</th>{runs.map((run) => <td key={run.id}><DurationText from={run.startedAt} to={run.finishedAt} /></td>)}</tr>
            <Group title={t("compare.metrics")} everything={everything} width={runs.length} rows={rowsOf(metrics)} best />
            <Group title={t("run.inputs")} everything={everything} width={runs.length} rows={rowsOf(runs.map((run) => run.parameters))} />
            <Durations runs={runs} everything={everything} />
          </tbody>
        </table>
      </div>
      <Curves runs={runs} />
    </div>
  );
}

type Row = [name: string, values: unknown[]];
function rowsOf(records: Record<string, unknown>[]): Row[] {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return names.map((name) => [name, records.map((record) => record[name])]);
}

function Group({ title, rows, everything, width, best = false }: { title: string; rows: Row[]; everything: boolean; width: number; best?: boolean }) {
  const { t, figure } = useWords();
  const shown = rows.filter(([, values]) => everything || new Set(values.map((v) => JSON.stringify(v))).size > 1);
  if (rows.length === 0) return null;
  return (
    <>
      <tr className="k-compare-group"><th scope="rowgroup" colSpan={width + 1}>{title}</th></tr>
      {shown.length === 0 && <tr><td colSpan={width + 1} className="dim">{t("compare.same", { n: rows.length })}</td></tr>}
      {shown.map(([name, values]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          {values.map((value, i) => (
            <td key={i}>{value === undefined ? <span className="dim">–</span> : best && typeof value === "number" ? <Bar value={value} all={values} text={figure(value)} /> : <ValueText value={value} />}</td>
          ))}
        </tr>
      ))}
    </>
  );
}

function Bar({ value, all, text }: { value: number; all: unknown[]; text: ReactNode }) {
  const most = Math.max(...all.filter((v): v is number => typeof v === "number").map(Math.abs), 1e-12);
  return (
    <div className="k-compare-bar">
      <b>{text}</b>
      <i style={{ width: `${(Math.abs(value) / most) * 100}%` }} />
    </div>
  );
}

function Durations({ runs, everything }: { runs: RunDetail[]; everything: boolean }) {
  const { t, duration } = useWords();
  const records = runs.map((run) =>
    Object.fromEntries(run.tasks.filter((task) => isLeaf(task) && task.startedAt && task.finishedAt).map((task) => [task.path, duration(Date.parse(task.finishedAt ?? "") - Date.parse(task.startedAt ?? ""))])),
  );
  return <Group title={t("compare.durations")} everything={everything} width={runs.length} rows={rowsOf(records).slice(0, 100)} />;
}

/** The ROC curves of all runs in one picture. */
function Curves({ runs }: { runs: RunDetail[] }) {
  const wanted = runs.flatMap((run) => run.artifacts.filter((a) => a.type === "system.ClassificationMetrics").slice(0, 3).map((artifact) => ({ run, artifact })));
  const answers = useQueries({
    queries: wanted.map(({ artifact }) => ({
      queryKey: ["preview", artifact.id, undefined],
      staleTime: Infinity,
      queryFn: () => call(api.GET("/artifacts/{artifactId}/preview", { params: { path: { artifactId: artifact.id }, query: {} } })),
    })),
  });
  const curves = answers.flatMap((answer, i) =>
    (answer.data?.views ?? [])
      .filter((view): view is Schemas["RocView"] => view.kind === "roc")
      .map((view) => ({ name: `${wanted[i]?.run.displayName ?? ""} · ${wanted[i] ? label(wanted[i].run, wanted[i].artifact) : ""}`, view })),
  );
  if (curves.length === 0) return null;
  return <section className="card"><Roc curves={curves} /></section>;
}
