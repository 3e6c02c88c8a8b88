import { ActionIcon, Button, Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { useTitle } from "../App.tsx";
import { api, call, type Experiment, type RunState } from "../api/client.ts";
import { useListTopic, useRuns } from "../api/live.ts";
import { useExperiment } from "../api/queries.ts";
import { LinkTabs, PageHead } from "../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../parts/EmptyState.tsx";
import { useUrlState } from "../parts/FilterBar.tsx";
import { Dots } from "../parts/icons.tsx";
import { LiveTable } from "../parts/LiveTable.tsx";
import { lookOf, StateIcon, useStateWord } from "../parts/StateChip.tsx";
import { toYaml } from "../parts/yaml.ts";
import { CodeBlock } from "../parts/YamlTwin.tsx";
import { notify, notifyProblem } from "../shell/notices.tsx";
import { useWords } from "../words/index.tsx";
import { useConfirm } from "./confirm.tsx";
import { useRunColumns } from "./Runs.tsx";

export default function ExperimentPage({ id }: { id: string }) {
  const { t, number } = useWords();
  const word = useStateWord();
  const [hover, setHover] = useState(false);
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const [, navigate] = useLocation();
  const tab = useUrlState().get("tab") === "yaml" ? "yaml" : "runs";
  useListTopic("experiments", undefined);
  const experiment = useExperiment(id);
  const runs = useRuns({ experiment: id, namespace: experiment.data?.namespace }, hover);
  const columns = useRunColumns().filter((column) => column.id !== "experiment");
  useTitle(experiment.data?.displayName);
  if (experiment.error) return <Trouble error={experiment.error} retry={() => void experiment.refetch()} />;
  if (!experiment.data) return <Skeleton lines={8} />;
  return (
    <div className="k-page-fill">
      <PageHead
        crumbs={[{ href: "/experiments", label: t("nav.experiments") }]}
        title={experiment.data.displayName}
        chip={experiment.data.archived && <span className="dim small">{t("runs.archived")}</span>}
        now={experiment.data.description !== "" && <span className="dim">{experiment.data.description}</span>}
        actions={
          <>
            {selected.size >= 2 && selected.size <= 8 && <Button variant="default" onClick={() => navigate(`/runs/compare?ids=${[...selected].join(",")}`)}>{t("run.compare")}</Button>}
            <Actions experiment={experiment.data} />
          </>
        }
      />
      <LinkTabs label={t("run.tabs")} current={tab} tabs={(["runs", "yaml"] as const).map((one) => ({ id: one, href: `/experiments/${id}${one === "runs" ? "" : `?tab=${one}`}`, label: t(`pipeline.tab.${one}`) }))} />
      {tab === "yaml" ? <CodeBlock text={toYaml(experiment.data)} label={`GET /api/v1/experiments/${id}`} name={`experiment-${id}.yaml`} /> : <>
      {runs.counts && (
        <p className="row wrap gap16" style={{ marginBottom: 10 }}>
          {Object.entries(runs.counts).filter(([, n]) => n > 0).map(([state, n]) => (
            <span key={state} className="row" style={{ gap: 5 }}>
              <StateIcon look={lookOf(state as RunState)} /> {word(lookOf(state as RunState))} <b>{number(n)}</b>
            </span>
          ))}
        </p>
      )}
      {runs.error && <Trouble error={runs.error} retry={() => void runs.refetch()} />}
      {runs.rows?.length === 0 && <EmptyState title={t("experiment.noRuns")} action={<Button component={Link} href="/runs/new">{t("run.new")}</Button>} />}
      {runs.rows && runs.rows.length > 0 && (
        <LiveTable
          name="runs-of" label={t("nav.runs")} columns={columns} rows={runs.rows} id={(run) => run.id} href={(run) => `/runs/${run.id}`} total={runs.total} onHover={setHover} selected={selected} onSelect={setSelected}
          onEnd={() => runs.hasNextPage && !runs.isFetchingNextPage && void runs.fetchNextPage()}
        />
      )}
      </>}
    </div>
  );
}

function Actions({ experiment }: { experiment: Experiment }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const [confirm, dialog] = useConfirm();
  const params = { params: { path: { experimentId: experiment.id } } };
  const file = async (archive: boolean) => {
    try {
      await call(archive ? api.POST("/experiments/{experimentId}/archive", params) : api.POST("/experiments/{experimentId}/unarchive", params));
      notify(archive ? t("experiment.archived", { name: experiment.displayName }) : t("experiment.restored", { name: experiment.displayName }), { undo: () => void file(!archive) });
      void client.invalidateQueries({ queryKey: ["experiments"] });
    } catch (error) {
      notifyProblem(error);
    }
  };
  const remove = async () => {
    try {
      await call(api.DELETE("/experiments/{experimentId}", params));
      navigate("/experiments");
      void client.invalidateQueries({ queryKey: ["experiments"] });
    } catch (error) {
      notifyProblem(error);
    }
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={t("action.more")}><Dots /></ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void file(!experiment.archived)}>{experiment.archived ? t("run.unarchive") : t("run.archive")}</Menu.Item>
          <Menu.Item
            c="var(--k-red)"
            onClick={() => confirm({ title: t("experiment.deleteTitle"), names: [experiment.displayName], text: t("experiment.deleteText"), action: t("action.delete"), run: () => void remove() })}
          >
            {t("action.delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog}
    </>
  );
}
