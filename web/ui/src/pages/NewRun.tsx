import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import { useTitle } from "../App.tsx";
import { Refused, type InputParameter, type NewRun as Body, type Violation } from "../api/client.ts";
import { useRun } from "../api/live.ts";
import { dryRun, useAbout, useCreateRun, useExperiments, usePipelines, useRunInputs, useVersion, useVersions } from "../api/queries.ts";
import { PageHead } from "../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../parts/EmptyState.tsx";
import { useUrlState } from "../parts/FilterBar.tsx";
import { SchemaForm, textOf, valuesOf, type Fields } from "../parts/SchemaForm.tsx";
import { YamlTwin } from "../parts/YamlTwin.tsx";
import { useNamespace } from "../shell/namespace.tsx";
import { useWords } from "../words/index.tsx";
import { twinsOf } from "./twins.ts";

/** From a pipeline version, or again from a run: the same form. */
export default function NewRun() {
  const { t } = useWords();
  const url = useUrlState();
  const from = url.get("from");
  useTitle(t("run.new"));
  return (
    <div className="k-page">
      <PageHead crumbs={[{ href: "/runs", label: t("nav.runs") }]} title={from === "" ? t("run.new") : t("run.againTitle")} />
      {from === "" ? <FromVersion /> : <FromRun id={from} />}
    </div>
  );
}

function FromRun({ id }: { id: string }) {
  const run = useRun(id);
  const inputs = useRunInputs(id);
  const error = run.error ?? inputs.error;
  if (error) return <Trouble error={error} />;
  if (!run.data || !inputs.data) return <Skeleton lines={8} />;
  return <Form key={id} inputs={inputs.data.items} source={{ fromRunId: id }} given={run.data.parameters} name={run.data.displayName} experiment={run.data.experimentId} pipeline={run.data} />;
}

function FromVersion() {
  const { t } = useWords();
  const url = useUrlState();
  const { namespace } = useNamespace();
  const pipelines = usePipelines({ namespace, limit: 200, sort: "displayName" });
  const pipelineId = url.get("pipeline") || (pipelines.rows?.length === 1 ? pipelines.rows[0]?.id : undefined);
  const versions = useVersions(pipelineId);
  const versionId = url.get("version") || versions.data?.items[0]?.id;
  const version = useVersion(pipelineId, versionId);
  const error = pipelines.error ?? versions.error ?? version.error;
  if (pipelines.rows?.length === 0) {
    return <EmptyState title={t("run.noPipelines")} action={<Button component={Link} href="/pipelines?upload=yes">{t("pipeline.upload")}</Button>} command="kfp dsl compile --py pipeline.py --output pipeline.yaml" />;
  }
  const pipeline = pipelines.rows?.find((one) => one.id === pipelineId);
  return (
    <div className="stack">
      <div className="card k-form">
        <Select
          label={t("run.pipeline")} placeholder={t("run.choosePipeline")} searchable withAsterisk value={pipelineId ?? null} allowDeselect={false}
          data={pipelines.rows?.map((one) => ({ value: one.id, label: one.displayName })) ?? []} onChange={(id) => url.set({ pipeline: id, version: null }, true)}
        />
        <Select
          label={t("pipeline.version")} searchable value={versionId ?? null} disabled={!pipelineId} allowDeselect={false}
          data={versions.data?.items.map((one) => ({ value: one.id, label: one.displayName })) ?? []} onChange={(id) => url.set({ version: id }, true)}
        />
      </div>
      {error && <Trouble error={error} />}
      {version.data && pipelineId && (
        <Form key={version.data.id} inputs={version.data.inputs} source={{ versionId: version.data.id }} given={{}} name={pipeline?.displayName ?? version.data.pipelineName} pipeline={{ pipelineId, versionId: version.data.id }} />
      )}
    </div>
  );
}

interface FormProps {
  inputs: InputParameter[];
  source: { versionId?: string; fromRunId?: string };
  given: Record<string, unknown>;
  name: string;
  experiment?: string;
  pipeline: { pipelineId: string | null; versionId: string | null };
}

function suggestedName(name: string): string {
  const base = name.replace(/ \d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?$/, "");
  const now = new Date();
  const two = (n: number) => String(n).padStart(2, "0");
  return `${base} ${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}:${two(now.getMinutes())}`.slice(-128);
}

