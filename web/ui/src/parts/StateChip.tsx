import type { ReactNode } from "react";
import type { RunState, TaskState } from "../api/client.ts";
import { useWords, type WordKey } from "../words/index.tsx";
import { ArrowRight, Check, Cross, Hourglass, Layers, Play, Skip, Square, Triangle } from "./icons.tsx";
import "./StateChip.css";

/** The dashboard's state language: one colour, one icon and one word each. */
export type Look = "waiting" | "starting" | "running" | "succeeded" | "cached" | "skipped" | "failed" | "stopping" | "stopped" | "degraded";

const RUN: Record<RunState, Look> = {
  PENDING: "waiting", RUNNING: "running", CANCELING: "stopping", SUCCEEDED: "succeeded", FAILED: "failed", CANCELED: "stopped",
};
const TASK: Record<TaskState, Look> = {
  WAITING: "waiting", STARTING: "starting", RUNNING: "running", STOPPING: "stopping", SUCCEEDED: "succeeded", CACHED: "cached",
  SKIPPED: "skipped", FAILED: "failed", STOPPED: "stopped",
};
export function lookOf(state: RunState | TaskState): Look {
  return state in RUN ? RUN[state as RunState] : TASK[state as TaskState];
}

export const COLOUR: Record<Look, string> = {
  waiting: "var(--k-violet)", starting: "var(--k-blue)", running: "var(--k-blue)", succeeded: "var(--k-green)", cached: "var(--k-teal)",
  skipped: "var(--k-grey)", failed: "var(--k-red)", stopping: "var(--k-amber)", stopped: "var(--k-grey)", degraded: "var(--k-amber)",
};
const ICON: Record<Look, (p: { size?: number }) => ReactNode> = {
  waiting: Hourglass, starting: ArrowRight, running: Play, succeeded: Check, cached: Layers, skipped: Skip, failed: Cross,
  stopping: Square, stopped: Square, degraded: Triangle,
};

export function StateIcon({ look, size = 12 }: { look: Look; size?: number }) {
  const Icon = ICON[look];
  return (
    <span style={{ color: COLOUR[look], display: "inline-flex" }}>
      <Icon size={size} />
    </span>
  );
}

export function useStateWord(): (look: Look) => string {
  const { t } = useWords();
  return (look) => t(`state.${look}` as WordKey);
}

/**
 * @param children an age or count after the word
 * @param word a more exact word of the object's own where the state language has only the family
 */
export function StateChip({ state, children, quiet = false, word: own }: { state: RunState | TaskState | Look; children?: ReactNode; quiet?: boolean; word?: string }) {
  const look = state in COLOUR ? (state as Look) : lookOf(state as RunState | TaskState);
  const family = useStateWord()(look);
  const word = own ?? family;
  return (
    <span className={`k-chip${quiet ? " quiet" : ""}${look === "starting" ? " pulse" : ""}`} data-state={look} style={{ color: COLOUR[look] }}>
      <StateIcon look={look} />
      <span>{word}</span>
      {children !== undefined && <span className="k-chip-more">{children}</span>}
    </span>
  );
}
