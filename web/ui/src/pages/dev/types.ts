export type { Graph, InputParameter, Task, TaskState } from "../../api/client.ts";
import type { Schemas } from "../../api/client.ts";
export type TaskKind = Schemas["TaskKind"];
