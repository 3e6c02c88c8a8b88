import { CloseButton, Select } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { Link } from "wouter";
import type { Artifact, RunDetail, Schemas, Task, TaskDetail } from "../../api/client.ts";
import { useTask } from "../../api/queries.ts";
import { isLeaf } from "../../graph/states.ts";
import { AgeText, DurationText } from "../../parts/AgeText.tsx";
import { ValueText } from "../../parts/Bits.tsx";
import { Skeleton, Trouble } from "../../parts/EmptyState.tsx";
import { LogView } from "../../parts/LogView.tsx";
import { ObjectLink } from "../../parts/ObjectLink.tsx";
import { lookOf, StateChip, StateIcon, useStateWord } from "../../parts/StateChip.tsx";
import { ArtifactPreview } from "../../parts/Views.tsx";
import { useWords, type WordKey } from "../../words/index.tsx";

/** Everything about one task: why it is in its state, what went in and came out, its attempts, its log. */
export function TaskPanel({ run, task, siblings, onPick, onClose }: {
  run: RunDetail; task: Task; siblings: Task[]; onPick: (path: string) => void; onClose: () => void;
}) {
  const { t, number } = useWords();
  const stamp = `${task.state}.${task.attempt}`;
  const detail = useTask(run.id, task.id, stamp);
  const whole = detail.data;
  const printed = whole?.logs === true && whole.attempts.length > 0 && task.state !== "CACHED" && task.state !== "SKIPPED";
  return (
    <>
      <div className="k-panel-head">
        <h2>{task.displayName}</h2>
        <StateChip state={task.state}>{task.startedAt && <DurationText from={task.startedAt} to={task.finishedAt} />}</StateChip>
        <span className="grow" />
        <CloseButton size="sm" aria-label={t("action.close")} onClick={onClose} />
      </div>
      <p className="dim small">
        {t(`kind.${task.kind}` as WordKey)}
        {task.attempt > 1 && ` · ${t("task.attempt", { n: task.attempt })}`}
        {task.iterations !== null && ` · ${t("task.iterations", { n: number(task.iterations) })}`}
        {task.path !== task.name && <span className="mono"> · {task.path}</span>}
      </p>
      {siblings.length > 1 && (
        <Select
          mt={6} searchable aria-label={t("task.iteration")} value={task.path} onChange={(path) => path !== null && onPick(path)} allowDeselect={false}
          data={siblings.slice(0, 2000).map((one) => ({ value: one.path, label: one.path }))}
        />
      )}
      <Notes notes={task.notes} />
      <Why task={task} detail={whole} onPick={onPick} run={run} />
      {detail.error && <Trouble error={detail.error} retry={() => void detail.refetch()} />}
      {!whole && !detail.error && <Skeleton lines={4} />}
      {whole && (
        <>
          {task.state === "FAILED" && printed && <Log run={run} detail={whole} />}
          <Values title={t("task.inputs")} values={whole.inputs} />
          <Values title={t("task.outputs")} values={whole.outputs} none={isLeaf(task) && task.finishedAt === null ? t("task.notWritten") : undefined} />
          {!isLeaf(task) && <Members run={run} of={task} onPick={onPick} />}
          {task.state !== "FAILED" && printed && <Log run={run} detail={whole} />}
          <Facts task={task} detail={whole} />
        </>
      )}
    </>
  );
}

function Notes({ notes }: { notes: Task["notes"] }) {
  const { find } = useWords();
  const entries = Object.entries(notes).filter(([key, value]) => find(`note.${key}`) !== undefined && value !== null && value !== false && typeof value !== "object");
  if (entries.length === 0) return null;
  return (
    <div className="row wrap" style={{ marginTop: 6 }}>
      {entries.map(([key, value]) => (
        <span key={key} className={`k-note${key === "Simulated" ? " strong" : ""}`}>
          {find(`note.${key}`)}
          {value !== true && <>: {String(value)}</>}
        </span>
      ))}
    </div>
  );
}

