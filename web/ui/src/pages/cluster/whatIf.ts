import type { InputParameter } from "../../api/client.ts";
import type { Cluster, Queue, WhatIf } from "../../api/scheduling.ts";
import { parseField, type FieldText, type Fields } from "../../parts/SchemaForm.tsx";
import type { WordKey } from "../../words/index.tsx";

export const SECTIONS = ["nodes", "gang", "quota", "cordon"] as const;
export type Section = (typeof SECTIONS)[number];

type Field = Omit<InputParameter, "description" | "required"> & { required?: boolean };

/** The fields of each part of the question. Their names are also their names in the address. */
export function fieldsOf(cluster: Cluster | undefined, queue: Queue | undefined): Record<Section, Field[]> {
  const nodes = cluster?.nodes.filter((node) => node.gpus > 0) ?? [];
  const types = distinct(nodes.map((node) => node.type));
  const tenants = distinct([...nodes.flatMap((node) => node.held.map((held) => held.tenant)), ...(queue?.waiting.map((entry) => entry.tenant) ?? []), ...(queue?.running.map((entry) => entry.tenant) ?? [])]);
  const levels = cluster?.levels ?? [];
  const usual = nodes[0];
  return {
    nodes: [
      { name: "nodes", type: "NUMBER_INTEGER" },
      { name: "nodeType", type: "STRING", default: types[0] ?? "" },
      { name: "nodeGpus", type: "NUMBER_INTEGER", default: usual?.gpus ?? 8 },
      { name: "nodeCpu", type: "STRING" },
      { name: "nodeMemory", type: "STRING" },
      { name: "nodePlace", type: "STRING" },
    ],
    gang: [
      { name: "members", type: "NUMBER_INTEGER" },
      { name: "gpus", type: "NUMBER_INTEGER", default: 8 },
      { name: "type", type: "STRING", literals: types.length > 0 ? types : undefined },
      { name: "within", type: "STRING", literals: levels.length > 0 ? levels : undefined },
      { name: "cpu", type: "STRING", default: "1" },
      { name: "memory", type: "STRING", default: "1Gi" },
      { name: "priority", type: "NUMBER_INTEGER", default: 0 },
      { name: "namespace", type: "STRING" },
      { name: "tolerates", type: "STRING", default: nodes.some((node) => node.simulated) ? "kumiki.io/simulated" : undefined },
    ],
    quota: [
      { name: "tenant", type: "STRING", literals: tenants.length > 0 ? tenants : undefined },
      { name: "limit", type: "NUMBER_INTEGER" },
      { name: "guaranteed", type: "NUMBER_INTEGER" },
    ],
    cordon: [
      { name: "level", type: "STRING", literals: levels.length > 0 ? levels : undefined },
      { name: "value", type: "STRING" },
      { name: "names", type: "STRING" },
    ],
  };
}

const distinct = (values: (string | null)[]) => [...new Set(values.filter((value): value is string => value !== null && value !== ""))].sort();
const words = (text: FieldText) => String(text ?? "").split(/[,/\s]+/).filter(Boolean);

/** The question to send; `null` while nothing is asked. Mistakes are words by field. Pure. */
export function questionOf(fields: Record<Section, Field[]>, given: Fields, namespace: string): { body: WhatIf | null; wrong: Record<string, WordKey> } {
  const wrong: Record<string, WordKey> = {};
  const value: Record<string, unknown> = {};
  for (const field of SECTIONS.flatMap((section) => fields[section])) {
    const parsed = parseField({ ...field, description: "", required: false }, given[field.name]);
    if ("wrong" in parsed) wrong[field.name] = parsed.wrong;
    else value[field.name] = "value" in parsed && parsed.value !== "" ? parsed.value : field.default;
  }
  for (const name of ["nodes", "members", "nodeGpus", "gpus", "limit", "guaranteed"]) {
    const least = name === "nodes" || name === "members" ? 1 : 0;
    if (typeof value[name] === "number" && (value[name] as number) < least) wrong[name] = "whatIf.tooSmall";
  }
  const number = (name: string) => (typeof value[name] === "number" ? (value[name] as number) : undefined);
  const text = (name: string) => (value[name] === undefined || value[name] === "" ? undefined : String(value[name]));
  const body: WhatIf = {};
  const nodes = number("nodes");
  if (nodes !== undefined) {
    const place = words(given["nodePlace"]);
    body.addNodes = [{ count: nodes, type: text("nodeType") ?? "", gpus: number("nodeGpus") ?? 0, cpu: text("nodeCpu"), memory: text("nodeMemory"), place: place.length > 0 ? place : undefined }];
  }
  const members = number("members");
  if (members !== undefined) {
    const type = text("type");
    const gpus = number("gpus") ?? 0;
    const requests: Record<string, string> = { cpu: text("cpu") ?? "1", memory: text("memory") ?? "1Gi" };
    if (gpus > 0) requests["nvidia.com/gpu"] = String(gpus);
    const tolerations = (text("tolerates") ?? "").split(/[,\s]+/).filter(Boolean).map((key) => ({ key, operator: "Exists" }));
    const gang: Record<string, unknown> = {
      namespace: text("namespace") ?? namespace, priority: number("priority") ?? 0, required: text("within"),
      alternatives: type === undefined ? undefined : [{ type, speed: 1 }], classes: [{ name: "member", min: members, max: members, requests, tolerations: tolerations.length > 0 ? tolerations : undefined }],
    };
    body.gang = gang as WhatIf["gang"];
  }
  const tenant = text("tenant");
  const limit = number("limit");
  const guaranteed = number("guaranteed");
  if (tenant !== undefined && (limit !== undefined || guaranteed !== undefined)) {
    const amount = (n: number | undefined) => (n === undefined ? undefined : { "nvidia.com/gpu": String(n) });
    body.quotas = [{ tenant, limit: amount(limit), guaranteed: amount(guaranteed) }];
  } else if (tenant === undefined && (limit !== undefined || guaranteed !== undefined)) wrong["tenant"] = "form.required";
  const names = words(given["names"]);
  const level = text("level");
  const place = text("value");
  if (names.length > 0) body.cordon = { nodes: names };
  else if (level !== undefined && place !== undefined) body.cordon = { level, value: place };
  else if (level !== undefined) wrong["value"] = "form.required";
  else if (place !== undefined) wrong["level"] = "form.required";
  return { body: Object.keys(body).length === 0 || Object.keys(wrong).length > 0 ? null : (JSON.parse(JSON.stringify(body)) as WhatIf), wrong };
}
