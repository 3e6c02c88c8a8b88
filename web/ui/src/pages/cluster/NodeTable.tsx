import { useMemo } from "react";
import { Link } from "wouter";
import type { Cluster, ClusterNode } from "../../api/scheduling.ts";
import { LiveTable, type Column } from "../../parts/LiveTable.tsx";
import { StateChip } from "../../parts/StateChip.tsx";
import { useWords } from "../../words/index.tsx";
import { useGpus } from "./bits.tsx";
import { jobOf } from "./modes.ts";
import { useHref } from "./past.tsx";

function useNodeColumns(cluster: Cluster): Column<ClusterNode>[] {
  const { t, number, bytes, find } = useWords();
  const gpus = useGpus();
  const href = useHref();
  return useMemo(
    () => [
      { id: "name", header: t("node.name"), width: "minmax(120px, 1.2fr)", cell: (node) => <span>{node.name}{node.simulated && <span className="dim small"> {t("map.simulated")}</span>}</span> },
      {
        id: "state", header: t("run.state"), width: "140px",
        cell: (node) => <StateChip quiet state={!node.ready ? "failed" : !node.schedulable ? "stopped" : node.unhealthy > 0 ? "degraded" : "succeeded"} word={t(!node.ready ? "map.is.notReady" : !node.schedulable ? "map.is.closed" : node.unhealthy > 0 ? "map.is.someBroken" : "map.is.healthy")} />,
      },
      { id: "place", header: t("node.place"), width: "minmax(150px, 2fr)", cell: (node) => node.place.filter(Boolean).join(" / ") },
      { id: "type", header: t("node.type"), width: "100px", cell: (node) => node.type },
      { id: "free", header: t("node.free"), width: "100px", numeric: true, cell: (node) => <span><b>{gpus(node.free)}</b> / {number(node.gpus)}</span> },
      { id: "broken", header: t("node.broken"), width: "90px", numeric: true, extra: true, cell: (node) => number(node.unhealthy) },
      { id: "cpu", header: t("node.cpuFree"), width: "110px", numeric: true, cell: (node) => `${number(node.cpuFree / 1000, 1)} / ${number(node.cpuMilli / 1000)}` },
      { id: "memory", header: t("node.memoryFree"), width: "160px", numeric: true, extra: true, cell: (node) => `${bytes(node.memoryFree)} / ${bytes(node.memory)}` },
      {
        id: "held", header: t("node.held"), width: "minmax(220px, 3fr)",
        cell: (node) => node.held.map((held, i) => (
          <span key={i}>
            {i > 0 && t("list.comma")}
            {held.kind === "Gang" && held.name !== null ? <Link href={href(held)}>{jobOf(held)}</Link> : (jobOf(held) ?? find("map.is.hidden"))}
            <span className="dim"> {gpus(held.gpus)}</span>
          </span>
        )),
      },
    ],
    [t, number, bytes, find, gpus, href, cluster.levels], // eslint-disable-line react-hooks/exhaustive-deps
  );
}

/** What the map shows, as rows: for readers, for searching, for narrow windows. */
export function NodeTable({ cluster }: { cluster: Cluster }) {
  const { t } = useWords();
  const columns = useNodeColumns(cluster);
  const href = useHref();
  const first = (node: ClusterNode) => node.held.find((held) => held.kind === "Gang" && held.name !== null);
  return (
    <LiveTable
      name="nodes" label={t("map.nodes")} columns={columns} rows={cluster.nodes} id={(node) => node.name} total={cluster.nodes.length}
      href={(node) => {
        const held = first(node);
        return held === undefined ? "/map?view=table" : href(held);
      }}
    />
  );
}
