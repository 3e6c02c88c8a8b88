import { useMemo } from "react";
import { Link } from "wouter";
import type { Entry, HistoryPoint } from "../../api/scheduling.ts";
import { useHistory, useQueue } from "../../api/scheduling.ts";
import { Trouble } from "../../parts/EmptyState.tsx";
import { useUrlState } from "../../parts/FilterBar.tsx";
import { useWords } from "../../words/index.tsx";
import { PhaseChip, ReasonChip, titleOf, useGpus, useNeeds } from "./bits.tsx";
import { areaOf, lineOf, nearest } from "./history.ts";
import { useHref } from "./past.tsx";

const SPANS = { "15m": 900_000, "1h": 3_600_000, "6h": 21_600_000, "24h": 86_400_000, "7d": 604_800_000 } as const;
const W = 1000;
const H = 92;

/** Used, free and unusable GPUs and the queue over time; the slider leads back to any of its points. */
export function HistoryPanel({ time }: { time: string }) {
  const { t, clock, exact } = useWords();
  const url = useUrlState();
  const span = (url.get("span") in SPANS ? url.get("span") : "1h") as keyof typeof SPANS;
  const history = useHistory(SPANS[span]);
  const points = history.data?.points ?? [];
  const at = url.get("at");
  const chosen = at === "" ? points.length - 1 : nearest(points, Date.parse(at));
  const point = points[chosen];
  const choose = (index: number) => url.set({ at: index >= points.length - 1 ? null : (points[index]?.at ?? null) }, true);
  return (
    <section className="card k-history" aria-label={t("history.title")} style={{ marginTop: 12 }}>
      <div className="k-history-head">
        <h2>{t("history.title")}</h2>
        <div className="k-segments" role="group" aria-label={t("history.span")}>
          {(Object.keys(SPANS) as (keyof typeof SPANS)[]).map((one) => (
            <button key={one} type="button" aria-pressed={one === span} onClick={() => url.set({ span: one === "1h" ? null : one, at: null })}>{t(`history.span.${one}`)}</button>
          ))}
        </div>
        {point && <Figures point={point} />}
              </div>
      {history.error && <Trouble error={history.error} retry={() => void history.refetch()} />}
      {history.data && points.length < 2 && <p className="dim small">{t("history.none")}</p>}
      {points.length >= 2 && (
        <>
          <Chart points={points} chosen={at === "" ? null : chosen} />
          <input
            type="range" min={0} max={points.length - 1} value={chosen} aria-label={t("history.when")} aria-valuetext={point && figuresText(t, clock, point)}
            onChange={(event) => choose(Number(event.currentTarget.value))}
          />
        </>
      )}
      {history.data?.replayFrom != null && <p className="dim small">{t("history.reach", { time: exact(history.data.replayFrom) })}</p>}
      {history.data && history.data.replayFrom === null && <p className="dim small">{t("history.noLog")}</p>}
      {time !== "" && <QueueThen time={time} />}
    </section>
  );
}

type T = ReturnType<typeof useWords>["t"];
function figuresText(t: T, clock: (at: string) => string, point: HistoryPoint): string {
  return t("history.figures", {
    time: clock(point.at), used: Math.round(point.gpusAllocated / 100) / 10, total: point.gpusTotal / 1000, share: Math.round(point.fragmented * 100), waiting: point.waiting, running: point.running,
  });
}

function Figures({ point }: { point: HistoryPoint }) {
  const { t, clock, percent, number } = useWords();
  const gpus = useGpus();
  return (
    <span className="row wrap" style={{ gap: "4px 16px", flex: "1 1 300px", minWidth: 0 }}>
      <span className="dim small nowrap">{clock(point.at)}</span>
      <span className="k-key"><i className="area" style={{ background: "var(--k-blue)" }} /> {t("history.used")} <b>{gpus(point.gpusAllocated)} / {gpus(point.gpusTotal)}</b></span>
      <span className="k-key"><i style={{ background: "var(--k-amber)" }} /> {t("history.fragmented")} <b>{percent(point.fragmented)}</b></span>
      <span className="k-key"><i style={{ background: "var(--k-violet)" }} /> {t("history.waiting")} <b>{number(point.waiting)}</b></span>
      <span className="k-key">{t("history.running")} <b>{number(point.running)}</b></span>
    </span>
  );
}

