import { Switch } from "@mantine/core";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { useTitle } from "../../App.tsx";
import { Refused } from "../../api/client.ts";
import { useNow } from "../../api/clock.ts";
import { useGang, useGangYaml, type GangDetail } from "../../api/scheduling.ts";
import { AgeText, DurationText } from "../../parts/AgeText.tsx";
import { LinkTabs, PageHead } from "../../parts/Bits.tsx";
import { CopyButton } from "../../parts/CopyButton.tsx";
import { EmptyState, Skeleton, Trouble } from "../../parts/EmptyState.tsx";
import { LiveTable, type Column } from "../../parts/LiveTable.tsx";
import { StateChip, type Look } from "../../parts/StateChip.tsx";
import { CodeBlock } from "../../parts/YamlTwin.tsx";
import { useWords } from "../../words/index.tsx";
import { hrefOf, PhaseChip, ReasonChip, sentence, StartText, useNeeds, useStartText } from "./bits.tsx";
import { GangTimeline } from "./GangTimeline.tsx";
import { LookBack, PastBar, Then, useHref, useTime } from "./past.tsx";
import "./Queue.css";

const TABS = ["overview", "members", "timeline", "yaml"] as const;

export default function GangPage({ namespace, name, tab }: { namespace: string; name: string; tab: string }) {
  const { t, number } = useWords();
  useTitle(name);
  const time = useTime();
  const href = useHref();
  const { data: gang, error, refetch } = useGang(namespace, name, time);
  if (error && (!gang || time !== "")) return (
    <div className="k-page-fill">
      <PageHead crumbs={[{ href: "/queue", label: t("nav.queue") }]} title={name} actions={<LookBack />} />
      <PastBar time={time} answer={undefined} />
      <Trouble error={error} retry={() => void refetch()} />
    </div>
  );
  if (!gang) return <Skeleton lines={8} />;
  const gone = error instanceof Refused && error.problem.status === 404;
  const current = TABS.find((one) => one === tab) ?? "overview";
  const counts: Partial<Record<(typeof TABS)[number], number>> = { members: gang.classes.reduce((sum, one) => sum + Math.max(one.slots.length, one.min), 0), timeline: gang.timeline.length };
  return (
    <div className="k-page-fill"><Then time={time}>
      <PageHead
        crumbs={[{ href: "/queue", label: t("nav.queue") }, { href: `/queue?text=${encodeURIComponent(`${namespace}/`)}`, label: namespace }]}
        title={name}
        chip={gone ? <StateChip state="stopped" word={t("gang.gone")} /> : <PhaseChip phase={gang.phase}>{gang.since && <DurationText from={gang.since} to={null} />}</PhaseChip>}
        now={gone ? <span className="dim">{t("gang.goneHint")}</span> : <NowLine gang={gang} />}
        actions={<><LookBack /><span className="k-command"><code>{commandOf(gang, namespace, name)}</code><CopyButton text={commandOf(gang, namespace, name)} /></span></>}
      />
      {error && !gone && <Trouble error={error} retry={() => void refetch()} />}
      <PastBar time={time} answer={gang} />
      <LinkTabs
        label={t("run.tabs")} current={current}
        tabs={TABS.map((one) => ({ id: one, href: href({ namespace, name }, one === "overview" ? undefined : one), label: <>{t(`gang.tab.${one}`)}{counts[one] ? <span className="dim"> {number(counts[one] ?? 0)}</span> : null}</> }))}
      />
      {current === "overview" && <Overview gang={gang} />}
      {current === "members" && <Members gang={gang} />}
      {current === "yaml" && (time === "" ? <Yaml gang={gang} namespace={namespace} name={name} /> : <EmptyState title={t("yaml.notThen")} />)}
      {current === "timeline" && <div className="card"><GangTimeline gang={gang} /></div>}
    </Then></div>
  );
}

const commandOf = (gang: GangDetail, namespace: string, name: string) => `kubectl get ${gang.kind === "Pod" ? "pod" : "gang"} ${name} -n ${namespace} -o yaml`;

