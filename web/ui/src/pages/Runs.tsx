import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import { useTitle } from "../App.tsx";
import type { Run, RunState } from "../api/client.ts";
import { useRuns, type RunFilter, type RunSort } from "../api/live.ts";
import { actOnRun, useExperiments, usePipelines, type RunAction } from "../api/queries.ts";
import { AgeText, DurationText } from "../parts/AgeText.tsx";
import { PageHead, ProgressBar } from "../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../parts/EmptyState.tsx";
import { ChoiceChip, FilterBar, ToggleChip, useUrlState } from "../parts/FilterBar.tsx";
import { LiveTable, type Column } from "../parts/LiveTable.tsx";
import { ObjectLink } from "../parts/ObjectLink.tsx";
import { lookOf, StateChip, StateIcon, useStateWord } from "../parts/StateChip.tsx";
import { useNamespace } from "../shell/namespace.tsx";
import { notify, notifyProblem } from "../shell/notices.tsx";
import { useWords } from "../words/index.tsx";
import { useConfirm } from "./confirm.tsx";

const STATES: RunState[] = ["RUNNING", "PENDING", "SUCCEEDED", "FAILED", "CANCELED"];
const SINCE: Record<string, number> = { "1h": 3.6e6, "24h": 8.64e7, "7d": 6.048e8, "30d": 2.592e9 };

/** An instant rounded to the minute, so that the same choice asks the same question for a while. */
function after(choice: string): string | undefined {
  const span = SINCE[choice];
  if (span === undefined) return /^\d{4}-/.test(choice) ? choice : undefined;
  return new Date(Math.floor((Date.now() - span) / 60_000) * 60_000).toISOString();
}

export function useRunColumns(): Column<Run>[] {
  const { t, figure } = useWords();
  return useMemo(
    () => [
      { id: "name", header: t("run.name"), width: "minmax(170px, 2.4fr)", sort: "displayName", cell: (run) => <ObjectLink kind="run" id={run.id}>{run.displayName}</ObjectLink> },
      { id: "state", header: t("run.state"), width: "132px", sort: "state", cell: (run) => <StateChip state={run.state} /> },
      { id: "progress", header: t("run.steps"), width: "minmax(120px, 1fr)", cell: (run) => <ProgressBar progress={run.progress} /> },
      { id: "duration", header: t("run.duration"), width: "96px", numeric: true, cell: (run) => <DurationText from={run.startedAt} to={run.finishedAt} /> },
      { id: "metric", header: t("run.metric"), width: "minmax(140px, 1fr)", cell: (run) => run.metric && <span><span className="dim small">{run.metric.name}</span> <b>{figure(run.metric.value)}</b></span> },
      {
        id: "pipeline", header: t("run.pipeline"), width: "minmax(110px, 1.1fr)",
        cell: (run) => (run.pipelineId ? <ObjectLink kind="pipeline" id={run.pipelineId}>{run.pipelineName}</ObjectLink> : <span className="dim">{run.pipelineName}</span>),
      },
      { id: "experiment", header: t("run.experiment"), width: "minmax(90px, .8fr)", cell: (run) => run.experimentName && <ObjectLink kind="experiment" id={run.experimentId}>{run.experimentName}</ObjectLink> },
      { id: "created", header: t("run.created"), width: "108px", sort: "createdAt", cell: (run) => <span className="dim"><AgeText at={run.createdAt} /></span> },
      { id: "finished", header: t("run.finished"), width: "120px", sort: "finishedAt", extra: true, cell: (run) => <span className="dim"><AgeText at={run.finishedAt} /></span> },
      { id: "id", header: "ID", width: "300px", extra: true, cell: (run) => <span className="mono dim">{run.id}</span> },
    ],
    [t, figure],
  );
}

export default function Runs() {
  const { t, number } = useWords();
  useTitle(t("nav.runs"));
  const url = useUrlState();
  const { namespace } = useNamespace();
  const since = url.get("since");
  const createdAfter = useMemo(() => after(since), [since]);
  const state = url.get("state");
  const filter: RunFilter = {
    namespace,
    text: url.get("text") || undefined,
    state: state === "" ? undefined : (state.split(",") as RunState[]),
    experiment: url.get("experiment") || undefined,
    pipeline: url.get("pipeline") || undefined,
    version: url.get("version") || undefined,
    createdAfter,
    createdBefore: url.get("before") || undefined,
    archived: url.get("archived") === "yes" || undefined,
    sort: (url.get("sort") || "-createdAt") as RunSort,
  };
  const [hover, setHover] = useState(false);
  const runs = useRuns(filter, hover);
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const columns = useRunColumns();
  const filtered = [...url.params.keys()].some((key) => key !== "sort");
  return (
    <div className="k-page-fill">
      <PageHead
        title={t("nav.runs")}
        chip={runs.total !== undefined && <span className="dim">{number(runs.total)}</span>}
        actions={<Button component={Link} href="/runs/new">{t("run.new")}</Button>}
      />
      <Filters counts={runs.counts} />
      {selected.size > 0 && <Bulk runs={(runs.rows ?? []).filter((run) => selected.has(run.id))} clear={() => setSelected(new Set())} />}
      {runs.queued > 0 && <p className="small dim" role="status" style={{ marginBottom: 6 }}>{t("runs.held", { n: runs.queued })}</p>}
      {runs.error && <Trouble error={runs.error} retry={() => void runs.refetch()} />}
      {!runs.rows && !runs.error && <Skeleton lines={8} />}
      {runs.rows?.length === 0 && (
        <EmptyState
          title={filtered ? t("runs.noMatch") : t("runs.none")}
          action={filtered ? undefined : <Button component={Link} href="/runs/new">{t("run.new")}</Button>}
          command={filtered ? undefined : "./kumiki demo"}
        />
      )}
      {runs.rows && runs.rows.length > 0 && (
        <LiveTable
          name="runs" label={t("nav.runs")} columns={columns} rows={runs.rows} id={(run) => run.id} href={(run) => `/runs/${run.id}`} total={runs.total}
          sort={filter.sort} onSort={(sort) => url.set({ sort: sort === "-createdAt" ? null : sort })} selected={selected} onSelect={setSelected} onHover={setHover}
          onEnd={() => runs.hasNextPage && !runs.isFetchingNextPage && void runs.fetchNextPage()}
        />
      )}
    </div>
  );
}

