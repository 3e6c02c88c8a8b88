import { useInfiniteQuery, useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { api, call, Refused, type Artifact, type Problem, type Run, type RunDetail, type Schemas, type Task } from "./client.ts";
import { stream, type StreamStatus } from "./stream.ts";

export function useStreamStatus(): StreamStatus {
  return useSyncExternalStore(
    (changed) => stream.watch(changed),
    () => stream.status,
  );
}

/** While the socket is away, polling stands in for it. */
export function usePolling(millis: number): number | false {
  return useStreamStatus() === "live" ? false : millis;
}

export interface RunFilter {
  namespace?: string;
  state?: Run["state"][];
  experiment?: string;
  pipeline?: string;
  version?: string;
  text?: string;
  createdAfter?: string;
  createdBefore?: string;
  archived?: boolean;
  sort?: RunSort;
  limit?: number;
}
export type RunSort = "createdAt" | "-createdAt" | "finishedAt" | "-finishedAt" | "displayName" | "-displayName" | "state" | "-state";
type RunPage = Schemas["RunPage"];
type RunsDelta = Schemas["RunsDelta"];

export function runsTopic(filter: RunFilter): string {
  const query = new URLSearchParams();
  for (const key of Object.keys(filter).sort() as (keyof RunFilter)[]) {
    const value = filter[key];
    if (value === undefined || value === "" || value === false || (Array.isArray(value) && value.length === 0)) continue;
    query.set(key, Array.isArray(value) ? value.join(",") : String(value));
  }
  return `runs?${query}`;
}

/** Puts changed rows where they stand and new ones on top (newest-first lists); other orders ask again. */
export function mergeRuns(data: InfiniteData<RunPage, unknown>, delta: RunsDelta, newestFirst: boolean): { data: InfiniteData<RunPage, unknown>; stale: boolean } {
  const removed = new Set(delta.removed);
  const upserts = new Map(delta.upserts.map((run) => [run.id, run]));
  const known = new Set<string>();
  const pages = data.pages.map((page) => ({
    ...page,
    total: delta.total,
    counts: delta.counts,
    items: page.items
      .filter((run) => !removed.has(run.id))
      .map((run) => {
        known.add(run.id);
        return upserts.get(run.id) ?? run;
      }),
  }));
  const fresh = delta.upserts.filter((run) => !known.has(run.id));
  if (fresh.length === 0) return { data: { ...data, pages }, stale: false };
  const first = pages[0];
  if (!newestFirst || first === undefined) return { data: { ...data, pages }, stale: true };
  const oldest = pages.at(-1)?.items.at(-1)?.createdAt ?? "";
  const more = pages.at(-1)?.next != null;
  const shown = fresh.filter((run) => !more || run.createdAt >= oldest);
  pages[0] = { ...first, items: [...shown, ...first.items].sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0)) };
  return { data: { ...data, pages }, stale: false };
}

