import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, call, type Schemas } from "./client.ts";

export type Cluster = Schemas["SchedulingCluster"];
export type ClusterNode = Schemas["SchedulingNode"];
export type Held = Schemas["HeldPart"];
export type Queue = Schemas["SchedulingQueue"];
export type Entry = Schemas["SchedulingEntry"];
export type GangDetail = Schemas["SchedulingGang"];
export type StartEstimate = Schemas["StartEstimate"];
export type HistoryPoint = Schemas["SchedulingHistory"]["points"][number];
export type Decision = Schemas["DecisionPage"]["items"][number];
export type Help = Schemas["Help"];
export type WhatIf = Schemas["WhatIf"];
export type WhatIfAnswer = Schemas["WhatIfAnswer"];

/** The stream has no topic of the scheduler, so these are asked for again while the page is looked at. */
const EVERY = 2_000;

export const useQueue = (enabled = true, every = EVERY) =>
  useQuery({ queryKey: ["scheduling", "queue"], enabled, refetchInterval: every, queryFn: ({ signal }) => call(api.GET("/scheduling/queue", { signal })) });

/** Asked for less often: ten thousand GPUs are half a megabyte of answer. Not compared with the answer before, which would cost more than drawing it. */
export const useCluster = () =>
  useQuery({ queryKey: ["scheduling", "cluster"], refetchInterval: 3_000, structuralSharing: false, queryFn: ({ signal }) => call(api.GET("/scheduling/cluster", { signal })) });

export const useGang = (namespace: string, name: string) =>
  useQuery({
    queryKey: ["scheduling", "gang", namespace, name],
    refetchInterval: EVERY,
    queryFn: ({ signal }) => call(api.GET("/scheduling/gangs/{namespace}/{name}", { params: { path: { namespace, name } }, signal })),
  });

/** @param span milliseconds before now, or before `to` */
export const useHistory = (span: number) =>
  useQuery({
    queryKey: ["scheduling", "history", span],
    refetchInterval: Math.max(5_000, span / 400),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const to = Date.now();
      return call(api.GET("/scheduling/history", { params: { query: { from: new Date(to - span).toISOString(), to: new Date(to).toISOString(), points: 300 } }, signal }));
    },
  });

/** The queue as it was, replayed from the log. */
export const useQueueAt = (time: string | undefined) =>
  useQuery({
    queryKey: ["scheduling", "at", time],
    enabled: time !== undefined,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call(api.GET("/scheduling/decisions/at", { params: { query: { time: time ?? "" } }, signal })),
  });

export function useDecisions(filter: { namespace?: string; name?: string; from?: string; to?: string }) {
  const query = useInfiniteQuery({
    queryKey: ["scheduling", "decisions", filter],
    refetchInterval: 5_000,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => call(api.GET("/scheduling/decisions", { params: { query: { ...filter, pageToken: pageParam ?? undefined } }, signal })),
    getNextPageParam: (page) => page.next,
  });
  return { ...query, rows: query.data?.pages.flatMap((page) => page.items) };
}

/** Nothing is changed by asking, so the question is a query: the same one is asked once. */
export const useWhatIf = (body: WhatIf | null) =>
  useQuery({
    queryKey: ["scheduling", "what-if", body],
    enabled: body !== null,
    retry: false,
    staleTime: 5_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call(api.POST("/scheduling/what-if", { body: body ?? {}, signal })),
  });
