import { Tooltip } from "@mantine/core";
import { useMemo } from "react";
import { useNow } from "../api/clock.ts";
import type { Graph, Task } from "../api/client.ts";
import { COLOUR, lookOf, useStateWord } from "../parts/StateChip.tsx";
import { useWords } from "../words/index.tsx";
import { isTerminal, timelineNodes, type NodeState } from "./states.ts";
import "./Gantt.css";

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400].map((s) => s * 1000);

/** Round marks, at most six. */
export function ticks(span: number): number[] {
  const step = STEPS.find((s) => span / s <= 6) ?? Math.ceil(span / 6 / 86_400_000) * 86_400_000;
  const marks: number[] = [];
  for (let at = 0; at <= span; at += step) marks.push(at);
  return marks;
}

/** When each node worked, on one axis from the run's start to now. */
export function Gantt({ graph, states, from, to, selected, onSelect }: {
  graph: Graph; states: Map<string, NodeState>; from: string; to: string | null; selected: string | null; onSelect: (id: string) => void;
}) {
  const words = useWords();
  const now = useNow();
  const begin = Date.parse(from);
  const end = Math.max(to === null ? now : Date.parse(to), begin + 1000);
  const span = end - begin;
  const nodes = useMemo(() => timelineNodes(graph, states), [graph, states]);
  const at = (millis: number) => `${Math.min(100, Math.max(0, ((millis - begin) / span) * 100))}%`;
  return (
    <section className="card k-gantt" aria-label={words.t("run.timeline")}>
      <h2>
        {words.t("run.timeline")}
        <span className="dim" style={{ fontWeight: 400 }}>
          {" "}· {words.clock(from)} – {to === null ? words.t("time.now") : words.clock(to)}
        </span>
      </h2>
      <div className="k-gantt-rows">
        {nodes.map((node) => {
          const state = states.get(node.id);
          return (
            <Line key={node.id} label={node.label} count={state?.tasks.length ?? 0} on={selected === node.id} onSelect={() => onSelect(node.id)} tasks={state?.tasks ?? []} now={end} at={at} />
          );
        })}
        <div className="k-gantt-axis" aria-hidden="true">
          <span />
          <div>
            {ticks(span).map((mark) => (
              <i key={mark} style={{ left: at(begin + mark) }}>
                <em>{mark === 0 ? "0" : words.duration(mark)}</em>
              </i>
            ))}
            {to === null && <b style={{ left: "100%" }} />}
          </div>
        </div>
      </div>
    </section>
  );
}

function Line({ label, count, on, onSelect, tasks, now, at }: {
  label: string; count: number; on: boolean; onSelect: () => void; tasks: Task[]; now: number; at: (millis: number) => string;
}) {
  const words = useWords();
  const word = useStateWord();
  const many = tasks.length > 60;
  const bars = many ? [merged(tasks)] : tasks;
  return (
    <div className={`k-gantt-row${on ? " on" : ""}`}>
      <button type="button" className="ellipsis" onClick={onSelect}>
        {label}
        {count > 1 && <span className="dim"> × {words.number(count)}</span>}
      </button>
      <div className="k-gantt-track">
        {bars.map((task) => {
          if (!task.startedAt) return null;
          const start = Date.parse(task.startedAt);
          const stop = task.finishedAt ? Date.parse(task.finishedAt) : now;
          const text = `${label}: ${word(lookOf(task.state))}, ${words.clock(task.startedAt)}, ${words.duration(stop - start)}`;
          return (
            <Tooltip key={task.id} label={text}>
              <i
                role="img" aria-label={text} className={isTerminal(task.state) ? "" : "open"}
                style={{ left: at(start), width: `max(3px, calc(${at(stop)} - ${at(start)}))`, background: COLOUR[lookOf(task.state)] }}
              />
            </Tooltip>
          );
        })}
      </div>
    </div>
  );
}

function merged(tasks: Task[]): Task {
  const begun = tasks.filter((task) => task.startedAt);
  const first = begun[0] ?? (tasks[0] as Task);
  let startedAt = first.startedAt;
  let finishedAt = first.finishedAt;
  for (const task of begun) {
    if (task.startedAt && startedAt && task.startedAt < startedAt) startedAt = task.startedAt;
    if (finishedAt && task.finishedAt && task.finishedAt > finishedAt) finishedAt = task.finishedAt;
  }
  const open = tasks.find((task) => !isTerminal(task.state));
  return { ...(open ?? tasks.find((task) => task.state === "FAILED") ?? first), startedAt, finishedAt: open ? null : finishedAt };
}
