import { lazy, Suspense, useEffect } from "react";
import { Route, Switch, useLocation } from "wouter";
import { Refused } from "./api/client.ts";
import { useMe } from "./api/queries.ts";
import { EmptyState, Skeleton } from "./parts/EmptyState.tsx";
import { NamespaceProvider } from "./shell/namespace.tsx";
import { Shell } from "./shell/Shell.tsx";
import { useWords } from "./words/index.tsx";

const Home = lazy(() => import("./pages/Home.tsx"));
const Runs = lazy(() => import("./pages/Runs.tsx"));
const RunPage = lazy(() => import("./pages/run/RunPage.tsx"));
const NewRun = lazy(() => import("./pages/NewRun.tsx"));
const Compare = lazy(() => import("./pages/Compare.tsx"));
const Pipelines = lazy(() => import("./pages/Pipelines.tsx"));
const PipelinePage = lazy(() => import("./pages/PipelinePage.tsx"));
const Experiments = lazy(() => import("./pages/Experiments.tsx"));
const ExperimentPage = lazy(() => import("./pages/ExperimentPage.tsx"));
const Artifacts = lazy(() => import("./pages/Artifacts.tsx"));
const ArtifactPage = lazy(() => import("./pages/ArtifactPage.tsx"));
const MapPage = lazy(() => import("./pages/cluster/MapPage.tsx"));
const QueuePage = lazy(() => import("./pages/cluster/QueuePage.tsx"));
const QuotasPage = lazy(() => import("./pages/cluster/QuotasPage.tsx"));
const WhatIfPage = lazy(() => import("./pages/cluster/WhatIfPage.tsx"));
const DecisionsPage = lazy(() => import("./pages/cluster/DecisionsPage.tsx"));
const GangPage = lazy(() => import("./pages/cluster/GangPage.tsx"));
const Dev = import.meta.env.DEV ? lazy(() => import("./pages/dev/DevPages.tsx")) : null;

export function App() {
  const me = useMe();
  if (me.error instanceof Refused && me.error.problem.status === 401) return <SignIn />;
  return (
    <NamespaceProvider>
      <Shell>
        <Suspense fallback={<Skeleton lines={6} />}>
          <Switch>
            <Route path="/" component={Home} />
            <Route path="/runs" component={Runs} />
            <Route path="/runs/new" component={NewRun} />
            <Route path="/runs/compare" component={Compare} />
            <Route path="/runs/:id/:tab?">{({ id, tab }) => <RunPage key={id} id={id} tab={tab ?? "graph"} />}</Route>
            <Route path="/pipelines" component={Pipelines} />
            <Route path="/pipelines/:id">{({ id }) => <PipelinePage key={id} id={id} />}</Route>
            <Route path="/pipelines/:id/versions/:version">{({ id, version }) => <PipelinePage key={id} id={id} version={version} />}</Route>
            <Route path="/experiments" component={Experiments} />
            <Route path="/experiments/:id">{({ id }) => <ExperimentPage key={id} id={id} />}</Route>
            <Route path="/artifacts" component={Artifacts} />
            <Route path="/artifacts/:id">{({ id }) => <ArtifactPage key={id} id={Number(id)} />}</Route>
            <Route path="/map" component={MapPage} />
            <Route path="/quotas" component={QuotasPage} />
            <Route path="/queue" component={QueuePage} />
            <Route path="/queue/what-if" component={WhatIfPage} />
            <Route path="/queue/decisions" component={DecisionsPage} />
            <Route path="/queue/:namespace/:name/:tab?">{({ namespace, name, tab }) => <GangPage key={`${namespace}/${name}`} namespace={namespace} name={name} tab={tab ?? "overview"} />}</Route>
            {Dev !== null && <Route path="/dev/:part?">{({ part }) => <Dev part={part} />}</Route>}
            <Route component={NotFound} />
          </Switch>
        </Suspense>
      </Shell>
    </NamespaceProvider>
  );
}

/** The name of the page in the window's title, put back when it is left. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · Kumiki` : "Kumiki";
  }, [title]);
}

function NotFound() {
  const { t } = useWords();
  const [path] = useLocation();
  useTitle(t("notFound.title"));
  return <EmptyState title={t("notFound.text", { path })} />;
}

function SignIn() {
  const { t } = useWords();
  return (
    <main style={{ maxWidth: 560, margin: "18vh auto", padding: 16 }}>
      <h1 style={{ textAlign: "center" }}>{t("signIn.title")}</h1>
      <EmptyState title={t("signIn.text")} command="./kumiki status" />
    </main>
  );
}
