import { useMemo } from "react";
import { Link } from "wouter";
import { useTitle } from "../../App.tsx";
import { useQuotas, type Quota, type QuotaPart } from "../../api/scheduling.ts";
import { PageHead } from "../../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../../parts/EmptyState.tsx";
import { ChoiceChip, FilterBar, useUrlState } from "../../parts/FilterBar.tsx";
import { LiveTable, type Column } from "../../parts/LiveTable.tsx";
import { StateChip } from "../../parts/StateChip.tsx";
import { CodeBlock } from "../../parts/YamlTwin.tsx";
import { useNamespace } from "../../shell/namespace.tsx";
import { useWords } from "../../words/index.tsx";
import { hrefOf, sentence } from "./bits.tsx";
import { amountText, barOf, mistakesOf, rowsOf, sample, type QuotaRow } from "./quotas.ts";
import "./Queue.css";
import "./Quotas.css";

const ROW = 48;
const DEEPEST = 8;

const queueOf = (quota: Quota) => (quota.name === null ? "/queue" : `/queue?tenant=${encodeURIComponent(quota.name)}`);

function useAmount(): (resource: string, amount: number | null) => string {
  const words = useWords();
  return (resource, amount) => (amount === null ? "–" : amountText(resource, amount, words));
}

function NameCell({ row: { quota, first } }: { row: QuotaRow }) {
  const { t, number } = useWords();
  const name = quota.name ?? t("map.is.hidden");
  const indent = { paddingLeft: Math.min(quota.depth, DEEPEST) * 18 };
  if (!first) return <span className="vh">{name}</span>;
  const hidden = quota.namespacesHidden === 0 ? [] : [t("quotas.moreNamespaces", { n: number(quota.namespacesHidden), count: quota.namespacesHidden })];
  const namespaces = [...quota.namespaces, ...hidden].join(t("list.comma"));
  return (
    <div className="k-quota-name" style={indent}>
      {quota.name === null ? <span className="dim">{name}</span> : <Link href={queueOf(quota)} className="ellipsis" title={name}><b>{name}</b></Link>}
      {namespaces !== "" && <span className="dim small ellipsis" title={namespaces}>{namespaces}</span>}
    </div>
  );
}

function StandingChip({ quota }: { quota: Quota }) {
  const { t, find } = useWords();
  return quota.accepted ? <StateChip state="succeeded" word={t("quotas.accepted")} quiet /> : <StateChip state="degraded" word={find(`quotas.reason.${quota.reason}`) ?? quota.reason} />;
}

/** Own use is filled, what is borrowed hatched, what is lent dashed; a line is the guarantee, a bracket the limit. */
function Bar({ part }: { part: QuotaPart }) {
  const { t } = useWords();
  const amount = useAmount();
  const bar = barOf(part);
  const of = (value: number | null) => amount(part.resource, value);
  const label = t("quotas.bar", { resource: part.resource, used: of(part.used), guaranteed: of(part.guaranteed), borrowed: of(part.borrowed), lent: of(part.lent), limit: of(part.limit) });
  if (bar === null) return <span className="dim">–</span>;
  const part100 = (share: number) => `${share * 100}%`;
  return (
    <div className="k-quota-bar" role="img" aria-label={label} title={label}>
      <i className="rail" style={{ left: 0, width: "100%" }} />
      {bar.own > 0 && <i className="own" style={{ left: 0, width: part100(bar.own) }} />}
      {bar.borrowed > 0 && <i className="borrowed" style={{ left: part100(bar.own), width: part100(bar.borrowed) }} />}
      {bar.lent > 0 && <i className="lent" style={{ left: part100(bar.own), width: part100(bar.lent) }} />}
      {bar.guaranteed !== null && <b style={{ left: part100(bar.guaranteed) }} />}
      {bar.limit !== null && <em style={{ left: part100(bar.limit) }} />}
    </div>
  );
}

function Key() {
  const { t } = useWords();
  return (
    <div className="k-quota-key">
      <span><i className="own" />{t("quotas.used")}</span>
      <span><i className="borrowed" />{t("quotas.borrowed")}</span>
      <span><i className="lent" />{t("quotas.lent")}</span>
      <span><b aria-hidden="true">│</b>{t("quotas.guaranteed")}</span>
      <span><b aria-hidden="true">]</b>{t("quotas.limit")}</span>
    </div>
  );
}

