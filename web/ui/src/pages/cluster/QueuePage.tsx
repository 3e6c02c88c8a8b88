import { Button } from "@mantine/core";
import { useMemo, type ReactNode } from "react";
import { Link } from "wouter";
import { useTitle } from "../../App.tsx";
import { useQueue, type Entry } from "../../api/scheduling.ts";
import { DurationText } from "../../parts/AgeText.tsx";
import { PageHead } from "../../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../../parts/EmptyState.tsx";
import { ChoiceChip, FilterBar, useUrlState } from "../../parts/FilterBar.tsx";
import { LiveTable, type Column } from "../../parts/LiveTable.tsx";
import { useWords } from "../../words/index.tsx";
import { Ahead } from "./Ahead.tsx";
import { byEnd } from "./ahead.ts";
import { PhaseChip, ReasonChip, sentence, StartText, titleOf, useNeeds } from "./bits.tsx";
import { LookBack, PastBar, Then, useHref, useTime } from "./past.tsx";
import "./Queue.css";

const ROW = 74;

function JobCell({ entry, children }: { entry: Entry; children?: ReactNode }) {
  const { t } = useWords();
  const href = useHref();
  const owner = entry.owner === null ? null : entry.owner.name === entry.name ? entry.owner.kind : `${entry.owner.kind} ${entry.owner.name}`;
  const parts = [entry.tenant ?? entry.namespace, owner].filter(Boolean).join(" · ");
  return (
    <div className="k-two-rows">
      {entry.name === null ? <span className="dim">{t("map.is.hidden")}</span> : <Link href={href(entry)} className="ellipsis" title={titleOf(entry) ?? undefined}><b>{entry.name}</b></Link>}
      <span className="dim small ellipsis">
        {children}
        {children !== undefined && parts !== "" && " · "}
        {parts}
      </span>
    </div>
  );
}

function HelpCell({ entry }: { entry: Entry }) {
  const { t, language } = useWords();
  if (entry.help == null) return <span className="dim">–</span>;
  if (entry.help.length === 0) return <span className="dim k-two">{t("queue.noHelp")}</span>;
  const texts = entry.help.map((one) => sentence(one.text[language], language));
  return texts.length === 1 ? <span className="k-two" title={texts[0]}>{texts[0]}</span> : (
    <span className="k-two-rows" title={texts.join("\n")}>
      {texts.slice(0, 3).map((text) => <span key={text} className="ellipsis small">{text}</span>)}
    </span>
  );
}

function useWaitingColumns(): Column<Entry>[] {
  const { t, number, language } = useWords();
  const needs = useNeeds();
  return useMemo(
    () => [
      { id: "position", header: t("queue.position"), width: "48px", numeric: true, cell: (entry) => entry.position },
      { id: "job", header: t("queue.job"), width: "minmax(136px, 1.4fr)", cell: (entry) => <JobCell entry={entry}>{entry.since === null ? undefined : <DurationText from={entry.since} to={null} />}</JobCell> },
      { id: "needs", header: t("queue.needs"), width: "minmax(96px, .8fr)", cell: (entry) => <span className="k-two">{needs(entry)}</span> },
      {
        id: "reason", header: t("queue.reason"), width: "minmax(190px, 2.2fr)",
        cell: (entry) => (
          <div className="k-two-rows">
            <span><ReasonChip reason={entry.reason} /></span>
            <span className="k-two" title={entry.messages[language]}>{sentence(entry.messages[language], language)}</span>
          </div>
        ),
      },
      {
        id: "help", header: t("queue.help"), width: "minmax(140px, 1.8fr)",
        cell: (entry) => <HelpCell entry={entry} />,
      },
      { id: "start", header: t("queue.start"), width: "minmax(120px, 1.1fr)", cell: (entry) => <StartText start={entry.start} /> },
      { id: "priority", header: t("gang.priority"), width: "80px", numeric: true, extra: true, cell: (entry) => number(entry.priority) },
    ],
    [t, number, language, needs],
  );
}

function useRunningColumns(): Column<Entry>[] {
  const { t } = useWords();
  const needs = useNeeds();
  return useMemo(
    () => [
      { id: "job", header: t("queue.job"), width: "minmax(140px, 1.3fr)", cell: (entry) => <JobCell entry={entry} /> },
      {
        id: "needs", header: t("queue.holds"), width: "minmax(130px, 1.2fr)",
        cell: (entry) => (
          <div className="k-two-rows small">
            <span className="row">{entry.phase !== "Running" && <PhaseChip phase={entry.phase} quiet />}<span className="ellipsis">{needs(entry)}</span></span>
            <span className="dim ellipsis" title={entry.where ?? undefined}>{entry.where}</span>
          </div>
        ),
      },
      { id: "until", header: t("queue.until"), width: "minmax(140px, 1.1fr)", cell: (entry) => <StartText start={entry.until} /> },
    ],
    [t, needs],
  );
}

