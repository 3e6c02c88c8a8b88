import { Button } from "@mantine/core";
import { Link, useLocation } from "wouter";
import { useTitle } from "../App.tsx";
import type { Example, Run } from "../api/client.ts";
import { useNow } from "../api/clock.ts";
import { useRuns } from "../api/live.ts";
import { useExamples, useRunExample } from "../api/queries.ts";
import { AgeText, DurationText } from "../parts/AgeText.tsx";
import { PageHead, ProgressBar } from "../parts/Bits.tsx";
import { Skeleton, Trouble } from "../parts/EmptyState.tsx";
import { Flow, Play } from "../parts/icons.tsx";
import { ObjectLink } from "../parts/ObjectLink.tsx";
import { lookOf, StateChip, StateIcon } from "../parts/StateChip.tsx";
import { useNamespace } from "../shell/namespace.tsx";
import { notifyProblem } from "../shell/notices.tsx";
import { useWords } from "../words/index.tsx";
import "./Home.css";

/** Since midnight five days ago, to the day, so that the address of the query stays the same for hours. */
function recently(now: number): string {
  return new Date(Math.floor(now / 86_400_000) * 86_400_000 - 5 * 86_400_000).toISOString();
}

export default function Home() {
  const { t } = useWords();
  const { namespace } = useNamespace();
  const now = useNow();
  useTitle(t("nav.home"));
  const failed = useRuns({ namespace, state: ["FAILED"], createdAfter: recently(now), limit: 6 });
  const running = useRuns({ namespace, state: ["PENDING", "RUNNING", "CANCELING"], limit: 10 });
  const ended = useRuns({ namespace, state: ["SUCCEEDED", "FAILED", "CANCELED"], sort: "-finishedAt", limit: 8 });
  const error = failed.error ?? running.error ?? ended.error;
  if (error) return <Trouble error={error} retry={() => void running.refetch()} />;
  const fresh = failed.total === 0 && running.total === 0 && ended.total === 0;
  const seen = `${running.total}/${ended.total}`;
  return (
    <div className="k-page stack">
      <PageHead
        title={fresh ? t("home.welcome") : t("nav.home")}
        now={fresh ? t("home.welcomeText") : undefined}
        actions={<Button component={Link} href="/runs/new">{t("run.new")}</Button>}
      />
      {fresh && <Examples seen={seen} />}
      {!fresh && (
        <div className="k-home">
          <div className="stack">
            <NeedsMe runs={failed.rows} total={failed.total ?? 0} />
            <RunningNow runs={running.rows} />
            <Results runs={ended.rows} />
          </div>
          <Examples seen={seen} />
        </div>
      )}
    </div>
  );
}

function NeedsMe({ runs, total }: { runs: Run[] | undefined; total: number }) {
  const { t } = useWords();
  if (runs === undefined) return <Skeleton lines={3} />;
  return (
    <section className="card">
      <h2 className="row">
        {t("home.needsMe")}
        {total > runs.length && <Link className="small" href="/runs?state=FAILED">{t("home.all", { n: total })}</Link>}
      </h2>
      {runs.length === 0 ? (
        <p className="dim">{t("home.nothingNeeds")}</p>
      ) : (
        <ul className="k-lines">
          {runs.map((run) => (
            <li key={run.id}>
              <StateIcon look={lookOf(run.state)} size={14} />
              <div className="grow">
                <ObjectLink kind="run" id={run.id}>{run.displayName}</ObjectLink>
                {run.error && <p className="dim small k-clamp">{run.error.message}</p>}
              </div>
              <span className="dim small"><AgeText at={run.finishedAt ?? run.createdAt} /></span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function RunningNow({ runs }: { runs: Run[] | undefined }) {
  const { t } = useWords();
  if (runs === undefined) return null;
  return (
    <section className="card">
      <h2>{t("home.running")}</h2>
      {runs.length === 0 ? (
        <p className="dim">{t("home.nothingRuns")}</p>
      ) : (
        <ul className="k-lines">
          {runs.map((run) => (
            <li key={run.id}>
              <StateIcon look={lookOf(run.state)} size={14} />
              <div className="grow ellipsis"><ObjectLink kind="run" id={run.id}>{run.displayName}</ObjectLink></div>
              <ProgressBar progress={run.progress} />
              <span className="dim small k-right"><DurationText from={run.startedAt ?? run.createdAt} to={null} /></span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Results({ runs }: { runs: Run[] | undefined }) {
  const { t, figure } = useWords();
  if (runs === undefined) return null;
  return (
    <section className="card">
      <h2 className="row">{t("home.results")} <Link className="small" href="/runs">{t("home.allRuns")}</Link></h2>
      {runs.length === 0 ? (
        <p className="dim">{t("home.noResults")}</p>
      ) : (
        <ul className="k-lines">
          {runs.map((run) => (
            <li key={run.id}>
              <StateIcon look={lookOf(run.state)} size={14} />
              <div className="grow ellipsis"><ObjectLink kind="run" id={run.id}>{run.displayName}</ObjectLink></div>
              {run.metric && <span className="nowrap"><span className="dim small">{run.metric.name}</span> <b>{figure(run.metric.value)}</b></span>}
              <span className="dim small k-right"><DurationText from={run.startedAt ?? run.createdAt} to={run.finishedAt} /></span>
              <span className="dim small k-right"><AgeText at={run.finishedAt} /></span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Examples({ seen }: { seen: string }) {
  const { t } = useWords();
  const examples = useExamples(seen);
  if (examples.error) return <Trouble error={examples.error} retry={() => void examples.refetch()} />;
  if (!examples.data || examples.data.items.length === 0) return null;
  return (
    <section aria-label={t("home.examples")} className="k-examples">
      <h2>{t("home.examples")}</h2>
      <div>
        {examples.data.items.map((example) => (
          <ExampleCard key={example.id} example={example} />
        ))}
      </div>
    </section>
  );
}

function ExampleCard({ example }: { example: Example }) {
  const { t, language } = useWords();
  const { namespace } = useNamespace();
  const [, navigate] = useLocation();
  const run = useRunExample(namespace);
  return (
    <article className="card k-example">
      <h3>{example.title[language]}</h3>
      <p className="dim grow">{example.description[language]}</p>
      <div className="row small dim">
        <Flow size={14} /> {t("pipeline.steps", { n: example.steps })}
        {example.lastRun && <Link href={`/runs/${example.lastRun.id}`}><StateChip state={example.lastRun.state} quiet /></Link>}
      </div>
      <div className="row">
        <Button
          leftSection={<Play size={12} />} loading={run.isPending} aria-label={t("home.runNamed", { name: example.title[language] })}
          // A promise: the page may have changed to the one with runs, and this card with it, before the answer is here.
          onClick={() => void run.mutateAsync(example.id).then((made) => navigate(`/runs/${made.id}`), notifyProblem)}
        >
          {t("home.run")}
        </Button>
        <a className="small" href={`/api/v1/examples/${example.id}/source`} target="_blank" rel="noreferrer" aria-label={t("home.sourceOf", { name: example.title[language] })}>
          {t("home.source")}
        </a>
      </div>
    </article>
  );
}
