import { Button } from "@mantine/core";
import { useTitle } from "../App.tsx";
import { artifactTicket, useArtifact } from "../api/queries.ts";
import { AgeText } from "../parts/AgeText.tsx";
import { LinkTabs, PageHead, ValueText } from "../parts/Bits.tsx";
import { CopyButton } from "../parts/CopyButton.tsx";
import { Skeleton, Trouble } from "../parts/EmptyState.tsx";
import { useUrlState } from "../parts/FilterBar.tsx";
import { Download } from "../parts/icons.tsx";
import { ObjectLink } from "../parts/ObjectLink.tsx";
import { ArtifactPreview } from "../parts/Views.tsx";
import { toYaml } from "../parts/yaml.ts";
import { CodeBlock } from "../parts/YamlTwin.tsx";
import { notifyProblem } from "../shell/notices.tsx";
import { useWords } from "../words/index.tsx";

export default function ArtifactPage({ id }: { id: number }) {
  const { t, bytes } = useWords();
  const tab = useUrlState().get("tab") === "yaml" ? "yaml" : "overview";
  const { data: artifact, error, refetch } = useArtifact(id);
  useTitle(artifact?.name);
  if (error) return <Trouble error={error} retry={() => void refetch()} />;
  if (!artifact) return <Skeleton lines={8} />;
  const download = async () => {
    try {
      window.location.assign((await artifactTicket(id)).downloadUrl);
    } catch (problem) {
      notifyProblem(problem);
    }
  };
  const metadata = Object.entries(artifact.metadata);
  return (
    <div className="k-page">
      <PageHead
        crumbs={[{ href: "/artifacts", label: t("nav.artifacts") }]} title={artifact.name} chip={<span className="dim">{artifact.type.replace("system.", "")}</span>}
        actions={<Button leftSection={<Download size={14} />} onClick={() => void download()}>{t("action.download")}</Button>}
      />
      <LinkTabs label={t("run.tabs")} current={tab} tabs={(["overview", "yaml"] as const).map((one) => ({ id: one, href: `/artifacts/${id}${one === "overview" ? "" : `?tab=${one}`}`, label: t(`gang.tab.${one}`) }))} />
      {tab === "yaml" && <CodeBlock text={toYaml(artifact)} label={`GET /api/v1/artifacts/${id}`} name={`artifact-${id}.yaml`} />}
      {tab === "overview" && <div className="k-artifact">
        <section className="card" aria-label={t("artifact.preview")}>
          <ArtifactPreview id={artifact.id} name={artifact.name} />
        </section>
        <aside className="stack">
          <section className="card">
            <h2>{t("artifact.origin")}</h2>
            <dl className="facts">
              {artifact.runId && <><dt>{t("artifact.run")}</dt><dd><ObjectLink kind="run" id={artifact.runId}>{artifact.runName ?? artifact.runId}</ObjectLink></dd></>}
              {artifact.taskName && <><dt>{t("artifact.task")}</dt><dd>{artifact.taskName}</dd></>}
              <dt>{t("artifact.output")}</dt>
              <dd>{artifact.key}</dd>
              <dt>{t("field.created")}</dt>
              <dd><AgeText at={artifact.createdAt} /></dd>
              <dt>{t("artifact.size")}</dt>
              <dd>{artifact.size === null ? "–" : bytes(artifact.size)}</dd>
              <dt>URI</dt>
              <dd className="mono">{artifact.uri} <span style={{ display: "inline-block", verticalAlign: "middle" }}><CopyButton text={artifact.uri} /></span></dd>
            </dl>
          </section>
          {metadata.length > 0 && (
            <section className="card">
              <h2>{t("artifact.metadata")}</h2>
              <dl className="facts">
                {metadata.map(([key, value]) => (
                  <div key={key} style={{ display: "contents" }}>
                    <dt>{key}</dt>
                    <dd><ValueText value={value} /></dd>
                  </div>
                ))}
              </dl>
            </section>
          )}
        </aside>
      </div>}
    </div>
  );
}
