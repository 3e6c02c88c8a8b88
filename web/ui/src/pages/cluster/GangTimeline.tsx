import { Tooltip } from "@mantine/core";
import { Link } from "wouter";
import { useNow } from "../../api/clock.ts";
import type { GangDetail } from "../../api/scheduling.ts";
import { COLOUR, StateIcon } from "../../parts/StateChip.tsx";
import { useWords } from "../../words/index.tsx";
import { hrefOf, sentence } from "./bits.tsx";
import { PHASE_LOOK } from "./modes.ts";

/** The gang's life: a bar of its phases in proportion, and under it what happened, newest first. */
export function GangTimeline({ gang, most }: { gang: GangDetail; most?: number }) {
  const { t, find, near, clock, exact, duration, language } = useWords();
  const now = useNow();
  const events = gang.timeline;
  if (events.length === 0) return <p className="dim">{t("gang.noTimeline")}</p>;
  const first = Date.parse(events[0]?.at ?? "");
  const done = gang.phase === "Done";
  const end = done ? Date.parse(events.at(-1)?.at ?? "") : now;
  const spans = events.map((event, i) => ({ event, from: Date.parse(event.at), to: i + 1 < events.length ? Date.parse(events[i + 1]?.at ?? "") : end }));
  const shown = [...spans].reverse().slice(0, most ?? 500);
  const word = (phase: string) => find(`phase.${phase}`) ?? phase;
  const look = (phase: string) => PHASE_LOOK[phase] ?? "skipped";
  const today = near(now, now).length;
  return (
    <>
      {end > first && (
        <div className="k-phases" role="img" aria-label={spans.map(({ event, from, to }) => `${word(event.phase)} ${duration(to - from)}`).join(t("list.comma"))}>
          {spans.map(({ event, from, to }, i) => (
            <Tooltip key={i} label={`${word(event.phase)} · ${duration(to - from)}`}>
              <i style={{ width: `${((to - from) / (end - first)) * 100}%`, background: COLOUR[look(event.phase)] }} />
            </Tooltip>
          ))}
        </div>
      )}
      <ol className="k-steps">
        {shown.map(({ event, from, to }, i) => (
          <li key={shown.length - i}>
            <Link href={`${hrefOf(gang)}?at=${encodeURIComponent(event.at)}`} title={t("gang.asOf", { time: exact(event.at) })} className="nowrap small"><time dateTime={event.at}>{near(from, now).length > today ? near(from, now) : clock(from)}</time></Link>
            <StateIcon look={look(event.phase)} size={15} />
            <div className="k-two-rows">
              <span><b>{word(event.phase)}</b> <span className="dim small">{(i > 0 || !done) && to > from ? duration(to - from) : ""}</span></span>
              <span>{sentence(event.text[language] || (find(`reason.${event.reason}`) ?? event.reason), language)}</span>
            </div>
          </li>
        ))}
      </ol>
      {most !== undefined && spans.length > most && <p className="dim small">{t("gang.earlier", { n: spans.length - most })}</p>}
    </>
  );
}