function Why({ run, task, detail, onPick }: { run: RunDetail; task: Task; detail: TaskDetail | undefined; onPick: (path: string) => void }) {
  const { t } = useWords();
  const fault = task.error ?? detail?.why;
  const waits = task.state === "WAITING" ? (detail?.upstream.filter((one) => !["SUCCEEDED", "CACHED", "SKIPPED"].includes(one.state)) ?? []) : [];
  if (!fault && waits.length === 0 && !task.wakeAt && !task.cachedFrom) return null;
  return (
    <div className={`k-why${task.state === "FAILED" ? " bad" : ""}`}>
      {fault && (
        <>
          <pre>{fault.message}</pre>
          <span className="dim small mono">{fault.reason}</span>
        </>
      )}
      {waits.length > 0 && (
        <p>
          {t("task.waitsFor")}{" "}
          {waits.map((one) => (
            <button key={one.taskId} type="button" className="linkish" style={{ marginRight: 8 }} onClick={() => onPick(run.tasks.find((row) => row.id === one.taskId)?.path ?? "")}>
              {one.name}
            </button>
          ))}
        </p>
      )}
      {task.wakeAt && task.state === "WAITING" && <p>{t("task.triesAgain")} <AgeText at={task.wakeAt} /></p>}
      {task.cachedFrom && (
        <p>
          {t("task.fromCache")}{" "}
          {detail?.cachedFromRunId && <Link href={`/runs/${detail.cachedFromRunId}`}>{t("task.thatRun")}</Link>}
        </p>
      )}
    </div>
  );
}