function Chart({ points, chosen }: { points: HistoryPoint[]; chosen: number | null }) {
  const { t, near } = useWords();
  const shapes = useMemo(() => {
    const most = Math.max(1, ...points.map((point) => point.waiting));
    return {
      used: areaOf(points, (p) => (p.gpusTotal === 0 ? 0 : p.gpusAllocated / p.gpusTotal), W, H),
      scattered: lineOf(points, (p) => p.fragmented, W, H),
      waiting: lineOf(points, (p) => p.waiting / most, W, H),
      most,
    };
  }, [points]);
  const from = Date.parse(points[0]?.at ?? "");
  const to = Date.parse(points.at(-1)?.at ?? "");
  const x = chosen === null ? null : ((Date.parse(points[chosen]?.at ?? "") - from) / Math.max(1, to - from)) * W;
  return (
    <>
      <svg viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" aria-hidden="true">
        <path d={`M0 .5H${W}M0 ${H / 2}H${W}M0 ${H - 0.5}H${W}`} stroke="var(--k-line)" vectorEffect="non-scaling-stroke" fill="none" />
        <path d={shapes.used} fill="var(--k-blue)" opacity=".28" />
        <path d={shapes.scattered} fill="none" stroke="var(--k-amber)" strokeWidth="1.6" vectorEffect="non-scaling-stroke" />
        <path d={shapes.waiting} fill="none" stroke="var(--k-violet)" strokeWidth="1.6" strokeDasharray="5 3" vectorEffect="non-scaling-stroke" />
        {x !== null && <path d={`M${x} 0V${H}`} stroke="var(--k-accent)" strokeWidth="2" vectorEffect="non-scaling-stroke" />}
      </svg>
      <div className="row dim small" style={{ justifyContent: "space-between" }} aria-hidden="true">
        <span>{near(from, to)}</span>
        <span>{t("history.scale", { n: shapes.most })}</span>
        <span>{near(to, to)}</span>
      </div>
    </>
  );
}

/** What waited and ran at a time that has passed. */
function QueueThen({ time }: { time: string }) {
  const { t, exact } = useWords();
  const then = useQueue(time);
  if (!then.data || then.error) return null;
  return (
    <div>
      <div className="row wrap" style={{ marginTop: 8 }}><h3>{t("history.then", { time: exact(time) })}</h3><Link href={`/queue?at=${encodeURIComponent(time)}`}>{t("history.queueThen")}</Link></div>
      <div className="k-then">
        <ThenList title={t("history.waiting")} entries={then.data.waiting} />
        <ThenList title={t("history.running")} entries={then.data.running} />
      </div>
    </div>
  );
}

function ThenList({ title, entries }: { title: string; entries: Entry[] }) {
  const { t, number } = useWords();
  const needs = useNeeds();
  const href = useHref();
  return (
    <div>
      <span className="small dim">{title} {number(entries.length)}</span>
      <div className="k-then-list" tabIndex={0} role="group" aria-label={title}>
       <ul>
        {entries.map((entry, i) => (
          <li key={`${titleOf(entry)}${i}`} className="row wrap">
            {entry.name === null ? <span className="dim">{t("map.is.hidden")}</span> : <Link href={href(entry)}>{titleOf(entry)}</Link>}
            <span className="dim small">{needs(entry)}{entry.where && ` · ${entry.where}`}</span>
            {entry.phase === "Waiting" ? <ReasonChip reason={entry.reason} /> : <PhaseChip phase={entry.phase} quiet />}
          </li>
        ))}
       </ul>
      </div>
    </div>
  );
}
