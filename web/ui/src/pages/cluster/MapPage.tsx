import { ActionIcon, Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import { useTitle } from "../../App.tsx";
import { useCluster, type Cluster, type Held } from "../../api/scheduling.ts";
import { PageHead } from "../../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../../parts/EmptyState.tsx";
import { useUrlState } from "../../parts/FilterBar.tsx";
import { Circle, Collapse, Minus, Plus } from "../../parts/icons.tsx";
import { StateIcon } from "../../parts/StateChip.tsx";
import { useWords } from "../../words/index.tsx";
import { sentence, useGpus } from "./bits.tsx";
import { SIZES, type Layout } from "./cells.ts";
import { GpuMap } from "./GpuMap.tsx";
import { HistoryPanel } from "./HistoryPanel.tsx";
import { meaningsOf, MODES, type Meaning, type Mode } from "./modes.ts";
import { NodeTable } from "./NodeTable.tsx";
import { MARKED_FROM } from "./paint.ts";
import { PastBar, Then, useHref, useTime } from "./past.tsx";

/** Who has which GPU, now or at a time that the slider below leads to. */
export default function MapPage() {
  const { t, number } = useWords();
  useTitle(t("nav.map"));
  const time = useTime();
  const cluster = useCluster(time);
  const gpus = useGpus();
  const url = useUrlState();
  const asTable = url.get("view") === "table";
  const sums = useMemo(() => sumsOf(cluster.data), [cluster.data]);
  return (
    <div className="k-page-fill">
      <PageHead
        title={t("nav.map")}
        now={cluster.data && sums.nodes > 0 && <span className="dim">{t("map.now", { free: gpus(sums.free), total: number(sums.gpus), nodes: sums.nodes })}{sums.broken > 0 && ` ${t("map.nowBroken", { n: sums.broken })}`}</span>}
        actions={
          <>
            <Button variant="default" onClick={() => url.set({ view: asTable ? null : "table" })}>{asTable ? t("map.asMap") : t("view.asTable")}</Button>
            <Button variant="default" component={Link} href="/queue/what-if">{t("whatIf.open")}</Button>
          </>
        }
      />
      <PastBar time={time} answer={cluster.data} />
      {cluster.error && <Trouble error={cluster.error} retry={() => void cluster.refetch()} />}
      {!cluster.data && !cluster.error && <Skeleton lines={8} />}
      {cluster.data && sums.gpus + sums.broken === 0 && time === "" && <EmptyState title={t("map.none")} command={'./kumiki up --nodes "8 x gpu=8 type=H100 rack=4 block=2"'} />}
      {cluster.data && sums.gpus + sums.broken > 0 && <Then time={time}>{asTable ? <NodeTable cluster={cluster.data} /> : <Picture cluster={cluster.data} />}</Then>}
      {cluster.data && sums.gpus + sums.broken === 0 && time !== "" && <EmptyState title={t("map.noneThen")} />}
      {(cluster.data ?? time) && <HistoryPanel time={time} />}
    </div>
  );
}

function sumsOf(cluster: Cluster | undefined) {
  const sums = { gpus: 0, free: 0, nodes: 0, broken: 0 };
  for (const node of cluster?.nodes ?? []) {
    sums.gpus += node.gpus;
    sums.broken += node.unhealthy;
    if (node.gpus > 0) sums.nodes++;
    if (node.ready && node.schedulable) sums.free += node.free;
  }
  return sums;
}

function Picture({ cluster }: { cluster: Cluster }) {
  const { t } = useWords();
  const url = useUrlState();
  const [, navigate] = useLocation();
  const href = useHref();
  const [layout, setLayout] = useState<Layout>();
  const usual: Mode = cluster.nodes.some((node) => node.held.some((held) => held.tenant !== null)) ? "tenant" : "job";
  const mode = MODES.find((one) => one === url.get("by")) ?? usual;
  const meanings = useMemo(() => (layout === undefined ? new Map<string, Meaning>() : meaningsOf(layout, mode)), [layout, mode]);
  const only = meanings.has(url.get("only")) ? url.get("only") : null;
  const wanted = SIZES.find((size) => String(size) === url.get("size")) ?? null;
  const zoom = (size: number | null) => url.set({ size: size === null ? null : String(size) }, true);
  const at = SIZES.indexOf(layout?.size ?? 0);
  const open = (held: Held) => {
    if (held.kind === "Gang" && held.name !== null) navigate(href(held));
  };
  return (
    <div className="k-map-grid">
      <section className="card k-map-main" aria-label={t("map.title")}>
        <div className="row wrap">
          <div className="k-segments" role="group" aria-label={t("map.colourBy")}>
            {MODES.map((one) => (
              <button key={one} type="button" aria-pressed={one === mode} onClick={() => url.set({ by: one === usual ? null : one, only: null })}>{t(`map.by.${one}`)}</button>
            ))}
          </div>
          <span className="grow" />
          <div className="row" style={{ gap: 2 }}>
            <ActionIcon variant="subtle" color="gray" aria-label={t("graph.zoomOut")} disabled={at <= 0} onClick={() => zoom(SIZES[at - 1] ?? null)}><Minus size={14} /></ActionIcon>
            <ActionIcon variant="subtle" color="gray" aria-label={t("graph.zoomIn")} disabled={at === SIZES.length - 1} onClick={() => zoom(SIZES[at + 1] ?? null)}><Plus size={14} /></ActionIcon>
            <ActionIcon variant="subtle" color="gray" aria-label={t("graph.fit")} disabled={wanted === null} onClick={() => zoom(null)}><Collapse size={14} /></ActionIcon>
          </div>
        </div>
        <GpuMap cluster={cluster} wanted={wanted} mode={mode} meanings={meanings} only={only} label={t("map.title")} onLayout={setLayout} onOpen={open} onZoom={zoom} />
      </section>
      <aside className="k-map-side" aria-label={t("map.legend")}>
        <section className="card">
          <h2>{t(`map.by.${mode}`)}</h2>
          <Legend meanings={meanings} mode={mode} only={only} onOnly={(key) => url.set({ only: key })} />
          {layout !== undefined && layout.size < MARKED_FROM && <p className="dim small" style={{ marginTop: 8 }}>{t("map.lettersLarger")}</p>}
          {layout !== undefined && layout.without > 0 && <p className="dim small" style={{ marginTop: 8 }}>{t("map.without", { n: layout.without })}</p>}
        </section>
        {cluster.proposals.length > 0 && <Moves cluster={cluster} />}
      </aside>
    </div>
  );
}

const MOST = 14;

/** Each colour in words, with how much is in it; a click leaves only that one in full colour. */
function Legend({ meanings, mode, only, onOnly }: { meanings: Map<string, Meaning>; mode: Mode; only: string | null; onOnly: (key: string | null) => void }) {
  const { t, find } = useWords();
  const gpus = useGpus();
  const all = [...meanings.values()];
  const shown = all.filter((one, i) => i < MOST || one.key === only);
  return (
    <>
      <ul className="k-legend">
        {shown.map((one) => (
          <li key={one.key}>
            <button type="button" aria-pressed={one.key === only} onClick={() => onOnly(one.key === only ? null : one.key)}>
              <i style={{ background: `var(${one.colour})` }} aria-hidden="true">{one.mark}</i>
              {one.look !== undefined ? <StateIcon look={one.look} /> : mode !== "job" && mode !== "tenant" ? <span className="dim"><Circle size={12} /></span> : null}
              <span className="ellipsis" title={one.name}>{one.name ?? (one.word === undefined ? one.key : (find(one.word) ?? one.key))}</span>
              <span className="num dim">{gpus(one.milli)}</span>
            </button>
          </li>
        ))}
      </ul>
      {all.length > shown.length && <p className="dim small">{t("map.more", { n: all.length - shown.length })}</p>}
    </>
  );
}

function Moves({ cluster }: { cluster: Cluster }) {
  const { t, language } = useWords();
  return (
    <section className="card">
      <h2>{t("map.moves")}</h2>
      <p className="dim small" style={{ marginBottom: 6 }}>{t("map.movesHint")}</p>
      <ul className="k-moves">{cluster.proposals.slice(0, 5).map((one) => <li key={one.node}>{sentence(one.text[language], language)}</li>)}</ul>
    </section>
  );
}