function Yaml({ gang, namespace, name }: { gang: GangDetail; namespace: string; name: string }) {
  const { t } = useWords();
  const [managed, setManaged] = useState(false);
  const { data, error, refetch } = useGangYaml(namespace, name, gang.kind ?? "Gang", managed);
  if (error) return <Trouble error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Skeleton lines={8} />;
  return (
    <CodeBlock text={data} label={`${commandOf(gang, namespace, name)}${managed ? " --show-managed-fields" : ""}`} name={`${name}.yaml`}>
      <Switch size="xs" label={t("yaml.managedFields")} checked={managed} onChange={(event) => setManaged(event.currentTarget.checked)} />
    </CodeBlock>
  );
}

/** The one line that matters now: why and until when. */
function NowLine({ gang }: { gang: GangDetail }) {
  const { t, language } = useWords();
  const start = useStartText();
  const now = useNow();
  if (gang.phase === "Waiting") return <span>{sentence(gang.messages[language], language)} <b>{gang.start?.at == null ? t("gang.startUnknown") : t("gang.starts", { when: start(gang.start, now) })}</b></span>;
  const where = gang.where === null ? "" : t("gang.in", { where: gang.where });
  return <span>{[sentence(gang.messages[language], language), where].filter(Boolean).join(" ")} {gang.until?.at != null && <b>{t("gang.ends", { when: start(gang.until, now) })}</b>}</span>;
}

function Overview({ gang }: { gang: GangDetail }) {
  const { t, language } = useWords();
  const waits = gang.phase === "Waiting";
  return (
    <div className="k-gang">
      <div className="stack">
        {waits && (
          <section className="card stack">
            <div className="row wrap"><h2>{t("gang.why")}</h2><ReasonChip reason={gang.reason} /></div>
            <p>{sentence(gang.messages[language], language)}</p>
            {gang.removed != null && gang.removed.length > 0 && <Removed gang={gang} />}
          </section>
        )}
        {waits && gang.help != null && (
          <section className="card">
            <h2>{t("queue.help")}</h2>
            {gang.help.length === 0 && <p className="dim">{t("queue.noHelp")}</p>}
            <ul className="k-help">{gang.help.map((one, i) => <li key={i}>{sentence(one.text[language], language)}</li>)}</ul>
            {gang.help.length > 0 && <p style={{ marginTop: 10 }}><Link href="/queue/what-if">{t("gang.tryIt")}</Link></p>}
          </section>
        )}
        <section className="card">
          <h2>{t("gang.timeline")}</h2>
          <GangTimeline gang={gang} most={5} />
        </section>
      </div>
      <section className="card">
        <h2>{t("gang.facts")}</h2>
        <Facts gang={gang} />
      </section>
    </div>
  );
}