export function useRuns(filter: RunFilter, hold = false) {
  const client = useQueryClient();
  const topic = runsTopic(filter);
  const polling = usePolling(5000);
  const waiting = useRef<RunsDelta[]>([]);
  const held = useRef(hold);
  held.current = hold;
  const [queued, setQueued] = useState(0);
  const newestFirst = (filter.sort ?? "-createdAt") === "-createdAt";

  const apply = (delta: RunsDelta) => {
    let stale = false;
    client.setQueryData<InfiniteData<RunPage>>(["runs", topic], (data) => {
      if (data === undefined) return data;
      const merged = mergeRuns(data, delta, newestFirst);
      stale = merged.stale;
      return merged.data as InfiniteData<RunPage>;
    });
    if (stale) void client.invalidateQueries({ queryKey: ["runs", topic] });
  };
  const applyRef = useRef(apply);
  applyRef.current = apply;

  useEffect(() => {
    waiting.current = [];
    setQueued(0);
    return stream.subscribe(topic, {
      snapshot: (value) =>
        client.setQueryData<InfiniteData<RunPage, string | null>>(["runs", topic], (data) => {
          const page = value as RunPage;
          if (data === undefined || data.pages.length <= 1) return { pages: [page], pageParams: [null] };
          void client.invalidateQueries({ queryKey: ["runs", topic] });
          return data;
        }),
      delta: (value) => {
        const delta = value as RunsDelta;
        if (!held.current) return applyRef.current(delta);
        const known = knownIds(client.getQueryData<InfiniteData<RunPage>>(["runs", topic]));
        const moving = delta.removed.length > 0 || delta.upserts.some((run) => !known.has(run.id));
        if (!moving) return applyRef.current(delta);
        applyRef.current({ ...delta, removed: [], upserts: delta.upserts.filter((run) => known.has(run.id)) });
        waiting.current.push(delta);
        setQueued(waiting.current.length);
      },
    });
  }, [topic, client]);

  useEffect(() => {
    if (hold || waiting.current.length === 0) return;
    for (const delta of waiting.current) applyRef.current(delta);
    waiting.current = [];
    setQueued(0);
  }, [hold, queued]);

  const query = useInfiniteQuery({
    queryKey: ["runs", topic],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      call(api.GET("/runs", { params: { query: { ...filter, cursor: pageParam ?? undefined } }, signal })),
    getNextPageParam: (page) => page.next,
    refetchInterval: polling,
  });
  const pages = query.data?.pages;
  return {
    ...query,
    rows: pages?.flatMap((page) => page.items),
    total: pages?.[0]?.total,
    counts: pages?.[0]?.counts,
    queued,
  };
}

function knownIds(data: InfiniteData<RunPage> | undefined): Set<string> {
  return new Set(data?.pages.flatMap((page) => page.items.map((run) => run.id)) ?? []);
}

type RunDelta = Schemas["RunDelta"];

function replaced<T extends { id: string | number }>(rows: T[], changed: T[]): T[] {
  if (changed.length === 0) return rows;
  const by = new Map<string | number, T>(changed.map((row) => [row.id, row]));
  const kept = rows.map((row) => {
    const next = by.get(row.id);
    by.delete(row.id);
    return next ?? row;
  });
  return [...kept, ...by.values()];
}

export function mergeRun(run: RunDetail, delta: RunDelta): RunDetail {
  return {
    ...run,
    ...(delta.run ?? {}),
    history: delta.history ?? run.history,
    tasks: replaced<Task>(run.tasks, delta.tasks),
    artifacts: replaced<Artifact>(run.artifacts, delta.artifacts),
  };
}

export function useRun(id: string) {
  const client = useQueryClient();
  const [gone, setGone] = useState<Problem | null>(null);
  const polling = usePolling(2000);
  useEffect(() => {
    setGone(null);
    return stream.subscribe(`run/${id}`, {
      snapshot: (value) => client.setQueryData(["run", id], value),
      delta: (value) => client.setQueryData<RunDetail>(["run", id], (run) => (run ? mergeRun(run, value as RunDelta) : run)),
      error: setGone,
    });
  }, [id, client]);
  const query = useQuery({
    queryKey: ["run", id],
    queryFn: ({ signal }) => call(api.GET("/runs/{runId}", { params: { path: { runId: id } }, signal })),
    refetchInterval: polling,
  });
  return { ...query, error: gone && !query.data ? new Refused(gone) : query.error, gone };
}

/** Asks again when something in a list changed. */
export function useListTopic(kind: "pipelines" | "experiments", namespace: string | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    const topic = namespace === undefined ? kind : `${kind}?namespace=${encodeURIComponent(namespace)}`;
    let first = true;
    const again = () => {
      if (!first) void client.invalidateQueries({ queryKey: [kind] });
      first = false;
    };
    return stream.subscribe(topic, { snapshot: again, delta: () => void client.invalidateQueries({ queryKey: [kind] }) });
  }, [kind, namespace, client]);
}