function matches(entry: Entry, text: string, tenant: string, type: string, reason: string): boolean {
  const wanted = text.normalize("NFKC").toLowerCase();
  return (
    (wanted === "" || `${entry.namespace}/${entry.name} ${entry.tenant ?? ""} ${entry.owner?.name ?? ""}`.toLowerCase().includes(wanted)) &&
    (tenant === "" || entry.tenant === tenant) && (type === "" || entry.gpuType === type) && (reason === "" || entry.reason === reason)
  );
}

const distinct = (values: (string | null)[]) => [...new Set(values.filter((value): value is string => value !== null && value !== ""))].sort();

/** What waits, why, what would help, and when it starts; and what runs, and until when. */
export default function QueuePage() {
  const { t, number, find } = useWords();
  useTitle(t("nav.queue"));
  const url = useUrlState();
  const time = useTime();
  const href = useHref();
  const queue = useQueue(time);
  const waiting = useWaitingColumns();
  const running = useRunningColumns();
  const all = useMemo(() => [...(queue.data?.waiting ?? []), ...(queue.data?.running ?? [])], [queue.data]);
  const keep = (entry: Entry) => matches(entry, url.get("text"), url.get("tenant"), url.get("type"), url.get("reason"));
  const waits = queue.data?.waiting.filter(keep) ?? [];
  const runs = queue.data?.running.filter((entry) => keep({ ...entry, reason: url.get("reason") })).sort(byEnd) ?? [];
  const choices = (values: string[], word: (value: string) => string = (value) => value) => values.map((value) => ({ value, label: word(value) }));
  return (
    <div className="k-queue">
      <PageHead
        title={t("nav.queue")}
        chip={queue.data && <span className="dim">{t("queue.now", { waiting: number(queue.data.waiting.length), running: number(queue.data.running.length) })}</span>}
        actions={
          <>
            <LookBack />
            <Button component={Link} variant="default" href="/queue/decisions">{t("decisions.title")}</Button>
            <Button component={Link} variant="default" href="/queue/what-if">{t("whatIf.open")}</Button>
          </>
        }
      />
      <PastBar time={time} answer={queue.data} />
      {queue.error && <Trouble error={queue.error} retry={() => void queue.refetch()} />}
      {!queue.data && !queue.error && <Skeleton lines={8} />}
      {queue.data && (
        <Then time={time}>
          <FilterBar name="queue" placeholder={t("queue.find")}>
            <ChoiceChip name="tenant" label={t("queue.tenant")} any={t("filter.any")} choices={choices(distinct(all.map((entry) => entry.tenant)))} />
            <ChoiceChip name="type" label={t("node.type")} any={t("filter.any")} choices={choices(distinct(all.map((entry) => entry.gpuType)))} />
            <ChoiceChip name="reason" label={t("queue.reason")} any={t("filter.any")} choices={choices(distinct(queue.data.waiting.map((entry) => entry.reason)), (value) => find(`reason.${value}`) ?? value)} />
          </FilterBar>
          {waits.length === 0 && <div className="card"><EmptyState title={queue.data.waiting.length === 0 ? (time !== "" ? t("queue.noneThen") : all.length === 0 ? t("queue.noJobs") : t("queue.none")) : t("queue.noMatch")} command={all.length === 0 ? "kubectl get gangs -A" : undefined} /></div>}
          {waits.length > 0 && (
            <div className="k-queue-table" style={{ height: 38 + waits.length * ROW }}>
              <LiveTable name="queue" label={t("queue.waiting")} columns={waiting} rows={waits} id={(entry) => titleOf(entry) ?? `#${entry.position}`} href={(entry) => (entry.name === null ? "/queue" : href(entry))} total={waits.length} rowHeight={ROW} />
            </div>
          )}
          <div className="k-future">
            <Ahead waiting={waits} running={runs} />
            <section className="card k-running" aria-label={t("queue.running")}>
              <h2>{t("queue.running")} <span className="dim" style={{ fontWeight: 400 }}>{number(runs.length)}</span></h2>
              {runs.length === 0 && <p className="dim">{time === "" ? t("queue.nothingRuns") : t("queue.nothingRan")}</p>}
              {runs.length > 0 && <LiveTable name="running" label={t("queue.running")} columns={running} rows={runs} id={(entry) => titleOf(entry) ?? `#${entry.since}${entry.gpus}`} href={(entry) => (entry.name === null ? "/queue" : href(entry))} total={runs.length} rowHeight={52} />}
            </section>
          </div>
        </Then>
      )}
    </div>
  );
}