/** What took the room away, constraint by constraint, so that the numbers add up. */
function Removed({ gang }: { gang: GangDetail }) {
  const { t, number, find } = useWords();
  return (
    <table className="k-sums">
      <caption className="dim small" style={{ textAlign: "left" }}>{t("gang.removed")}</caption>
      <thead><tr><th className="dim small">{t("gang.constraint")}</th><th className="dim small">{t("gang.at")}</th><th className="dim small num">{t("gang.slotsLost")}</th></tr></thead>
      <tbody>
        {gang.removed?.map((one, i) => (
          <tr key={i}>
            <td>{find(`constraint.${one.constraint}`) ?? one.constraint}</td>
            <td className="dim">{find(`level.${one.level}`) ?? one.level}</td>
            <td className="num">{number(one.slots)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What admission adds for the scheduler's sake; nobody asked for it. */
const MARKERS = new Set(["kumiki.io/plan", "kumiki.io/bind"]);

function Facts({ gang }: { gang: GangDetail }) {
  const { t, number, bytes, language } = useWords();
  const needs = useNeeds();
  const first = gang.classes[0];
  const quantity = (key: string, value: string) => (key === "memory" && /^\d+$/.test(value) ? bytes(Number(value)) : /^\d+m$/.test(value) ? number(Number.parseInt(value, 10) / 1000, 3) : value);
  const facts: [string, React.ReactNode][] = [
    [t("queue.position"), gang.position == null ? null : gang.place == null ? number(gang.position) : gang.place[language]],
    [t("queue.needs"), needs(gang)],
    [t("queue.start"), gang.phase === "Waiting" ? <StartText key="s" start={gang.start} /> : null],
    [t("queue.until"), gang.phase !== "Waiting" && gang.until != null ? <StartText key="u" start={gang.until} /> : null],
    [t("queue.where"), gang.where],
    [t("gang.since"), gang.since === null ? null : <AgeText key="a" at={gang.since} />],
    [t("queue.tenant"), gang.tenant],
    [t("gang.owner"), gang.owner === null ? null : `${gang.owner.kind} ${gang.owner.name}`],
    [t("gang.priority"), number(gang.priority)],
    [t("gang.required"), first?.topologyRequired ?? null],
    [t("gang.preferred"), first?.topologyPreferred ?? null],
    [t("gang.alternatives"), first === undefined || first.alternatives.length === 0 ? null : first.alternatives.join(t("list.comma"))],
    ...gang.classes.map((one): [string, React.ReactNode] => [
      t("gang.class", { name: one.name }),
      <span key={one.name}>
        {one.min === one.max ? number(one.min) : `${number(one.min)}–${number(one.max)}`} × {Object.entries(one.requests).filter(([key]) => !MARKERS.has(key)).map(([key, value]) => `${key} ${quantity(key, value)}`).join(t("list.comma"))}
      </span>,
    ]),
  ];
  return <dl className="facts">{facts.filter(([, value]) => value !== null && value !== "").map(([label, value]) => <div key={label} style={{ display: "contents" }}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>;
}

const POD_LOOK: Record<string, Look> = { Pending: "starting", Running: "running", Succeeded: "succeeded", Failed: "failed" };

function PodChip({ phase }: { phase: string }) {
  const look = POD_LOOK[phase];
  return look === undefined ? <span>{phase}</span> : <StateChip state={look} quiet />;
}

interface Slot {
  id: string;
  className: string;
  index: number;
  node: string;
  pod: string | null;
  phase: string | null;
  devices: number[];
}

function Members({ gang }: { gang: GangDetail }) {
  const { t, number } = useWords();
  const rows = useMemo(() => gang.classes.flatMap((one) => one.slots.map((slot): Slot => ({ id: `${one.name}-${slot.index}`, className: one.name, ...slot }))), [gang.classes]);
  const columns = useMemo<Column<Slot>[]>(
    () => [
      { id: "slot", header: t("gang.slot"), width: "minmax(110px, 1fr)", cell: (slot) => <b>{slot.className} {number(slot.index)}</b> },
      { id: "node", header: t("node.name"), width: "minmax(120px, 1.4fr)", cell: (slot) => slot.node },
      { id: "devices", header: t("gang.devices"), width: "110px", cell: (slot) => (slot.devices.length === 0 ? <span className="dim">–</span> : slot.devices.join(", ")) },
      { id: "pod", header: t("task.pod"), width: "minmax(160px, 2fr)", cell: (slot) => (slot.pod === null ? <span className="dim">{t("gang.noPod")}</span> : <span className="mono">{slot.pod}</span>) },
      { id: "phase", header: t("run.state"), width: "150px", cell: (slot) => slot.phase && <PodChip phase={slot.phase} /> },
    ],
    [t, number],
  );
  if (rows.length === 0) return <EmptyState title={t("gang.noSlots")} />;
  return <LiveTable name="slots" label={t("gang.tab.members")} columns={columns} rows={rows} id={(slot) => slot.id} href={() => `${hrefOf(gang)}/members`} total={rows.length} />;
}
