import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, call, type NewRun, type Run, type Schemas } from "./client.ts";

export const useMe = () => useQuery({ queryKey: ["me"], queryFn: () => call(api.GET("/me")), staleTime: Infinity, retry: 1 });
export const useAbout = () => useQuery({ queryKey: ["about"], queryFn: () => call(api.GET("/about")), staleTime: 60_000 });
export const useNamespaces = () => useQuery({ queryKey: ["namespaces"], queryFn: () => call(api.GET("/namespaces")), staleTime: 60_000 });
/** Asks again, with what it has on screen, whenever what the caller has seen of the runs changes. */
export function useExamples(seen: string) {
  const client = useQueryClient();
  useEffect(() => void client.invalidateQueries({ queryKey: ["examples"] }), [seen, client]);
  return useQuery({ queryKey: ["examples"], queryFn: () => call(api.GET("/examples")) });
}

export interface PipelineFilter {
  namespace?: string;
  text?: string;
  sort?: "createdAt" | "-createdAt" | "displayName" | "-displayName";
  limit?: number;
}
export function usePipelines(filter: PipelineFilter) {
  const query = useInfiniteQuery({
    queryKey: ["pipelines", filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => call(api.GET("/pipelines", { params: { query: { ...filter, cursor: pageParam ?? undefined } }, signal })),
    getNextPageParam: (page) => page.next,
  });
  return { ...query, rows: query.data?.pages.flatMap((page) => page.items), total: query.data?.pages[0]?.total };
}
export const usePipeline = (pipelineId: string) =>
  useQuery({ queryKey: ["pipelines", "one", pipelineId], queryFn: () => call(api.GET("/pipelines/{pipelineId}", { params: { path: { pipelineId } } })) });
export const useVersions = (pipelineId: string | undefined) =>
  useQuery({
    queryKey: ["pipelines", "versions", pipelineId],
    enabled: pipelineId !== undefined,
    queryFn: () => call(api.GET("/pipelines/{pipelineId}/versions", { params: { path: { pipelineId: pipelineId ?? "" }, query: { limit: 200 } } })),
  });
export const useVersion = (pipelineId: string | undefined, versionId: string | undefined) =>
  useQuery({
    queryKey: ["version", pipelineId, versionId],
    enabled: pipelineId !== undefined && versionId !== undefined,
    queryFn: () =>
      call(api.GET("/pipelines/{pipelineId}/versions/{versionId}", { params: { path: { pipelineId: pipelineId ?? "", versionId: versionId ?? "" } } })),
  });
export const useVersionGraph = (pipelineId: string, versionId: string, expand: string) =>
  useQuery({
    queryKey: ["versionGraph", pipelineId, versionId, expand],
    placeholderData: (before) => before,
    staleTime: Infinity,
    queryFn: () =>
      call(api.GET("/pipelines/{pipelineId}/versions/{versionId}/graph", { params: { path: { pipelineId, versionId }, query: { expand } } })),
  });
export const useVersionSpec = (pipelineId: string, versionId: string) =>
  useQuery({
    queryKey: ["versionSpec", pipelineId, versionId],
    staleTime: Infinity,
    queryFn: () =>
      call(api.GET("/pipelines/{pipelineId}/versions/{versionId}/spec", { params: { path: { pipelineId, versionId } }, parseAs: "text" })),
  });

export interface ExperimentFilter {
  namespace?: string;
  text?: string;
  archived?: boolean;
  sort?: "createdAt" | "-createdAt" | "displayName" | "-displayName" | "lastRunAt" | "-lastRunAt";
  limit?: number;
}
export function useExperiments(filter: ExperimentFilter) {
  const query = useInfiniteQuery({
    queryKey: ["experiments", filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => call(api.GET("/experiments", { params: { query: { ...filter, cursor: pageParam ?? undefined } }, signal })),
    getNextPageParam: (page) => page.next,
  });
  return { ...query, rows: query.data?.pages.flatMap((page) => page.items), total: query.data?.pages[0]?.total };
}
export const useExperiment = (experimentId: string) =>
  useQuery({
    queryKey: ["experiments", "one", experimentId],
    queryFn: () => call(api.GET("/experiments/{experimentId}", { params: { path: { experimentId } } })),
  });

export const useRunGraph = (runId: string, expand: string) =>
  useQuery({
    queryKey: ["runGraph", runId, expand],
    placeholderData: (before) => before,
    staleTime: Infinity,
    queryFn: () => call(api.GET("/runs/{runId}/graph", { params: { path: { runId }, query: { expand } } })),
  });
export const useRunSpec = (runId: string) =>
  useQuery({
    queryKey: ["runSpec", runId],
    staleTime: Infinity,
    queryFn: () => call(api.GET("/runs/{runId}/spec", { params: { path: { runId } }, parseAs: "text" })),
  });
export const useRunInputs = (runId: string | undefined) =>
  useQuery({
    queryKey: ["runInputs", runId],
    enabled: runId !== undefined,
    staleTime: Infinity,
    queryFn: () => call(api.GET("/runs/{runId}/inputs", { params: { path: { runId: runId ?? "" } } })),
  });
/** `stamp` changes with the task's row, so that the detail follows it. */
export const useTask = (runId: string, taskId: string, stamp: string) =>
  useQuery({
    queryKey: ["task", runId, taskId, stamp],
    placeholderData: (before) => (before?.id === taskId ? before : undefined),
    queryFn: () => call(api.GET("/runs/{runId}/tasks/{taskId}", { params: { path: { runId, taskId } } })),
  });

export interface ArtifactFilter {
  namespace?: string;
  text?: string;
  type?: string;
  run?: string;
  sort?: "createdAt" | "-createdAt" | "name" | "-name";
  limit?: number;
}
export function useArtifacts(filter: ArtifactFilter) {
  const query = useInfiniteQuery({
    queryKey: ["artifacts", filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => call(api.GET("/artifacts", { params: { query: { ...filter, cursor: pageParam ?? undefined } }, signal })),
    getNextPageParam: (page) => page.next,
  });
  return { ...query, rows: query.data?.pages.flatMap((page) => page.items), total: query.data?.pages[0]?.total };
}
export const useArtifact = (artifactId: number) =>
  useQuery({ queryKey: ["artifact", artifactId], queryFn: () => call(api.GET("/artifacts/{artifactId}", { params: { path: { artifactId } } })) });
export const usePreview = (artifactId: number, path: string | undefined) =>
  useQuery({
    queryKey: ["preview", artifactId, path],
    staleTime: Infinity,
    queryFn: () => call(api.GET("/artifacts/{artifactId}/preview", { params: { path: { artifactId }, query: { path } } })),
  });
export const artifactTicket = (artifactId: number, path?: string) =>
  call(api.POST("/artifacts/{artifactId}/ticket", { params: { path: { artifactId }, query: { path } } }));

export type RunAction = "stop" | "retry" | "archive" | "unarchive" | "delete";

export async function actOnRun(action: RunAction, runId: string): Promise<void> {
  const params = { params: { path: { runId } } };
  switch (action) {
    case "stop":
      await call(api.POST("/runs/{runId}/stop", params));
      return;
    case "retry":
      await call(api.POST("/runs/{runId}/retry", params));
      return;
    case "archive":
      await call(api.POST("/runs/{runId}/archive", params));
      return;
    case "unarchive":
      await call(api.POST("/runs/{runId}/unarchive", params));
      return;
    case "delete":
      await call(api.DELETE("/runs/{runId}", params));
  }
}

export const useCreateRun = () =>
  useMutation({ mutationFn: (body: NewRun) => call(api.POST("/runs", { body, params: { query: {} } })) as Promise<Run> });
export const dryRun = (body: NewRun) => call(api.POST("/runs", { body, params: { query: { dryRun: true } } })) as Promise<Schemas["DryRun"]>;

export function useRunExample(namespace: string | undefined) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (exampleId: string) => call(api.POST("/examples/{exampleId}/run", { params: { path: { exampleId }, query: { namespace } } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["examples"] }),
  });
}
