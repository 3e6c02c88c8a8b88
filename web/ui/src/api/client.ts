import createClient from "openapi-fetch";
import { authorized } from "./session.ts";
import type { components, paths } from "./v1.d.ts";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];
export type Run = Schemas["Run"];
export type RunDetail = Schemas["RunDetail"];
export type RunState = Schemas["RunState"];
export type Task = Schemas["Task"];
export type TaskDetail = Schemas["TaskDetail"];
export type TaskState = Schemas["TaskState"];
export type Artifact = Schemas["Artifact"];
export type Graph = Schemas["Graph"];
export type GraphNode = Schemas["GraphNode"];
export type Pipeline = Schemas["Pipeline"];
export type Version = Schemas["Version"];
export type VersionDetail = Schemas["VersionDetail"];
export type Experiment = Schemas["Experiment"];
export type InputParameter = Schemas["InputParameter"];
export type View = Schemas["View"];
export type Example = Schemas["Example"];
export type NewRun = Schemas["NewRun"];
export type LogChunk = Schemas["LogChunk"];
export type Violation = Schemas["Violation"];

export const api = createClient<paths>({ baseUrl: "/api/v1", querySerializer: { array: { style: "form", explode: false } } });
api.use({
  onRequest({ request }) {
    const headers = authorized(new Headers(request.headers));
    return new Request(request, { headers });
  },
});

/** What the server answered instead; `problem` holds its sentence and every violation. */
export class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return error.problem;
  const detail = error instanceof Error ? error.message : String(error);
  return { type: "about:blank", title: "", status: 0, code: "Unreachable", detail };
}

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Unwraps a call: the data, or a Refused. */
export async function call<T>(pending: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await pending;
  if (response.ok) return data as T;
  throw new Refused(asProblem(error, response));
}

export function asProblem(error: unknown, response: Response): Problem {
  if (typeof error === "object" && error !== null && "title" in error && "status" in error) return error as Problem;
  return {
    type: "about:blank",
    title: response.statusText || `HTTP ${response.status}`,
    status: response.status,
    code: `Http${response.status}`,
    detail: typeof error === "string" && error.length > 0 && error.length < 500 ? error : undefined,
  };
}

/** Kubeflow's own upload endpoint takes the package; it answers in its own error form. */
export async function upload(path: "upload" | "upload_version", query: Record<string, string>, file: File): Promise<Record<string, string>> {
  const form = new FormData();
  form.set("uploadfile", file, file.name);
  const parameters = new URLSearchParams(query);
  const response = await fetch(`/apis/v2beta1/pipelines/${path}?${parameters}`, {
    method: "POST",
    headers: authorized(new Headers()),
    body: form,
  });
  const body = (await response.json().catch(() => ({}))) as Record<string, string>;
  if (response.ok) return body;
  const detail = body.error_details ?? body.error_message ?? response.statusText;
  throw new Refused({ type: "about:blank", title: "", status: response.status, code: `Http${response.status}`, detail });
}
