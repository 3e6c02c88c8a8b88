import { useMemo } from "react";
import { Link } from "wouter";
import { useTitle } from "../../App.tsx";
import { useDecisions, type Decision } from "../../api/scheduling.ts";
import { PageHead } from "../../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../../parts/EmptyState.tsx";
import { ChoiceChip, FilterBar, useUrlState } from "../../parts/FilterBar.tsx";
import { LiveTable, type Column } from "../../parts/LiveTable.tsx";
import { useNamespace } from "../../shell/namespace.tsx";
import { useWords } from "../../words/index.tsx";
import { hrefOf, PhaseChip, sentence } from "./bits.tsx";
import "./Queue.css";

const sameDay = (at: string) => new Date(at).toDateString() === new Date().toDateString();

function useDecisionColumns(): Column<Decision>[] {
  const { t, find, exact, clock, near, language } = useWords();
  return useMemo(
    () => [
      { id: "at", header: t("events.when"), width: "132px", cell: (one) => <time dateTime={one.at} title={exact(one.at)} className="dim nowrap">{sameDay(one.at) ? clock(one.at) : near(one.at, Date.now())}</time> },
      { id: "job", header: t("queue.job"), width: "minmax(150px, 1.2fr)", cell: (one) => (one.name === null ? <span className="dim">{t("map.is.hidden")}</span> : <Link href={hrefOf(one)}>{one.namespace}/{one.name}</Link>) },
      { id: "phase", header: t("run.state"), width: "126px", cell: (one) => <PhaseChip phase={one.phase} quiet /> },
      { id: "reason", header: t("decisions.reason"), width: "minmax(110px, .8fr)", cell: (one) => find(`reason.${one.reason}`) ?? one.reason },
      { id: "text", header: t("task.message"), width: "minmax(220px, 3fr)", cell: (one) => <span className="dim" title={one.text[language]}>{sentence(one.text[language], language)}</span> },
      { id: "where", header: t("queue.where"), width: "minmax(120px, 1fr)", extra: true, cell: (one) => one.where },
    ],
    [t, find, exact, clock, near, language],
  );
}

/** What the planner decided, newest first: the log that the timelines are made of. */
export default function DecisionsPage() {
  const { t } = useWords();
  useTitle(t("decisions.title"));
  const url = useUrlState();
  const { all } = useNamespace();
  const name = url.get("text");
  const decisions = useDecisions({ namespace: url.get("in") || undefined, name: name === "" ? undefined : name });
  const columns = useDecisionColumns();
  const filtered = name !== "" || url.get("in") !== "";
  return (
    <div className="k-page-fill">
      <PageHead crumbs={[{ href: "/queue", label: t("nav.queue") }]} title={t("decisions.title")} />
      <FilterBar name="decisions" placeholder={t("decisions.find")}>
        <ChoiceChip name="in" label={t("whatIf.field.namespace")} any={t("filter.any")} choices={all.map((one) => ({ value: one, label: one }))} />
      </FilterBar>
      {decisions.error && <Trouble error={decisions.error} retry={() => void decisions.refetch()} />}
      {!decisions.rows && !decisions.error && <Skeleton lines={8} />}
      {decisions.rows?.length === 0 && <EmptyState title={filtered ? t("queue.noMatch") : t("decisions.none")} />}
      {decisions.rows && decisions.rows.length > 0 && (
        <LiveTable
          name="decisions" label={t("decisions.title")} columns={columns} rows={decisions.rows} id={(one) => `${one.at} ${one.namespace}/${one.name} ${one.attempt} ${one.phase}`}
          href={(one) => (one.name === null ? "/queue/decisions" : `${hrefOf(one)}/timeline`)} onEnd={() => decisions.hasNextPage && !decisions.isFetchingNextPage && void decisions.fetchNextPage()}
        />
      )}
    </div>
  );
}
