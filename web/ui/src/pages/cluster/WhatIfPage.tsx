import { useDebouncedValue } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { useTitle } from "../../App.tsx";
import type { InputParameter } from "../../api/client.ts";
import { useNow } from "../../api/clock.ts";
import { useAbout } from "../../api/queries.ts";
import { useCluster, useQueue, useWhatIf, type StartEstimate, type WhatIf, type WhatIfAnswer } from "../../api/scheduling.ts";
import { PageHead } from "../../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../../parts/EmptyState.tsx";
import { useUrlState } from "../../parts/FilterBar.tsx";
import { SchemaForm, type Fields } from "../../parts/SchemaForm.tsx";
import { StateChip } from "../../parts/StateChip.tsx";
import { YamlTwin, type Twin } from "../../parts/YamlTwin.tsx";
import { shellQuote, toYaml } from "../../parts/yaml.ts";
import { useNamespace } from "../../shell/namespace.tsx";
import { useWords, type WordKey } from "../../words/index.tsx";
import { hrefOf, ReasonChip, sentence, titleOf, useGpus, useStartText } from "./bits.tsx";
import { fieldsOf, questionOf, SECTIONS } from "./whatIf.ts";
import "./Queue.css";

/** A question to a copy of the cluster: nothing is changed. The whole question stands in the address. */
export default function WhatIfPage() {
  const { t, find } = useWords();
  useTitle(t("whatIf.title"));
  const url = useUrlState();
  const { namespace } = useNamespace();
  const cluster = useCluster();
  const queue = useQueue();
  const shape = JSON.stringify(cluster.data?.nodes.map((node) => [node.type, node.gpus, node.held.map((held) => held.tenant)]));
  const fields = useMemo(() => fieldsOf(cluster.data, queue.data), [shape, queue.data]); // eslint-disable-line react-hooks/exhaustive-deps
  const [given, setGiven] = useState<Fields>(() => Object.fromEntries([...url.params].filter(([, value]) => value !== "")));
  const { body, wrong } = useMemo(() => questionOf(fields, given, namespace ?? "default"), [fields, given, namespace]);
  const [asked] = useDebouncedValue(JSON.stringify(body), 300);
  const question = JSON.parse(asked) as WhatIf | null;
  const answer = useWhatIf(question);
  const change = (name: string, text: Fields[string]) => {
    setGiven((before) => ({ ...before, [name]: text }));
    url.set({ [name]: text === undefined ? null : String(text) }, true);
  };
  const errors = Object.fromEntries(Object.entries(wrong).map(([name, word]) => [name, t(word)]));
  return (
    <div>
      <PageHead crumbs={[{ href: "/queue", label: t("nav.queue") }]} title={t("whatIf.title")} now={<span className="dim">{t("whatIf.hint")}</span>} />
      <div className="k-whatif">
        <div className="stack">
          {SECTIONS.map((section, i) => {
            const inputs: InputParameter[] = fields[section].map((field) => ({ ...field, required: false, description: find(`whatIf.help.${field.name}`) ?? "" }));
            const used = inputs.some((input) => given[input.name] !== undefined && given[input.name] !== "");
            return (
              <details key={section} className="card" open={used || i < 2}>
                <summary>{t(`whatIf.section.${section}`)}</summary>
                <SchemaForm inputs={inputs} fields={given} errors={errors} onChange={change} labels={(name) => t(`whatIf.field.${name}` as WordKey)} />
              </details>
            );
          })}
        </div>
        <div className="stack" aria-live="polite">
          {cluster.error && <Trouble error={cluster.error} />}
          {question === null && <div className="card"><EmptyState title={t("whatIf.nothing")} /></div>}
          {question !== null && answer.error && <Trouble error={answer.error} retry={() => void answer.refetch()} />}
          {question !== null && !answer.data && !answer.error && <div className="card"><Skeleton lines={4} /></div>}
          {question !== null && answer.data && !answer.error && <Result answer={answer.data} />}
          {question !== null && <Twins body={question} />}
        </div>
      </div>
    </div>
  );
}

