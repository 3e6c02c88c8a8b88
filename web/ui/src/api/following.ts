import { useDocumentVisibility } from "@mantine/hooks";
import { useEffect, useSyncExternalStore } from "react";
import { Refused, type Schemas } from "./client.ts";
import { usePolling } from "./live.ts";
import { stream } from "./stream.ts";

/** What the stream told last of the scheduler; `heard` by this browser's clock. */
export interface SchedulerState {
  revision: string | null;
  at: string | null;
  waiting: number;
  heard: number;
}

let state: SchedulerState = { revision: null, at: null, waiting: 0, heard: 0 };
const watchers = new Set<() => void>();
let leave: (() => void) | undefined;

/** One subscription, however many parts of the page look. */
function watch(changed: () => void): () => void {
  const take = (value: unknown) => {
    state = { ...(value as Schemas["SchedulingState"]), heard: Date.now() };
    for (const watcher of [...watchers]) watcher();
  };
  watchers.add(changed);
  leave ??= stream.subscribe("scheduling", { snapshot: take, delta: take });
  return () => {
    watchers.delete(changed);
    if (watchers.size > 0) return;
    leave?.();
    leave = undefined;
  };
}
const never = () => () => undefined;

export function useSchedulerState(enabled = true): SchedulerState {
  return useSyncExternalStore(enabled ? watch : never, () => state);
}

/** Times of the queue move while nothing happens. */
const AGED = 8_000;

/** Whether an answer is behind what the stream told. Pure. */
export function isBehind(shown: { revision: string | null; at: string } | undefined, told: Pick<SchedulerState, "revision" | "at">, ages: boolean): boolean {
  if (shown === undefined || shown.revision === null || told.revision === null) return false;
  const [life, number] = told.revision.split("-");
  const [mine, shownNumber] = shown.revision.split("-");
  if (life !== mine || Number(shownNumber) < Number(number)) return true;
  return ages && told.at !== null && Date.parse(told.at) - Date.parse(shown.at) >= AGED;
}

interface Asked {
  isFetching: boolean;
  error: unknown;
  dataUpdatedAt: number;
  errorUpdatedAt: number;
  refetch: () => unknown;
}

const AFTER_ERROR = 2_000;

/** May be better the next time: the server is starting, the job is not there yet. */
const passing = (error: unknown) => !(error instanceof Refused) || error.problem.status >= 500 || error.problem.status === 404;

/** Asks again when what is shown is behind: at once after a pause, then one question after the other, `gap` milliseconds apart; not while nobody looks. */
export function useFollowing(query: Asked, time: string, behind: (told: SchedulerState) => boolean, gap = 150): void {
  const told = useSchedulerState(time === "");
  const visible = useDocumentVisibility() === "visible";
  const { error, isFetching, refetch } = query;
  const failed = error !== null;
  const due = time === "" && visible && !isFetching && (failed ? passing(error) && told.heard > query.errorUpdatedAt : behind(told));
  const from = failed ? query.errorUpdatedAt + AFTER_ERROR : query.dataUpdatedAt + gap;
  useEffect(() => {
    if (!due) return;
    const timer = setTimeout(() => void refetch(), Math.max(0, from - Date.now()));
    return () => clearTimeout(timer);
  }, [due, from]); // eslint-disable-line react-hooks/exhaustive-deps
}

/** While the socket is away, asking now and then stands in for it. */
export function useStandIn(time: string): number | false {
  const polling = usePolling(5_000);
  return time === "" ? polling : false;
}
