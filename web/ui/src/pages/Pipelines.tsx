import { Button } from "@mantine/core";
import { useMemo } from "react";
import { useTitle } from "../App.tsx";
import type { Pipeline } from "../api/client.ts";
import { useListTopic } from "../api/live.ts";
import { usePipelines, type PipelineFilter } from "../api/queries.ts";
import { AgeText } from "../parts/AgeText.tsx";
import { PageHead, RunDots } from "../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../parts/EmptyState.tsx";
import { FilterBar, useUrlState } from "../parts/FilterBar.tsx";
import { Upload } from "../parts/icons.tsx";
import { LiveTable, type Column } from "../parts/LiveTable.tsx";
import { ObjectLink } from "../parts/ObjectLink.tsx";
import { useNamespace } from "../shell/namespace.tsx";
import { useWords } from "../words/index.tsx";
import { UploadDialog } from "./UploadDialog.tsx";

export default function Pipelines() {
  const { t, number } = useWords();
  useTitle(t("nav.pipelines"));
  const url = useUrlState();
  const { namespace } = useNamespace();
  useListTopic("pipelines", namespace);
  const filter: PipelineFilter = { namespace, text: url.get("text") || undefined, sort: (url.get("sort") || "-createdAt") as PipelineFilter["sort"] };
  const pipelines = usePipelines(filter);
  const columns = useMemo<Column<Pipeline>[]>(
    () => [
      { id: "name", header: t("field.name"), width: "minmax(200px, 2fr)", sort: "displayName", cell: (p) => <ObjectLink kind="pipeline" id={p.id}>{p.displayName}</ObjectLink> },
      { id: "description", header: t("field.description"), width: "minmax(160px, 3fr)", cell: (p) => <span className="dim">{p.description}</span> },
      { id: "version", header: t("pipeline.newest"), width: "minmax(140px, 1.2fr)", cell: (p) => p.latestVersion && <ObjectLink kind="version" id={p.latestVersion.id} parent={p.id}>{p.latestVersion.displayName}</ObjectLink> },
      { id: "versions", header: t("pipeline.versions"), width: "90px", numeric: true, cell: (p) => number(p.versionCount) },
      { id: "recent", header: t("pipeline.recent"), width: "278px", cell: (p) => <RunDots runs={p.recentRuns} /> },
      { id: "created", header: t("field.created"), width: "120px", sort: "createdAt", cell: (p) => <span className="dim"><AgeText at={p.createdAt} /></span> },
      { id: "id", header: "ID", width: "300px", extra: true, cell: (p) => <span className="mono dim">{p.id}</span> },
    ],
    [t, number],
  );
  const upload = () => url.set({ upload: "yes" });
  return (
    <div className="k-page-fill">
      <PageHead
        title={t("nav.pipelines")} chip={pipelines.total !== undefined && <span className="dim">{number(pipelines.total)}</span>}
        actions={<Button leftSection={<Upload size={14} />} onClick={upload}>{t("pipeline.upload")}</Button>}
      />
      <FilterBar name="pipelines" placeholder={t("pipelines.find")} />
      {pipelines.error && <Trouble error={pipelines.error} retry={() => void pipelines.refetch()} />}
      {!pipelines.rows && !pipelines.error && <Skeleton lines={8} />}
      {pipelines.rows?.length === 0 && (
        <EmptyState
          title={filter.text ? t("pipelines.noMatch") : t("pipelines.none")} action={filter.text ? undefined : <Button onClick={upload}>{t("pipeline.upload")}</Button>}
          command={filter.text ? undefined : "kfp dsl compile --py pipeline.py --output pipeline.yaml"}
        />
      )}
      {pipelines.rows && pipelines.rows.length > 0 && (
        <LiveTable
          name="pipelines" label={t("nav.pipelines")} columns={columns} rows={pipelines.rows} id={(p) => p.id} href={(p) => `/pipelines/${p.id}`} total={pipelines.total}
          sort={filter.sort} onSort={(sort) => url.set({ sort: sort === "-createdAt" ? null : sort })}
          onEnd={() => pipelines.hasNextPage && !pipelines.isFetchingNextPage && void pipelines.fetchNextPage()}
        />
      )}
      <UploadDialog opened={url.get("upload") === "yes"} onClose={() => url.set({ upload: null }, true)} />
    </div>
  );
}