function Form({ inputs, source, given, name, experiment, pipeline }: FormProps) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const { namespace } = useNamespace();
  const about = useAbout().data;
  const experiments = useExperiments({ namespace, limit: 200, sort: "displayName" });
  const [title, setTitle] = useState(() => suggestedName(name));
  const [description, setDescription] = useState("");
  const [experimentId, setExperimentId] = useState<string | null>(experiment ?? null);
  const [fields, setFields] = useState<Fields>(() => Object.fromEntries(inputs.map((input) => [input.name, textOf(input, input.name in given ? given[input.name] : input.default)])));
  const [touched, setTouched] = useState<Set<string>>(new Set());
  const create = useCreateRun();
  const { values, wrong } = useMemo(() => valuesOf(inputs, fields), [inputs, fields]);
  const body: Body = { namespace, displayName: title, description: description || undefined, experimentId: experimentId ?? undefined, ...source, parameters: values };
  const [late] = useDebouncedValue(JSON.stringify(body), 350);
  const sound = Object.keys(wrong).length === 0 && title.trim() !== "";
  const check = useQuery({ queryKey: ["dryRun", late], enabled: sound, staleTime: 10_000, retry: false, placeholderData: (before) => before, queryFn: () => dryRun(JSON.parse(late) as Body) });

  const refused = create.error instanceof Refused ? (create.error.problem.violations ?? []) : [];
  const violations: Violation[] = refused.length > 0 ? refused : sound ? (check.data?.violations ?? []) : [];
  const errors: Record<string, string | undefined> = {};
  for (const input of inputs) {
    const word = wrong[input.name];
    errors[input.name] = word !== undefined && (touched.has(input.name) || word !== "form.required") ? t(word) : violations.find((v) => v.path === `parameters.${input.name}`)?.message;
  }
  const others = violations.filter((v) => !inputs.some((input) => v.path === `parameters.${input.name}`));
  useEffect(() => create.reset(), [late]); // eslint-disable-line react-hooks/exhaustive-deps

  const submit = () => {
    setTouched(new Set(inputs.map((input) => input.name)));
    if (!sound || create.isPending) return;
    create.mutate(body, {
      onSuccess: (run) => {
        void client.invalidateQueries({ queryKey: ["runs"] });
        navigate(`/runs/${run.id}`);
      },
    });
  };
  const host = about?.endpoints["dashboard"] ?? window.location.origin;
  return (
    <form
      className="k-split" noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="stack">
        <section className="card stack">
          <TextInput label={t("run.name")} withAsterisk value={title} maxLength={128} error={title.trim() === "" ? t("form.required") : undefined} onChange={(e) => setTitle(e.currentTarget.value)} />
          <div className="k-form">
            <Select
              label={t("run.experiment")} placeholder={t("run.defaultExperiment")} clearable searchable value={experimentId} onChange={setExperimentId} clearButtonProps={{ "aria-label": t("filter.clear") }}
              data={experiments.rows?.map((one) => ({ value: one.id, label: one.displayName })) ?? []}
            />
            <Textarea label={t("field.description")} autosize minRows={1} maxRows={6} value={description} onChange={(e) => setDescription(e.currentTarget.value)} />
          </div>
        </section>
        <section className="card">
          <h2>{t("run.inputs")}</h2>
          <SchemaForm
            inputs={inputs} fields={fields} errors={errors}
            onChange={(field, text) => {
              setFields((before) => ({ ...before, [field]: text }));
              setTouched((before) => new Set(before).add(field));
            }}
          />
        </section>
        {create.error && refused.length === 0 && <Trouble error={create.error} />}
        {others.length > 0 && <Trouble error={new Refused({ type: "about:blank", title: t("run.cannotStart"), status: 400, code: "", violations: others })} />}
        {check.error && sound && <Trouble error={check.error} retry={() => void check.refetch()} />}
        <div className="row wrap">
          <Button type="submit" loading={create.isPending} disabled={!sound || violations.length > 0}>{t("run.start")}</Button>
          <span className="dim small grow" role="status">
            {sound && check.data && violations.length === 0 && t("run.willRun", { n: check.data.steps })}
            {sound && check.data?.notes.map((note) => <span key={note}><br />{note}</span>)}
          </span>
        </div>
      </div>
      <YamlTwin twins={twinsOf(body, inputs, pipeline, host, experiments.rows?.find((one) => one.id === experimentId)?.displayName)} />
    </form>
  );
}
