import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, call, type Schemas } from "./client.ts";
import { isBehind, useFollowing, useStandIn } from "./following.ts";

export type Cluster = Schemas["SchedulingCluster"];
export type ClusterNode = Schemas["SchedulingNode"];
export type Held = Schemas["HeldPart"];
export type Queue = Schemas["SchedulingQueue"];
export type Entry = Schemas["SchedulingEntry"];
export type Quotas = Schemas["SchedulingQuotas"];
export type Quota = Schemas["SchedulingQuota"];
export type QuotaPart = Schemas["QuotaResource"];
export type GangDetail = Schemas["SchedulingGang"];
export type StartEstimate = Schemas["StartEstimate"];
export type HistoryPoint = Schemas["SchedulingHistory"]["points"][number];
export type Decision = Schemas["DecisionPage"]["items"][number];
export type Help = Schemas["Help"];
export type WhatIf = Schemas["WhatIf"];
export type WhatIfAnswer = Schemas["WhatIfAnswer"];

/** What stands for the present where a time may be chosen. */
export const NOW = "";

const clusterKey = (time: string) => ["scheduling", "cluster", time];

/** Who holds what. The first answer is whole, later ones hold only nodes that changed. Not compared with the answer before, which would cost more than drawing it. */
export function useCluster(time = NOW) {
  const client = useQueryClient();
  const query = useQuery({
    ...kept(time),
    queryKey: clusterKey(time),
    refetchInterval: useStandIn(time),
    structuralSharing: false,
    queryFn: async ({ signal }) => {
      const before = time === NOW ? client.getQueryData<Cluster>(clusterKey(time)) : undefined;
      const answer = await call(api.GET("/scheduling/cluster", { params: { query: { since: before?.cursor ?? undefined, time: time || undefined } }, signal }));
      return before === undefined ? answer : mergeCluster(before, answer);
    },
  });
  useFollowing(query, time, (state) => isBehind(query.data, state, false));
  return query;
}

/** Nodes that did not change stay the same objects, so that nobody works out again what they look like. Pure. */
export function mergeCluster(before: Cluster, answer: Cluster): Cluster {
  if (answer.whole) return answer;
  const changed = new Map(answer.nodes.map((node) => [node.name, node]));
  const removed = new Set(answer.removed);
  const nodes = before.nodes.filter((node) => !removed.has(node.name)).map((node) => {
    const next = changed.get(node.name);
    changed.delete(node.name);
    return next ?? node;
  });
  const added = [...changed.values()];
  return { ...answer, nodes: added.length === 0 ? nodes : [...nodes, ...added].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

export function useQueue(time = NOW) {
  const query = useQuery({
    ...kept(time),
    queryKey: ["scheduling", "queue", time],
    refetchInterval: useStandIn(time),
    queryFn: ({ signal }) => call(api.GET("/scheduling/queue", { params: { query: { time: time || undefined } }, signal })),
  });
  useFollowing(query, time, (state) => isBehind(query.data, state, true));
  return query;
}

/** Usage is told a moment after what it is made of, so every word of the stream is a reason to ask. */
export function useQuotas() {
  const query = useQuery({
    queryKey: ["scheduling", "quotas"],
    refetchInterval: useStandIn(NOW),
    queryFn: async ({ signal }) => {
      const asked = Date.now();
      return { ...(await call(api.GET("/scheduling/quotas", { signal }))), asked };
    },
  });
  useFollowing(query, NOW, (state) => query.data !== undefined && state.heard > query.data.asked, 1_000);
  return query;
}

export function useGang(namespace: string, name: string, time = NOW) {
  const query = useQuery({
    ...kept(time),
    queryKey: ["scheduling", "gang", namespace, name, time],
    refetchInterval: useStandIn(time),
    queryFn: ({ signal }) => call(api.GET("/scheduling/gangs/{namespace}/{name}", { params: { path: { namespace, name }, query: { time: time || undefined } }, signal })),
  });
  useFollowing(query, time, (state) => isBehind(query.data, state, true));
  return query;
}

/** The Gang, or the Pod without one, as `kubectl get -o yaml` shows it; now, for the log keeps no objects. */
export function useGangYaml(namespace: string, name: string, kind: "Gang" | "Pod", managedFields: boolean) {
  const query = useQuery({
    queryKey: ["scheduling", "yaml", namespace, name, kind, managedFields],
    refetchInterval: useStandIn(NOW),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call(api.GET("/scheduling/gangs/{namespace}/{name}/yaml", { params: { path: { namespace, name }, query: { kind, managedFields } }, parseAs: "text", signal })),
  });
  useFollowing(query, NOW, (state) => state.heard > query.dataUpdatedAt, 1_000);
  return query;
}

/** @param span milliseconds before now, or before `to` */
export function useHistory(span: number) {
  const query = useQuery({
    queryKey: ["scheduling", "history", span],
    refetchInterval: useStandIn(NOW),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const to = Date.now();
      return call(api.GET("/scheduling/history", { params: { query: { from: new Date(to - span).toISOString(), to: new Date(to).toISOString(), points: 300 } }, signal }));
    },
  });
  useFollowing(query, NOW, (state) => state.heard > query.dataUpdatedAt, Math.max(5_000, span / 400));
  return query;
}

export function useDecisions(filter: { namespace?: string; name?: string; from?: string; to?: string }) {
  const query = useInfiniteQuery({
    queryKey: ["scheduling", "decisions", filter],
    refetchInterval: useStandIn(NOW),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => call(api.GET("/scheduling/decisions", { params: { query: { ...filter, pageToken: pageParam ?? undefined } }, signal })),
    getNextPageParam: (page) => page.next,
  });
  useFollowing(query, NOW, (state) => state.heard > query.dataUpdatedAt, 1_000);
  return { ...query, rows: query.data?.pages.flatMap((page) => page.items) };
}

/** A time that has passed does not change any more. */
const kept = (time: string) => (time === NOW ? {} : { staleTime: Infinity, placeholderData: keepPreviousData, retry: false });

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
