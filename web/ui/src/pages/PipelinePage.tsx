import { ActionIcon, Button, Menu, Select } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Link, useLocation } from "wouter";
import { useTitle } from "../App.tsx";
import { api, call, type Pipeline, type VersionDetail } from "../api/client.ts";
import { useListTopic, useRuns } from "../api/live.ts";
import { usePipeline, useVersion, useVersionGraph, useVersions, useVersionSpec } from "../api/queries.ts";
import { AgeText } from "../parts/AgeText.tsx";
import { LinkTabs, PageHead, ValueText } from "../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../parts/EmptyState.tsx";
import { useUrlState } from "../parts/FilterBar.tsx";
import { Dots, Upload } from "../parts/icons.tsx";
import { LiveTable } from "../parts/LiveTable.tsx";
import { CodeBlock } from "../parts/YamlTwin.tsx";
import { notify, notifyProblem } from "../shell/notices.tsx";
import { useWords, type WordKey } from "../words/index.tsx";
import { useConfirm } from "./confirm.tsx";
import { useRunColumns } from "./Runs.tsx";
import { UploadDialog } from "./UploadDialog.tsx";

const GraphView = lazy(() => import("../graph/GraphView.tsx"));

export default function PipelinePage({ id, version: named }: { id: string; version?: string }) {
  const { t } = useWords();
  const url = useUrlState();
  const [, navigate] = useLocation();
  useListTopic("pipelines", undefined);
  const pipeline = usePipeline(id);
  const versions = useVersions(id);
  const versionId = named ?? versions.data?.items[0]?.id;
  const version = useVersion(id, versionId);
  useTitle(pipeline.data?.displayName);
  const error = pipeline.error ?? versions.error;
  if (error) return <Trouble error={error} retry={() => void pipeline.refetch()} />;
  if (!pipeline.data || !versions.data) return <Skeleton lines={8} />;
  const tab = url.get("tab") || "graph";
  const path = named === undefined ? `/pipelines/${id}` : `/pipelines/${id}/versions/${named}`;
  return (
    <div className="k-page-fill">
      <PageHead
        crumbs={[{ href: "/pipelines", label: t("nav.pipelines") }]}
        title={pipeline.data.displayName}
        chip={
          <Select
            aria-label={t("pipeline.version")} value={versionId ?? null} allowDeselect={false} searchable w={230} data={versions.data.items.map((one) => ({ value: one.id, label: one.displayName }))}
            onChange={(chosen) => navigate(`/pipelines/${id}/versions/${chosen}${tab === "graph" ? "" : `?tab=${tab}`}`)}
          />
        }
        now={pipeline.data.description !== "" && <span className="dim">{pipeline.data.description}</span>}
        actions={<Actions pipeline={pipeline.data} versionId={versionId} />}
      />
      <LinkTabs
        label={t("run.tabs")} current={tab}
        tabs={(["graph", "inputs", "runs", "versions", "yaml"] as const).map((one) => ({ id: one, href: one === "graph" ? path : `${path}?tab=${one}`, label: t(`pipeline.tab.${one}`) }))}
      />
      {versions.data.items.length === 0 && <EmptyState title={t("pipeline.noVersions")} action={<Button onClick={() => url.set({ upload: "yes" })}>{t("pipeline.newVersion")}</Button>} />}
      {version.error && <Trouble error={version.error} retry={() => void version.refetch()} />}
      {version.data && versionId && tab === "graph" && <GraphTab key={versionId} id={id} version={version.data} />}
      {version.data && tab === "inputs" && <InputsTab version={version.data} />}
      {tab === "runs" && <RunsTab pipelineId={id} />}
      {tab === "versions" && <VersionsTab pipeline={pipeline.data} />}
      {version.data && tab === "yaml" && <SpecTab id={id} version={version.data} />}
      <UploadDialog opened={url.get("upload") === "yes"} onClose={() => url.set({ upload: null }, true)} pipeline={pipeline.data} />
    </div>
  );
}

