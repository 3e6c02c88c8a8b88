import type { InputParameter, NewRun } from "../api/client.ts";
import { shellQuote, toPython, toYaml } from "../parts/yaml.ts";
import type { Twin } from "../parts/YamlTwin.tsx";

/** A new run in the words of a file, a shell and the KFP SDK. */
export function twinsOf(body: NewRun, inputs: InputParameter[], pipeline: { pipelineId: string | null; versionId: string | null }, host: string, experiment: string | undefined): Twin[] {
  const clean = JSON.parse(JSON.stringify(body)) as NewRun;
  const twins: Twin[] = [
    { id: "yaml", label: "YAML", text: toYaml(clean) },
    {
      id: "curl",
      label: "curl",
      text: [`curl -sS ${shellQuote(`${host.replace(/\/$/, "")}/api/v1/runs`)}`, `-H 'Content-Type: application/json'`, `-H "Authorization: Bearer $(cat .kumiki/token)"`, `-d ${shellQuote(JSON.stringify(clean, null, 2))}`].join(" \\\n  "),
    },
  ];
  if (pipeline.pipelineId !== null && pipeline.versionId !== null) {
    const given = clean.parameters ?? {};
    const all = Object.fromEntries(inputs.filter((input) => input.name in given).map((input) => [input.name, given[input.name]]));
    twins.push({
      id: "sdk",
      label: "Python",
      text: [
        "from kfp.client import Client",
        "",
        `client = Client(host=${toPython(host)})`,
        `experiment = client.create_experiment(${toPython(experiment ?? "Default")})`,
        "run = client.run_pipeline(",
        "    experiment_id=experiment.experiment_id,",
        `    job_name=${toPython(clean.displayName)},`,
        `    pipeline_id=${toPython(pipeline.pipelineId)},`,
        `    version_id=${toPython(pipeline.versionId)},`,
        `    params=${toPython(all, "    ")},`,
        ")",
        "client.wait_for_run_completion(run.run_id, timeout=3600)",
        "",
      ].join("\n"),
    });
  }
  return twins;
}
