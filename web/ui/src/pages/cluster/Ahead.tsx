import { Tooltip } from "@mantine/core";
import { useContext, useMemo } from "react";
import { Link } from "wouter";
import { AsOf, useNow } from "../../api/clock.ts";
import type { Entry, StartEstimate } from "../../api/scheduling.ts";
import { useWords } from "../../words/index.tsx";
import { byEnd, horizonOf, marksOf, share } from "./ahead.ts";
import { titleOf, useStartText } from "./bits.tsx";
import { useHref } from "./past.tsx";

const MOST = 12;

/** The future as far as it can be told: until when what runs will run, and when what waits will start, with how sure that is. */
export function Ahead({ waiting, running }: { waiting: Entry[]; running: Entry[] }) {
  const { t, duration, near, number } = useWords();
  const then = useContext(AsOf);
  const now = Math.floor(useNow() / 5_000) * 5_000;
  const rows = useMemo(() => [...[...running].sort(byEnd).slice(0, MOST), ...waiting.slice(0, MOST)], [waiting, running]);
  const span = horizonOf(rows, now);
  const more = waiting.length + running.length - rows.length;
  return (
    <section className="card" aria-label={t("ahead.title", { span: duration(span) })}>
      <h2>{t("ahead.title", { span: duration(span) })}</h2>
      {rows.length === 0 && <p className="dim">{t("ahead.nothing")}</p>}
      {rows.length > 0 && (
        <div className="k-ahead-rows" tabIndex={0} role="group" aria-label={t("ahead.title", { span: duration(span) })}>
          {rows.map((entry, i) => <Row key={titleOf(entry) ?? `#${i}`} entry={entry} now={now} span={span} />)}
          <div className="k-ahead-axis" aria-hidden="true">
            <span />
            <div>{marksOf(span).map((mark) => <em key={mark} style={{ left: `${(mark / span) * 100}%` }}>{mark === 0 && then === null ? t("time.now") : near(now + mark, now)}</em>)}</div>
          </div>
        </div>
      )}
      {rows.length > 0 && (
        <div className="k-ahead-key">
          <span><i style={{ background: "var(--k-blue)" }} />{t("ahead.runs")}</span>
          <span><i style={{ border: "1px dashed var(--k-violet)" }} />{t("ahead.waits")}</span>
          <span aria-hidden="true">├──┤</span><span>{t("ahead.error")}</span>
          {more > 0 && <span>{t("ahead.more", { n: number(more) })}</span>}
        </div>
      )}
    </section>
  );
}

function Row({ entry, now, span }: { entry: Entry; now: number; span: number }) {
  const { t } = useWords();
  const href = useHref();
  const waits = entry.phase === "Waiting";
  const estimate = waits ? entry.start : entry.until;
  const when = useStartText()(estimate, now);
  const name = titleOf(entry) ?? t("map.is.hidden");
  const text = waits ? t("ahead.startsAt", { name, when }) : t("ahead.runsUntil", { name, when });
  const at = estimate?.at == null ? null : share(Date.parse(estimate.at), now, span);
  return (
    <div className="k-ahead-row">
      {entry.name === null ? <span className="dim ellipsis">{name}</span> : <Link href={href(entry)} className="ellipsis">{entry.name}</Link>}
      <Tooltip label={text}>
        <div className="k-ahead-track" role="img" aria-label={text}>
          {!waits && <i className={`runs${at === null ? " open" : ""}`} style={{ left: 0, width: `${at ?? 100}%` }} />}
          {waits && at !== null && <i className="waits" style={{ left: `${at}%`, right: 0 }} />}
          {waits && at === null && <em>{when}</em>}
          {estimate?.at != null && <Whisker estimate={estimate} now={now} span={span} />}
        </div>
      </Tooltip>
    </div>
  );
}

function Whisker({ estimate, now, span }: { estimate: StartEstimate; now: number; span: number }) {
  if (estimate.low === null) return null;
  const low = share(Date.parse(estimate.low), now, span);
  const open = estimate.high === null || Date.parse(estimate.high) > now + span;
  const high = open ? 100 : share(Date.parse(estimate.high ?? ""), now, span);
  return <b className={open ? "open" : ""} style={{ left: `${low}%`, width: `${Math.max(0, high - low)}%` }} />;
}
