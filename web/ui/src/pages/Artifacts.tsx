import { useMemo } from "react";
import { useTitle } from "../App.tsx";
import type { Artifact } from "../api/client.ts";
import { useArtifacts, type ArtifactFilter } from "../api/queries.ts";
import { AgeText } from "../parts/AgeText.tsx";
import { PageHead } from "../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../parts/EmptyState.tsx";
import { ChoiceChip, FilterBar, useUrlState } from "../parts/FilterBar.tsx";
import { LiveTable, type Column } from "../parts/LiveTable.tsx";
import { ObjectLink } from "../parts/ObjectLink.tsx";
import { useNamespace } from "../shell/namespace.tsx";
import { useWords } from "../words/index.tsx";

const TYPES = ["system.Dataset", "system.Model", "system.Metrics", "system.ClassificationMetrics", "system.SlicedClassificationMetrics", "system.HTML", "system.Markdown", "system.Artifact"];

export default function Artifacts() {
  const { t, number, bytes } = useWords();
  useTitle(t("nav.artifacts"));
  const url = useUrlState();
  const { namespace } = useNamespace();
  const filter: ArtifactFilter = {
    namespace, text: url.get("text") || undefined, type: url.get("type") || undefined, run: url.get("run") || undefined, sort: (url.get("sort") || "-createdAt") as ArtifactFilter["sort"],
  };
  const artifacts = useArtifacts(filter);
  const columns = useMemo<Column<Artifact>[]>(
    () => [
      { id: "name", header: t("field.name"), width: "minmax(180px, 1.6fr)", sort: "name", cell: (a) => <ObjectLink kind="artifact" id={a.id}>{a.name}</ObjectLink> },
      { id: "type", header: t("field.type"), width: "minmax(140px, 1fr)", cell: (a) => a.type.replace("system.", "") },
      { id: "run", header: t("artifact.run"), width: "minmax(160px, 1.6fr)", cell: (a) => a.runId && <ObjectLink kind="run" id={a.runId}>{a.runName ?? a.runId}</ObjectLink> },
      { id: "task", header: t("artifact.task"), width: "minmax(110px, 1fr)", cell: (a) => a.taskName },
      { id: "size", header: t("artifact.size"), width: "100px", numeric: true, cell: (a) => (a.size === null ? <span className="dim">–</span> : bytes(a.size)) },
      { id: "created", header: t("field.created"), width: "120px", sort: "createdAt", cell: (a) => <span className="dim"><AgeText at={a.createdAt} /></span> },
      { id: "uri", header: "URI", width: "minmax(240px, 2fr)", extra: true, cell: (a) => <span className="mono dim">{a.uri}</span> },
    ],
    [t, bytes],
  );
  const filtered = Boolean(filter.text ?? filter.type ?? filter.run);
  return (
    <div className="k-page-fill">
      <PageHead title={t("nav.artifacts")} chip={artifacts.total !== undefined && <span className="dim">{number(artifacts.total)}</span>} />
      <FilterBar name="artifacts" placeholder={t("artifacts.find")}>
        <ChoiceChip name="type" label={t("field.type")} any={t("filter.any")} choices={TYPES.map((type) => ({ value: type, label: type.replace("system.", "") }))} />
      </FilterBar>
      {artifacts.error && <Trouble error={artifacts.error} retry={() => void artifacts.refetch()} />}
      {!artifacts.rows && !artifacts.error && <Skeleton lines={8} />}
      {artifacts.rows?.length === 0 && <EmptyState title={filtered ? t("artifacts.noMatch") : t("artifacts.none")} />}
      {artifacts.rows && artifacts.rows.length > 0 && (
        <LiveTable
          name="artifacts" label={t("nav.artifacts")} columns={columns} rows={artifacts.rows} id={(a) => String(a.id)} href={(a) => `/artifacts/${a.id}`} total={artifacts.total}
          sort={filter.sort} onSort={(sort) => url.set({ sort: sort === "-createdAt" ? null : sort })}
          onEnd={() => artifacts.hasNextPage && !artifacts.isFetchingNextPage && void artifacts.fetchNextPage()}
        />
      )}
    </div>
  );
}