function Actions({ pipeline, versionId }: { pipeline: Pipeline; versionId: string | undefined }) {
  const { t } = useWords();
  const url = useUrlState();
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const [confirm, dialog] = useConfirm();
  const remove = async () => {
    try {
      await call(api.DELETE("/pipelines/{pipelineId}", { params: { path: { pipelineId: pipeline.id } } }));
      notify(t("pipeline.deleted", { name: pipeline.displayName }));
      navigate("/pipelines");
      void client.invalidateQueries({ queryKey: ["pipelines"] });
    } catch (error) {
      notifyProblem(error);
    }
  };
  return (
    <>
      <Button variant="default" leftSection={<Upload size={14} />} onClick={() => url.set({ upload: "yes" })}>{t("pipeline.newVersion")}</Button>
      {versionId && <Button component={Link} href={`/runs/new?pipeline=${pipeline.id}&version=${versionId}`}>{t("run.new")}</Button>}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={t("action.more")}><Dots /></ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            c="var(--k-red)"
            onClick={() => confirm({ title: t("pipeline.deleteTitle"), names: [pipeline.displayName], text: t("pipeline.deleteText", { n: pipeline.versionCount }), action: t("action.delete"), run: () => void remove() })}
          >
            {t("action.delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog}
    </>
  );
}

function GraphTab({ id, version }: { id: string; version: VersionDetail }) {
  const { t } = useWords();
  const [open, setOpen] = useState("auto");
  const [selected, select] = useState<string | null>(null);
  const graph = useVersionGraph(id, version.id, open);
  const toggle = (node: string, expand: boolean) => {
    const now = graph.data?.nodes.filter((one) => one.group?.expanded).map((one) => one.id) ?? [];
    const next = expand ? [...now, node] : now.filter((one) => one !== node && !one.startsWith(`${node}/`));
    setOpen(next.length === 0 ? "none" : next.join(","));
  };
  return (
    <div className="k-run" style={{ gridTemplateColumns: "minmax(0, 1fr) 320px", display: "grid", gap: 12, flex: 1, minHeight: 0 }}>
      <div className="card flush" style={{ minHeight: 360 }}>
        {graph.error && <Trouble error={graph.error} retry={() => void graph.refetch()} />}
        {graph.data && (
          <Suspense fallback={<Skeleton lines={6} />}>
            <GraphView graph={graph.data} selected={selected} onSelect={select} onToggle={toggle} onExpandAll={(all) => setOpen(all ? "all" : "none")} label={t("graph.label", { name: version.pipelineName })} />
          </Suspense>
        )}
      </div>
      <aside className="card" style={{ overflow: "auto" }} aria-label={t("pipeline.facts")} tabIndex={0}>
        <h2>{version.displayName}</h2>
        <dl className="facts">
          <dt>{t("field.created")}</dt>
          <dd><AgeText at={version.createdAt} /></dd>
          <dt>{t("run.steps")}</dt>
          <dd>{version.steps}</dd>
          {version.sdkVersion && <><dt>SDK</dt><dd className="mono">{version.sdkVersion}</dd></>}
          {version.description !== "" && <><dt>{t("field.description")}</dt><dd>{version.description}</dd></>}
          {version.codeSourceUrl && /^https?:/.test(version.codeSourceUrl) && <><dt>{t("version.source")}</dt><dd><a href={version.codeSourceUrl} rel="noopener noreferrer" target="_blank">{version.codeSourceUrl}</a></dd></>}
          <dt>ID</dt>
          <dd className="mono">{version.id}</dd>
        </dl>
        <h3 style={{ margin: "16px 0 6px" }}>{t("pipeline.components")}</h3>
        <table className="k-pairs">
          <tbody>
            {version.components.map((component) => (
              <tr key={component.name}>
                <td>{component.name}{component.image && <div className="dim mono" style={{ overflowWrap: "anywhere" }}>{component.image}</div>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </aside>
    </div>
  );
}

function InputsTab({ version }: { version: VersionDetail }) {
  const { t } = useWords();
  if (version.inputs.length === 0) return <EmptyState title={t("form.noInputs")} />;
  return (
    <div className="card scroll-x" tabIndex={0} role="group" aria-label={t("run.inputs")}>
      <table className="plain-table">
        <thead><tr><th>{t("field.name")}</th><th>{t("field.type")}</th><th>{t("field.default")}</th><th>{t("field.description")}</th></tr></thead>
        <tbody>
          {version.inputs.map((input) => (
            <tr key={input.name}>
              <td><b>{input.name}</b></td>
              <td>{t(`type.${input.type}` as WordKey)}</td>
              <td>{input.required ? <span className="dim">{t("form.required")}</span> : <ValueText value={input.default} />}</td>
              <td className="dim">{input.description}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RunsTab({ pipelineId }: { pipelineId: string }) {
  const { t } = useWords();
  const [hover, setHover] = useState(false);
  const runs = useRuns({ pipeline: pipelineId }, hover);
  const columns = useRunColumns().filter((column) => column.id !== "pipeline");
  if (runs.error) return <Trouble error={runs.error} retry={() => void runs.refetch()} />;
  if (!runs.rows) return <Skeleton lines={6} />;
  if (runs.rows.length === 0) return <EmptyState title={t("pipeline.noRuns")} action={<Button component={Link} href={`/runs/new?pipeline=${pipelineId}`}>{t("run.new")}</Button>} />;
  return (
    <LiveTable
      name="runs-of" label={t("nav.runs")} columns={columns} rows={runs.rows} id={(run) => run.id} href={(run) => `/runs/${run.id}`} total={runs.total} onHover={setHover}
      onEnd={() => runs.hasNextPage && !runs.isFetchingNextPage && void runs.fetchNextPage()}
    />
  );
}

function VersionsTab({ pipeline }: { pipeline: Pipeline }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [confirm, dialog] = useConfirm();
  const versions = useVersions(pipeline.id);
  const remove = async (versionId: string) => {
    try {
      await call(api.DELETE("/pipelines/{pipelineId}/versions/{versionId}", { params: { path: { pipelineId: pipeline.id, versionId } } }));
      void client.invalidateQueries({ queryKey: ["pipelines"] });
    } catch (error) {
      notifyProblem(error);
    }
  };
  return (
    <div className="card scroll-x" tabIndex={0} role="group" aria-label={t("pipeline.versions")}>
      <table className="plain-table">
        <thead><tr><th>{t("field.name")}</th><th>{t("field.description")}</th><th>{t("field.created")}</th><th><span className="vh">{t("action.more")}</span></th></tr></thead>
        <tbody>
          {versions.data?.items.map((version) => (
            <tr key={version.id}>
              <td><Link href={`/pipelines/${pipeline.id}/versions/${version.id}`}>{version.displayName}</Link></td>
              <td className="dim">{version.description}</td>
              <td className="dim"><AgeText at={version.createdAt} /></td>
              <td className="num nowrap">
                <Link href={`/runs/new?pipeline=${pipeline.id}&version=${version.id}`}>{t("run.new")}</Link>{" · "}
                <button
                  type="button" className="linkish"
                  onClick={() => confirm({ title: t("version.deleteTitle"), names: [`${pipeline.displayName} / ${version.displayName}`], text: t("version.deleteText"), action: t("action.delete"), run: () => void remove(version.id) })}
                >
                  {t("action.delete")}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {dialog}
    </div>
  );
}

function SpecTab({ id, version }: { id: string; version: VersionDetail }) {
  const { t } = useWords();
  const spec = useVersionSpec(id, version.id);
  if (spec.error) return <Trouble error={spec.error} retry={() => void spec.refetch()} />;
  if (spec.data === undefined) return <Skeleton lines={8} />;
  return <CodeBlock text={spec.data} label={t("pipeline.compiled")} name={`${version.pipelineName}.yaml`} />;
}
