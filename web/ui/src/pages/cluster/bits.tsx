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

/** Minutes either side, rounded up; `null` where a side is open. */
export function spread(start: StartEstimate): number | null {
  if (start.at === null || start.low === null || start.high === null) return null;
  const at = Date.parse(start.at);
  return Math.max(at - Date.parse(start.low), Date.parse(start.high) - at);
}

/** "14:31 ± 6 min", with what it rests on. */
export function useStartText(): (start: StartEstimate | null | undefined, now: number) => string {
  const { t, near, duration } = useWords();
  return (start, now) => {
    if (start == null || start.at === null) return t("start.unknown");
    const at = Date.parse(start.at);
    if (start.high === null) return at <= now ? t("start.openNow") : t("start.open", { time: near(at, now) });
    if (at <= now + 5_000 && Date.parse(start.high) <= now + 30_000) return t("start.now");
    const either = spread(start) ?? 0;
    return either < 1000 ? near(at, now) : t("start.about", { time: near(at, now), spread: duration(Math.max(1000, Math.round(either / 1000) * 1000)) });
  };
}

export function StartText({ start }: { start: StartEstimate | null | undefined }) {
  const { t, exact } = useWords();
  const now = useNow();
  const text = useStartText()(start, now);
  if (start == null || start.at === null) return <span className="dim">{text}</span>;
  const range = t("start.range", { low: start.low === null ? "?" : exact(start.low), high: start.high === null ? t("start.noEnd") : exact(start.high) });
  return (
    <Tooltip label={range}>
      <span>
        <b>{text}</b> <span className="dim small">{t(`start.from.${start.from}`)}</span>
      </span>
    </Tooltip>
  );
}