function Result({ answer }: { answer: WhatIfAnswer }) {
  const { t } = useWords();
  const gpus = useGpus();
  const { before, after } = answer.gpus;
  return (
    <>
      <section className="card">
        <h2>{t("whatIf.gpus")}</h2>
        <dl className="k-figures">
          <div><dt>{t("whatIf.free")}</dt><dd>{gpus(before.free)} → {gpus(after.free)}</dd></div>
          <div><dt>{t("whatIf.total")}</dt><dd>{gpus(before.total)} → {gpus(after.total)}</dd></div>
        </dl>
      </section>
      {answer.ghost !== null && <Ghost ghost={answer.ghost} />}
      <section className="card">
        <h2>{t("whatIf.starts")}</h2>
        {answer.before.length === 0 && <p className="dim">{t("queue.none")}</p>}
        {answer.before.length > 0 && <Starts answer={answer} />}
      </section>
    </>
  );
}

function Ghost({ ghost }: { ghost: NonNullable<WhatIfAnswer["ghost"]> }) {
  const { t, language, number } = useWords();
  const start = useStartText();
  const now = useNow();
  return (
    <section className="card stack">
      <div className="row wrap">
        <h2 style={{ margin: 0 }}>{t("whatIf.ghost")}</h2>
        {ghost.placed ? <StateChip state="succeeded" word={t("whatIf.placed")} /> : <ReasonChip reason={ghost.reason} />}
      </div>
      {ghost.placed && <p>{ghost.where === null ? t("whatIf.placedText") : t("whatIf.placedIn", { where: ghost.where })}</p>}
      {!ghost.placed && (
        <>
          <p>{sentence(ghost.messages[language], language)} <b>{ghost.start.at === null ? t("gang.startUnknown") : t("gang.starts", { when: start(ghost.start, now) })}</b> <span className="dim">{t("whatIf.position", { n: number(ghost.position) })}</span></p>
          {ghost.help.length > 0 && (
            <div>
              <h3 style={{ marginBottom: 6 }}>{t("queue.help")}</h3>
              <ul className="k-help">{ghost.help.map((one, i) => <li key={i}>{sentence(one.text[language], language)}</li>)}</ul>
            </div>
          )}
        </>
      )}
    </section>
  );
}

const MOST = 200;

function Starts({ answer }: { answer: WhatIfAnswer }) {
  const { t } = useWords();
  const start = useStartText();
  const now = useNow();
  const rows = answer.before.slice(0, MOST).map((one, i) => ({ one, then: answer.after[i] }));
  return (
    <div className="scroll-x" tabIndex={0} role="group" aria-label={t("whatIf.starts")}>
      <table className="plain-table">
        <thead><tr><th>{t("queue.job")}</th><th>{t("whatIf.before")}</th><th>{t("whatIf.after")}</th><th>{t("whatIf.difference")}</th></tr></thead>
        <tbody>
          {rows.map(({ one, then }, i) => (
            <tr key={titleOf(one) ?? i}>
              <td>{one.name === null ? <span className="dim">{t("map.is.hidden")}</span> : <Link href={hrefOf(one)}>{titleOf(one)}</Link>}</td>
              <td>{start(one.start, now)}</td>
              <td>{start(then?.start, now)}</td>
              <td><Difference before={one.start} after={then?.start} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      {answer.before.length > MOST && <p className="dim small">{t("map.more", { n: answer.before.length - MOST })}</p>}
    </div>
  );
}

function Difference({ before, after }: { before: StartEstimate; after: StartEstimate | undefined }) {
  const { t, duration } = useWords();
  if (after === undefined) return null;
  if (before.at === null && after.at === null) return <span className="dim">{t("whatIf.same")}</span>;
  if (before.at === null) return <span className="k-gain">{t("whatIf.nowForeseeable")}</span>;
  if (after.at === null) return <span className="k-loss">{t("whatIf.noLonger")}</span>;
  const gain = Date.parse(before.at) - Date.parse(after.at);
  if (Math.abs(gain) < 1000) return <span className="dim">{t("whatIf.same")}</span>;
  return gain > 0 ? <span className="k-gain">{t("whatIf.earlier", { by: duration(gain) })}</span> : <span className="k-loss">{t("whatIf.later", { by: duration(-gain) })}</span>;
}

function Twins({ body }: { body: WhatIf }) {
  const host = (useAbout().data?.endpoints["dashboard"] ?? window.location.origin).replace(/\/$/, "");
  const twins: Twin[] = [
    { id: "yaml", label: "YAML", text: toYaml(body) },
    { id: "curl", label: "curl", text: [`curl -sS ${shellQuote(`${host}/api/v1/scheduling/what-if`)}`, `-H 'Content-Type: application/json'`, `-H "Authorization: Bearer $(cat .kumiki/token)"`, `-d ${shellQuote(JSON.stringify(body, null, 2))}`].join(" \\\n  ") },
  ];
  return <YamlTwin twins={twins} />;
}
