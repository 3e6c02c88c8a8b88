import { Tooltip } from "@mantine/core";
import { useNow } from "../../api/clock.ts";
import type { Entry, StartEstimate } from "../../api/scheduling.ts";
import { StateChip } from "../../parts/StateChip.tsx";
import { useWords } from "../../words/index.tsx";
import { PHASE_LOOK } from "./modes.ts";

/** Milli-GPUs as GPUs: 2, 0.25. */
export function useGpus(): (milli: number) => string {
  const { number } = useWords();
  return (milli) => number(milli / 1000, 3);
}

export const hrefOf = (entry: { namespace: string | null; name: string | null }) => `/queue/${encodeURIComponent(entry.namespace ?? "")}/${encodeURIComponent(entry.name ?? "")}`;
export const titleOf = (entry: { namespace: string | null; name: string | null }) => (entry.name === null ? null : `${entry.namespace}/${entry.name}`);

export function PhaseChip({ phase, quiet = false, children }: { phase: string; quiet?: boolean; children?: React.ReactNode }) {
  const { find } = useWords();
  return <StateChip state={PHASE_LOOK[phase] ?? "skipped"} word={find(`phase.${phase}`) ?? phase} quiet={quiet}>{children}</StateChip>;
}

/** Why something waits, as a word of its own; the code itself where there is none. */
export function ReasonChip({ reason }: { reason: string }) {
  const { find } = useWords();
  return <StateChip state="waiting" word={find(`reason.${reason}`) ?? reason} />;
}

export function useNeeds(): (entry: Entry) => string {
  const { t, number } = useWords();
  const gpus = useGpus();
  return (entry) => {
    const what = entry.gpus === 0 ? t("queue.noGpus") : `${gpus(entry.gpus)} × ${entry.gpuType ?? "GPU"}`;
    return entry.members > 1 ? `${what}${t("list.comma")}${t("queue.members", { n: number(entry.members), count: entry.members })}` : what;
  };
}

/** The server's words as a sentence of a page: with a capital and an end. */
export function sentence(text: string, language: "en" | "ja"): string {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  const begun = language === "en" && /^[a-z]+(\s|$)/.test(trimmed) ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed;
  return /[.。!?！？]$/.test(begun) ? begun : begun + (language === "ja" ? "。" : ".");
}

interface StartParts {
  text: string;
  /** The two ends, where one is so much further off that ± would mislead. */
  ends?: string;
}

function useStartParts(): (start: StartEstimate | null | undefined, now: number) => StartParts {
  const { t, near, duration } = useWords();
  return (start, now) => {
    if (start == null || start.at === null) return { text: t("start.unknown") };
    const at = Date.parse(start.at);
    const low = start.low === null ? at : Date.parse(start.low);
    if (start.high === null) return { text: at <= now ? t("start.openNow") : t("start.open", { time: near(at, now) }) };
    const high = Date.parse(start.high);
    if (at <= now + 5_000 && high <= now + 30_000) return { text: t("start.now") };
    const [narrow, wide] = [Math.min(at - low, high - at), Math.max(at - low, high - at)];
    if (wide < 1000) return { text: near(at, now) };
    if (wide > 120_000 && wide > 2 * narrow) return { text: t("start.near", { time: near(at, now) }), ends: t("start.ends", { low: near(low, now), high: near(high, now) }) };
    return { text: t("start.about", { time: near(at, now), spread: duration(roundedSpread(wide)) }) };
  };
}

/** "14:31 ± 6 min", or "about 14:31 (14:20 to 16:02)". */
export function useStartText(): (start: StartEstimate | null | undefined, now: number) => string {
  const { t } = useWords();
  const parts = useStartParts();
  return (start, now) => {
    const { text, ends } = parts(start, now);
    return ends === undefined ? text : t("start.between", { text, ends });
  };
}

/** An error is no more exact than this: minutes from three minutes on, quarters of an hour from three hours on. */
export function roundedSpread(millis: number): number {
  const step = millis >= 3 * 3_600_000 ? 900_000 : millis >= 180_000 ? 60_000 : 1_000;
  return Math.max(step, Math.round(millis / step) * step);
}

/** The time on one line; how sure it is, and what that rests on, below. */
export function StartText({ start }: { start: StartEstimate | null | undefined }) {
  const { t, exact } = useWords();
  const now = useNow();
  const { text, ends } = useStartParts()(start, now);
  if (start == null || start.at === null) return <span className="dim">{text}</span>;
  const from = t(`start.from.${start.from}`);
  const range = t("start.range", { low: start.low === null ? "?" : exact(start.low), high: start.high === null ? t("start.noEnd") : exact(start.high) });
  return (
    <Tooltip label={`${range} · ${from}`}>
      <span className="k-two-rows">
        <b className="ellipsis">{text}</b>
        <span className="dim small ellipsis">{ends === undefined ? from : `${ends} · ${from}`}</span>
      </span>
    </Tooltip>
  );
}