function Filters({ counts }: { counts: Partial<Record<RunState, number>> | undefined }) {
  const { t, number } = useWords();
  const { namespace } = useNamespace();
  const word = useStateWord();
  const chosen = useUrlState().get("state").split(",");
  const pipelines = usePipelines({ namespace, limit: 100 }).rows ?? [];
  const experiments = useExperiments({ namespace, limit: 100 }).rows ?? [];
  return (
    <FilterBar name="runs" placeholder={t("runs.find")}>
      {STATES.filter((state) => state !== "PENDING" && state !== "CANCELED" || (counts?.[state] ?? 0) > 0 || chosen.includes(state)).map((state) => (
        <ToggleChip key={state} name="state" value={state}>
          <StateIcon look={lookOf(state)} /> {word(lookOf(state))} <span className="dim">{number(counts?.[state] ?? 0)}</span>
        </ToggleChip>
      ))}
      <ChoiceChip name="pipeline" label={t("run.pipeline")} any={t("filter.any")} choices={pipelines.map((p) => ({ value: p.id, label: p.displayName }))} />
      <ChoiceChip name="experiment" label={t("run.experiment")} any={t("filter.any")} choices={experiments.map((e) => ({ value: e.id, label: e.displayName }))} />
      <ChoiceChip name="since" label={t("run.created")} any={t("filter.anyTime")} choices={Object.keys(SINCE).map((key) => ({ value: key, label: t(`filter.since.${key as "1h"}`) }))} />
      <ToggleChip name="archived" value="yes">{t("runs.archived")}</ToggleChip>
    </FilterBar>
  );
}

function Bulk({ runs, clear }: { runs: Run[]; clear: () => void }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const [confirm, dialog] = useConfirm();
  const act = async (action: RunAction, chosen: Run[]) => {
    const answers = await Promise.allSettled(chosen.map((run) => actOnRun(action, run.id)));
    const bad = answers.filter((answer) => answer.status === "rejected");
    if (bad[0]) notifyProblem(bad[0].reason);
    const done = answers.length - bad.length;
    const reverse = action === "archive" ? "unarchive" : action === "unarchive" ? "archive" : null;
    if (done > 0) notify(t(`runs.done.${action}`, { n: done }), reverse === null ? {} : { undo: () => void Promise.allSettled(chosen.map((run) => actOnRun(reverse, run.id))) });
    clear();
  };
  const open = runs.filter((run) => run.state === "RUNNING" || run.state === "PENDING");
  const redo = runs.filter((run) => run.state === "FAILED" || run.state === "CANCELED");
  const archived = runs.every((run) => run.archived);
  return (
    <div className="row wrap card" style={{ marginBottom: 8, padding: "6px 12px" }} role="toolbar" aria-label={t("runs.bulk")}>
      <strong>{t("runs.selected", { n: runs.length })}</strong>
      <Button variant="default" disabled={runs.length < 2 || runs.length > 8} onClick={() => navigate(`/runs/compare?ids=${runs.map((run) => run.id).join(",")}`)}>{t("run.compare")}</Button>
      <Button variant="default" disabled={open.length === 0} onClick={() => void act("stop", open)}>{t("run.stop")}</Button>
      <Button variant="default" disabled={redo.length === 0} onClick={() => void act("retry", redo)}>{t("run.retry")}</Button>
      <Button variant="default" onClick={() => void act(archived ? "unarchive" : "archive", runs)}>{archived ? t("run.unarchive") : t("run.archive")}</Button>
      <Button
        variant="default" c="var(--k-red)"
        onClick={() => confirm({ title: t("runs.deleteTitle", { n: runs.length }), names: runs.map((run) => run.displayName), text: t("run.deleteText"), action: t("action.delete"), run: () => void act("delete", runs) })}
      >
        {t("action.delete")}
      </Button>
      <span className="grow" />
      <button type="button" className="linkish small" onClick={clear}>{t("runs.unselect")}</button>
      {dialog}
    </div>
  );
}