function useColumns(): Column<QuotaRow>[] {
  const { t, number, bytes } = useWords();
  return useMemo(() => {
    const figure = (id: "used" | "guaranteed" | "borrowed" | "lent" | "limit", width = "80px"): Column<QuotaRow> => ({
      id, header: t(`quotas.${id}`), width, numeric: true,
      cell: ({ part }) => {
        const amount = part?.[id] ?? null;
        if (part === null || amount === null || (amount === 0 && (id === "borrowed" || id === "lent"))) return <span className="dim">–</span>;
        return amountText(part.resource, amount, { number, bytes });
      },
    });
    return [
      { id: "name", header: t("quotas.name"), width: "minmax(150px, 1.6fr)", cell: (row) => <NameCell row={row} /> },
      { id: "resource", header: t("quotas.resource"), width: "minmax(160px, .9fr)", cell: ({ part }) => (part === null ? <span className="dim">–</span> : <code title={part.resource}>{part.resource}</code>) },
      { id: "bar", header: t("quotas.share"), width: "minmax(120px, 1.8fr)", cell: ({ part }) => part !== null && <Bar part={part} /> },
      figure("used"), figure("guaranteed", "96px"), figure("borrowed", "84px"), figure("lent"), figure("limit"),
      { id: "state", header: t("quotas.state"), width: "160px", cell: ({ quota, first }) => first && <StandingChip quota={quota} /> },
    ];
  }, [t, number, bytes]);
}

/** What is wrong with the tree, and what is on its way. */
function Notes({ quotas }: { quotas: Quota[] }) {
  const { t, number } = useWords();
  const amount = useAmount();
  const wrong = quotas.filter((quota) => !quota.accepted && quota.reason !== "TreeHasMistakes");
  const binding = quotas.flatMap((quota) => quota.binding.map((one) => ({ quota, one })));
  return (
    <>
      {quotas.some((quota) => !quota.accepted) && (
        <section className="k-trouble" aria-label={t("quotas.wrong")}>
          <div className="stack tight">
            <b>{t("quotas.wrong")}</b>
            <ul>{wrong.map((quota) => <li key={quota.id}><b>{quota.name ?? t("map.is.hidden")}</b>: {quota.message === null ? t("quotas.askOwner") : sentence(mistakesOf(quota.name, quota.message), "en")}</li>)}</ul>
          </div>
        </section>
      )}
      {binding.length > 0 && (
        <section className="card" aria-label={t("quotas.binding")}>
          <h2>{t("quotas.binding")} <span className="dim" style={{ fontWeight: 400 }}>{number(binding.length)}</span></h2>
          <p className="dim small">{t("quotas.bindingHint")}</p>
          <ul>
            {binding.slice(0, 50).map(({ quota, one }, i) => (
              <li key={i}>
                {one.name === null ? t("map.is.hidden") : <Link href={hrefOf(one)}>{one.namespace}/{one.name}</Link>}
                <span className="dim"> · {quota.name ?? t("map.is.hidden")} · {Object.entries(one.amounts).map(([resource, of]) => `${resource} ${amount(resource, of)}`).join(t("list.comma"))}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Who may have how much, who has it, who lends and who borrows. */
export default function QuotasPage() {
  const { t, number } = useWords();
  useTitle(t("nav.quotas"));
  const url = useUrlState();
  const { namespace } = useNamespace();
  const columns = useColumns();
  const { data, error, refetch } = useQuotas();
  const [text, resource] = [url.get("text"), url.get("resource")];
  const rows = useMemo(() => rowsOf(data?.quotas ?? [], text, resource), [data, text, resource]);
  const resources = useMemo(() => [...new Set(data?.quotas.flatMap((quota) => quota.resources.map((part) => part.resource)))].sort(), [data]);
  return (
    <div className="k-quotas">
      <PageHead
        title={t("nav.quotas")} chip={data && data.quotas.length > 0 && <span className="dim">{t("quotas.count", { n: number(data.quotas.length), count: data.quotas.length })}</span>}
        now={data && data.quotas.length > 0 && data.told === null ? <span className="dim">{t("quotas.untold")}</span> : undefined}
      />
      {error && <Trouble error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={8} />}
      {data?.quotas.length === 0 && (
        <div className="card">
          <EmptyState
            title={t("quotas.none")} command="kubectl apply -f quotas.yaml"
            action={<div className="k-quota-sample"><CodeBlock text={sample(namespace ?? "default")} label="quotas.yaml" name="quotas.yaml" /></div>}
          />
        </div>
      )}
      {data && data.quotas.length > 0 && (
        <>
          <FilterBar name="quotas" placeholder={t("quotas.find")}>
            <ChoiceChip name="resource" label={t("quotas.resource")} any={t("filter.any")} choices={resources.map((one) => ({ value: one, label: one }))} />
          </FilterBar>
          <Notes quotas={data.quotas} />
          {rows.length === 0 && <div className="card"><EmptyState title={t("quotas.noMatch")} /></div>}
          {rows.length > 0 && (
            <>
              <div className="k-quotas-table" style={{ height: 38 + rows.length * ROW }}>
                <LiveTable name="quotas" label={t("nav.quotas")} columns={columns} rows={rows} id={({ quota, part }) => `${quota.id} ${part?.resource ?? ""}`} href={({ quota }) => queueOf(quota)} total={rows.length} rowHeight={ROW} />
              </div>
              <Key />
            </>
          )}
        </>
      )}
    </div>
  );
}
