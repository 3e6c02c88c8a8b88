import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import type { ReactNode } from "react";
import { AsOf } from "../../api/clock.ts";
import type { Schemas } from "../../api/client.ts";
import { Hourglass, Triangle } from "../../parts/icons.tsx";
import { useUrlState } from "../../parts/FilterBar.tsx";
import { useWords } from "../../words/index.tsx";
import { hrefOf } from "./bits.tsx";
import { inZone, stepsFrom } from "./history.ts";
import "./Map.css";

/** The time to look at, from the address; empty for now. It settles before it is asked for: a slider passes over many. */
export function useTime(): string {
  const at = useUrlState().get("at");
  const valid = Number.isFinite(Date.parse(at)) ? new Date(at).toISOString().replace(/\.\d+Z$/, "Z") : "";
  return useDebouncedValue(valid, valid === "" ? 0 : 150)[0];
}

/** Addresses of gangs that stay at the time that is looked at. */
export function useHref(): (entry: { namespace: string | null; name: string | null }, tab?: string) => string {
  const at = useUrlState().get("at");
  return (entry, tab) => `${hrefOf(entry)}${tab === undefined ? "" : `/${tab}`}${at === "" ? "" : `?at=${encodeURIComponent(at)}`}`;
}

/** Every age and every "in 5 min" inside counts from then. */
export function Then({ time, children }: { time: string; children: ReactNode }) {
  return <AsOf.Provider value={time === "" ? null : Date.parse(time)}>{children}</AsOf.Provider>;
}

/** Says that the past is shown, how far it can be trusted, and leads through time and back to now. */
export function PastBar({ time, answer }: { time: string; answer: { at: string; past: Schemas["Past"] } | undefined }) {
  const { t, exact } = useWords();
  const url = useUrlState();
  if (time === "") return null;
  const doubt = answer?.past?.doubt;
  const go = (at: number) => url.set({ at: at >= Date.now() ? null : new Date(at).toISOString().replace(/\.\d+Z$/, "Z") });
  return (
    <section className="card k-past" aria-label={t("past.title")}>
      <div className="row wrap">
        <Hourglass size={14} />
        <b>{t("past.asOf", { time: exact(time) })}</b>
        {answer && <span className="dim small">{t("past.last", { time: exact(answer.at) })}</span>}
        <span className="grow" />
        <input
          key={time} type="datetime-local" step={1} aria-label={t("past.choose")} defaultValue={inZone(Date.parse(time))} max={inZone(Date.now())}
          onBlur={(event) => event.currentTarget.value !== inZone(Date.parse(time)) && Number.isFinite(event.currentTarget.valueAsNumber) && go(new Date(event.currentTarget.value).getTime())}
          onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
        />
        <div className="k-segments" role="group" aria-label={t("past.step")}>
          {stepsFrom(Date.parse(time), Date.now()).map(({ name, at }) => <button key={name} type="button" onClick={() => go(at)}>{t(`past.step.${name}`)}</button>)}
        </div>
        <Button size="xs" variant="default" onClick={() => url.set({ at: null })}>{t("history.backToNow")}</Button>
      </div>
      {doubt != null && <p className="row" role="note"><Triangle size={14} /><span>{t(`past.doubt.${doubt}`)}</span></p>}
      <p className="dim small">{t("past.hint")}</p>
    </section>
  );
}

/** Leaves the present: a quarter of an hour back, and on from there. */
export function LookBack() {
  const { t } = useWords();
  const url = useUrlState();
  if (url.get("at") !== "") return null;
  return <Button variant="default" onClick={() => url.set({ at: new Date(Date.now() - 900_000).toISOString().replace(/\.\d+Z$/, "Z") })}>{t("past.look")}</Button>;
}
