import { useNow } from "../../api/clock.ts";
import type { Held } from "../../api/scheduling.ts";
import { StateChip } from "../../parts/StateChip.tsx";
import { useWords } from "../../words/index.tsx";
import { DEVICE, type Cell } from "./cells.ts";
import { jobOf, keyOfRest } from "./modes.ts";
import { PhaseChip, useGpus } from "./bits.tsx";

/** All that is known of a cell as one sentence, for readers. */
export function useCellText(): (cell: Cell) => string {
  const { t, find, ago, percent } = useWords();
  const now = useNow();
  const holder = (held: Held) =>
    [jobOf(held) ?? t("map.is.hidden"), held.tenant === null ? "" : t("map.ofTenant", { name: held.tenant }), held.kind === "Pod" ? t("map.is.Pod") : (find(`phase.${held.phase}`) ?? held.phase), held.since === null ? "" : ago(now - Date.parse(held.since))]
      .filter((part) => part !== "")
      .join(t("list.comma"));
  return (cell) => {
    const parts = [t("map.device", { node: cell.node.name, n: cell.device, of: cell.node.gpus + cell.node.unhealthy }), cell.node.type, cell.node.place.filter(Boolean).join(" / ")];
    for (const share of cell.shares) parts.push(share.part < 1 ? `${percent(share.part)} ${holder(share.held)}` : holder(share.held));
    const rest = keyOfRest(cell, "state");
    if (cell.shares.length === 0 || rest !== "free") parts.push(t(`map.is.${rest}` as "map.is.free"));
    else if (cell.free > 0) parts.push(t("map.freePart", { part: percent(cell.free / DEVICE) }));
    return parts.filter((part) => part !== "").join(t("list.comma"));
  };
}

/** The same beside the pointer or the cursor. */
export function CellTip({ cell, size, area }: { cell: Cell; size: number; area: HTMLElement | null }) {
  const { t, percent, bytes, number } = useWords();
  const gpus = useGpus();
  if (area === null) return null;
  const x = cell.x - area.scrollLeft + 4;
  const y = cell.y - area.scrollTop + 4;
  const rightwards = x < area.clientWidth / 2;
  const downwards = y < area.clientHeight / 2;
  const rest = keyOfRest(cell, "state");
  const { node } = cell;
  return (
    <div
      className="k-map-tip card" aria-hidden="true"
      style={{ ...(rightwards ? { left: x + size + 10 } : { right: area.clientWidth - x + 10 }), ...(downwards ? { top: y } : { bottom: area.clientHeight - y - size }) }}
    >
      <div className="row wrap">
        <b>{t("map.device", { node: node.name, n: cell.device, of: node.gpus + node.unhealthy })}</b>
        <span className="dim">{node.type}</span>
      </div>
      <div className="dim small">
        {node.place.filter(Boolean).join(" / ")}
        {node.simulated && ` · ${t("map.simulated")}`}
      </div>
      {cell.shares.map((share, i) => <Holder key={i} held={share.held} part={share.part < 1 ? percent(share.part) : null} />)}
      {(cell.shares.length === 0 || rest !== "free") && <StateChip quiet state={rest === "broken" ? "failed" : rest === "free" ? "succeeded" : "degraded"} word={t(`map.is.${rest}` as "map.is.free")} />}
      {cell.shares.length > 0 && cell.free > 0 && <div className="small">{t("map.freePart", { part: percent(cell.free / DEVICE) })}</div>}
      {!cell.known && node.shared && <div className="dim small">{t("map.deviceGuessed")}</div>}
      <div className="dim small">{t("map.nodeFree", { free: gpus(node.free), total: number(node.gpus), cpu: number(node.cpuFree / 1000, 1), memory: bytes(node.memoryFree) })}</div>
    </div>
  );
}

function Holder({ held, part }: { held: Held; part: string | null }) {
  const { t, ago, exact } = useWords();
  const now = useNow();
  const gpus = useGpus();
  return (
    <div className="k-map-holder">
      <div className="row wrap">
        {part !== null && <b>{part}</b>}
        <b className="ellipsis">{jobOf(held) ?? t("map.is.hidden")}</b>
        {held.kind === "Pod" ? <StateChip state="running" quiet word={t("map.is.Pod")} /> : <PhaseChip phase={held.phase} quiet />}
      </div>
      <div className="small dim">
        {[held.tenant === null ? "" : t("map.ofTenant", { name: held.tenant }), t("map.holdsHere", { n: gpus(held.gpus) }), held.since === null ? "" : `${ago(now - Date.parse(held.since))} (${exact(held.since)})`, held.priority === null ? "" : t("map.priority", { n: held.priority })]
          .filter((text) => text !== "")
          .join(" · ")}
      </div>
    </div>
  );
}