function Values({ title, values, none }: { title: string; values: Schemas["TaskValues"]; none?: string }) {
  const parameters = Object.entries(values.parameters);
  const artifacts = Object.entries(values.artifacts);
  if (parameters.length + artifacts.length === 0 && none === undefined) return null;
  return (
    <section className="k-section">
      <h3>{title}</h3>
      {parameters.length + artifacts.length === 0 && <p className="dim" style={{ paddingTop: 6 }}>{none}</p>}
      <table className="k-pairs">
        <tbody>
          {parameters.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td><ValueText value={value} /></td>
            </tr>
          ))}
          {artifacts.map(([name, list]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{list.map((artifact) => <ArtifactLine key={artifact.id} artifact={artifact} />)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ArtifactLine({ artifact }: { artifact: Artifact }) {
  const { t, bytes } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <div>
      <ObjectLink kind="artifact" id={artifact.id}>{artifact.name}</ObjectLink>{" "}
      <span className="dim small">{artifact.type.replace("system.", "")}{artifact.size !== null && artifact.size > 0 && ` · ${bytes(artifact.size)}`}</span>{" "}
      <button type="button" className="linkish small" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? t("action.hide") : t("action.show")}</button>
      {open && <div className="k-preview"><ArtifactPreview id={artifact.id} name={artifact.name} /></div>}
    </div>
  );
}

/** What stands inside a loop or a nested pipeline: counts by state, and the steps that matter first. */
function Members({ run, of, onPick }: { run: RunDetail; of: Task; onPick: (path: string) => void }) {
  const { t, number } = useWords();
  const word = useStateWord();
  const inside = run.tasks.filter((task) => isLeaf(task) && task.path.startsWith(`${of.path}/`));
  if (inside.length === 0) return null;
  const counts = new Map<string, number>();
  for (const task of inside) counts.set(lookOf(task.state), (counts.get(lookOf(task.state)) ?? 0) + 1);
  const rank = (task: Task) => (task.state === "FAILED" ? 0 : task.state === "RUNNING" ? 1 : task.state === "WAITING" ? 3 : 2);
  const shown = [...inside].sort((a, b) => rank(a) - rank(b)).slice(0, 30);
  return (
    <section className="k-section">
      <h3>{t("task.inside")}</h3>
      <p className="row wrap" style={{ padding: "6px 0" }}>
        {[...counts].map(([look, n]) => <span key={look} className="row" style={{ gap: 4 }}><StateIcon look={look as "running"} /> {word(look as "running")} {number(n)}</span>)}
      </p>
      <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {shown.map((task) => (
          <li key={task.id} className="row" style={{ padding: "3px 0" }}>
            <StateIcon look={lookOf(task.state)} />
            <button type="button" className="linkish ellipsis mono" onClick={() => onPick(task.path)}>{task.path.slice(of.path.length + 1)}</button>
            <span className="grow" />
            <span className="dim small"><DurationText from={task.startedAt} to={task.finishedAt} /></span>
          </li>
        ))}
      </ul>
      {inside.length > shown.length && <Link className="small" href={`/runs/${run.id}/steps`}>{t("home.all", { n: inside.length })}</Link>}
    </section>
  );
}

function Log({ run, detail }: { run: RunDetail; detail: TaskDetail }) {
  const { t } = useWords();
  const newest = detail.attempts.at(-1)?.attempt ?? detail.attempt;
  const [attempt, setAttempt] = useState<number | null>(null);
  const shown = attempt ?? newest;
  return (
    <section className="k-section">
      {detail.attempts.length > 1 && (
        <div className="row wrap" style={{ marginBottom: 6 }} role="group" aria-label={t("task.attempts")}>
          {detail.attempts.map((one) => (
            <button key={one.attempt} type="button" className={`k-filter${one.attempt === shown ? " on" : ""}`} aria-pressed={one.attempt === shown} onClick={() => setAttempt(one.attempt)}>
              <StateIcon look={lookOf(one.state)} /> {t("task.attempt", { n: one.attempt })}
              {one.exitCode !== null && one.exitCode !== 0 && <span className="dim">{t("task.exit", { code: one.exitCode })}</span>}
            </button>
          ))}
        </div>
      )}
      <LogView key={shown} source={{ runId: run.id, taskId: detail.id, attempt: shown }} />
    </section>
  );
}

function Facts({ task, detail }: { task: Task; detail: TaskDetail }) {
  const { t } = useWords();
  const rows: [string, ReactNode][] = [];
  if (detail.image) rows.push([t("task.image"), <span key="i" className="mono">{detail.image}</span>]);
  if (task.podName) rows.push([t("task.pod"), <span key="p" className="mono">{task.podName}</span>]);
  const exit = detail.attempts.at(-1)?.exitCode;
  const millis = (key: string) => (typeof task.notes[key] === "number" ? task.notes[key] : undefined);
  const transition = millis("transitionMillis");
  const upload = millis("uploadMillis");
  if (transition !== undefined) rows.push([t("task.transition"), `${transition} ms`]);
  if (upload !== undefined) rows.push([t("task.upload"), `${upload} ms`]);
  if (exit !== null && exit !== undefined) rows.push([t("task.exitCode"), exit]);
  if (task.startedAt) rows.push([t("run.started"), <AgeText key="s" at={task.startedAt} />]);
  if (rows.length === 0) return null;
  return (
    <section className="k-section">
      <h3>{t("task.facts")}</h3>
      <table className="k-pairs">
        <tbody>{rows.map(([name, value]) => <tr key={name}><th scope="row">{name}</th><td>{value}</td></tr>)}</tbody>
      </table>
    </section>
  );
}

export function RunFacts({ run }: { run: RunDetail }) {
  const { t } = useWords();
  return (
    <dl className="facts">
      <dt>{t("run.pipeline")}</dt>
      <dd>
        {run.pipelineId && run.versionId ? <ObjectLink kind="version" id={run.versionId} parent={run.pipelineId}>{run.pipelineName}</ObjectLink> : run.pipelineName}
      </dd>
      <dt>{t("run.experiment")}</dt>
      <dd>{run.experimentName ? <ObjectLink kind="experiment" id={run.experimentId}>{run.experimentName}</ObjectLink> : <span className="dim">–</span>}</dd>
      {run.description !== "" && <><dt>{t("field.description")}</dt><dd>{run.description}</dd></>}
      <dt>{t("run.created")}</dt>
      <dd><AgeText at={run.createdAt} /></dd>
      <dt>{t("run.started")}</dt>
      <dd><AgeText at={run.startedAt} /></dd>
      <dt>{t("run.duration")}</dt>
      <dd><DurationText from={run.startedAt} to={run.finishedAt} /></dd>
      <dt>{t("run.root")}</dt>
      <dd className="mono">{run.pipelineRoot}</dd>
      <dt>{t("run.account")}</dt>
      <dd className="mono">{run.serviceAccount}</dd>
      <dt>ID</dt>
      <dd className="mono">{run.id}</dd>
    </dl>
  );
}
