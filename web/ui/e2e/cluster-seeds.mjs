// Gangs made through the Kubernetes API of the Kumiki under test: KUMIKI_KUBECONFIG is its DIR/kubeconfig.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { until } from "./harness.mjs";

export const NAMESPACE = "default";

export function hasCluster() {
  return (process.env.KUMIKI_KUBECONFIG ?? "") !== "";
}

/** What kubectl prints; null where there is none. */
export function kubectl(words) {
  try {
    return execFileSync("kubectl", ["--kubeconfig", process.env.KUMIKI_KUBECONFIG, ...words], { encoding: "utf8" });
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

let access;
function kubeconfig() {
  if (access) return access;
  const text = readFileSync(process.env.KUMIKI_KUBECONFIG, "utf8");
  const word = (name) => new RegExp(`${name}: *"?([^"\\s]+)`).exec(text)?.[1];
  const bytes = (name) => (word(name) ? Buffer.from(word(name), "base64") : undefined);
  access = { server: word("server"), ca: bytes("certificate-authority-data"), cert: bytes("client-certificate-data"), key: bytes("client-key-data"), token: word("token") };
  return access;
}

export function kube(method, path, body) {
  const { server, ca, cert, key, token } = kubeconfig();
  return new Promise((resolve, reject) => {
    const call = request(`${server}${path}`, { method, ca, cert, key, headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}), "Content-Type": method === "PATCH" ? "application/merge-patch+json" : "application/json" } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => (text += part)).on("end", () => (answer.statusCode < 300 || answer.statusCode === 404 || answer.statusCode === 409 ? resolve({ status: answer.statusCode, body: text ? JSON.parse(text) : null }) : reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`))));
    });
    call.on("error", reject);
    call.end(body ? JSON.stringify(body) : undefined);
  });
}

function pod(gang, index, { size, gpus, seconds, rack }) {
  return {
    apiVersion: "v1", kind: "Pod",
    metadata: {
      name: `${gang}-${index}`,
      labels: { "kumiki.io/gang": gang },
      annotations: {
        "kumiki.io/gang-size": String(size), "kumiki.io/simulated-duration": "2h",
        ...(seconds ? { "kumiki.io/expected-seconds": String(seconds) } : {}), ...(rack ? { "kumiki.io/topology-required": "rack" } : {}),
      },
    },
    spec: {
      restartPolicy: "Never",
      tolerations: [{ key: "kumiki.io/simulated", operator: "Exists" }],
      containers: [{ name: "main", image: "python:3.12", command: ["true"], resources: { requests: { cpu: "1", memory: "1Gi", "nvidia.com/gpu": String(gpus) }, limits: { "nvidia.com/gpu": String(gpus) } } }],
    },
  };
}

export async function makeGang(name, shape) {
  for (let i = 0; i < shape.size; i++) await kube("POST", `/api/v1/namespaces/${NAMESPACE}/pods`, pod(name, i, shape));
}

export async function dropGang(name, size) {
  for (let i = 0; i < size; i++) await kube("DELETE", `/api/v1/namespaces/${NAMESPACE}/pods/${name}-${i}?gracePeriodSeconds=0`);
}

/** The simulated nodes have blocks and racks, and no zone. */
const LEVELS = { apiVersion: "kumiki.io/v1alpha1", kind: "Topology", metadata: { name: "default" }, spec: { levels: ["block", "rack"].map((name) => ({ name, label: `topology.kubernetes.io/${name}` })) } };

/** Three that run and two that wait: eight nodes of eight GPUs, four nodes a rack. */
export async function gangs(world) {
  world.seeds.gangs ??= (async () => {
    await until("the planner", async () => (await world.rest("GET", "/scheduling/cluster")).nodes.some((node) => node.gpus > 0), 90_000);
    await kube("POST", "/apis/kumiki.io/v1alpha1/topologies", LEVELS);
    await makeGang("llm-pretrain", { size: 3, gpus: 8, seconds: 1800, rack: true });
    await makeGang("resnet-sweep", { size: 2, gpus: 4, seconds: 900 });
    await makeGang("bert-finetune", { size: 1, gpus: 6 });
    const named = (list, name) => list.find((entry) => entry.name === name);
    await until("the first gangs to run", async () => {
      const { running } = await world.rest("GET", "/scheduling/queue");
      return ["llm-pretrain", "resnet-sweep", "bert-finetune"].every((name) => named(running, name)?.phase === "Running");
    }, 90_000);
    await makeGang("moe-64", { size: 8, gpus: 8, seconds: 3600 });
    await makeGang("tune-rack", { size: 4, gpus: 8, seconds: 600, rack: true });
    await until("two gangs to wait", async () => {
      const { waiting } = await world.rest("GET", "/scheduling/queue");
      return named(waiting, "moe-64") && named(waiting, "tune-rack");
    }, 60_000);
    return { running: ["llm-pretrain", "resnet-sweep", "bert-finetune"], waiting: ["moe-64", "tune-rack"] };
  })();
  return world.seeds.gangs;
}
