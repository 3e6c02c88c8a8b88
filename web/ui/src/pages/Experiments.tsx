import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import { useTitle } from "../App.tsx";
import { api, call, type Experiment } from "../api/client.ts";
import { useListTopic } from "../api/live.ts";
import { useExperiments, type ExperimentFilter } from "../api/queries.ts";
import { AgeText } from "../parts/AgeText.tsx";
import { PageHead, RunDots } from "../parts/Bits.tsx";
import { EmptyState, Skeleton, Trouble } from "../parts/EmptyState.tsx";
import { FilterBar, ToggleChip, useUrlState } from "../parts/FilterBar.tsx";
import { LiveTable, type Column } from "../parts/LiveTable.tsx";
import { ObjectLink } from "../parts/ObjectLink.tsx";
import { useNamespace } from "../shell/namespace.tsx";
import { useWords } from "../words/index.tsx";

export default function Experiments() {
  const { t, number } = useWords();
  useTitle(t("nav.experiments"));
  const url = useUrlState();
  const { namespace } = useNamespace();
  useListTopic("experiments", namespace);
  const filter: ExperimentFilter = {
    namespace, text: url.get("text") || undefined, archived: url.get("archived") === "yes" || undefined, sort: (url.get("sort") || "-lastRunAt") as ExperimentFilter["sort"],
  };
  const experiments = useExperiments(filter);
  const columns = useMemo<Column<Experiment>[]>(
    () => [
      { id: "name", header: t("field.name"), width: "minmax(200px, 2fr)", sort: "displayName", cell: (e) => <ObjectLink kind="experiment" id={e.id}>{e.displayName}</ObjectLink> },
      { id: "description", header: t("field.description"), width: "minmax(160px, 3fr)", cell: (e) => <span className="dim">{e.description}</span> },
      { id: "runs", header: t("nav.runs"), width: "80px", numeric: true, cell: (e) => number(e.runs) },
      { id: "recent", header: t("pipeline.recent"), width: "278px", cell: (e) => <RunDots runs={e.recentRuns} /> },
      { id: "last", header: t("experiment.lastRun"), width: "120px", sort: "lastRunAt", cell: (e) => <span className="dim"><AgeText at={e.lastRunAt} /></span> },
      { id: "created", header: t("field.created"), width: "120px", sort: "createdAt", cell: (e) => <span className="dim"><AgeText at={e.createdAt} /></span> },
    ],
    [t, number],
  );
  return (
    <div className="k-page-fill">
      <PageHead
        title={t("nav.experiments")} chip={experiments.total !== undefined && <span className="dim">{number(experiments.total)}</span>}
        actions={<Button onClick={() => url.set({ new: "yes" })}>{t("experiment.new")}</Button>}
      />
      <FilterBar name="experiments" placeholder={t("experiments.find")}>
        <ToggleChip name="archived" value="yes">{t("runs.archived")}</ToggleChip>
      </FilterBar>
      {experiments.error && <Trouble error={experiments.error} retry={() => void experiments.refetch()} />}
      {!experiments.rows && !experiments.error && <Skeleton lines={8} />}
      {experiments.rows?.length === 0 && <EmptyState title={filter.text || filter.archived ? t("experiments.noMatch") : t("experiments.none")} action={<Button variant="default" onClick={() => url.set({ new: "yes" })}>{t("experiment.new")}</Button>} />}
      {experiments.rows && experiments.rows.length > 0 && (
        <LiveTable
          name="experiments" label={t("nav.experiments")} columns={columns} rows={experiments.rows} id={(e) => e.id} href={(e) => `/experiments/${e.id}`} total={experiments.total}
          sort={filter.sort} onSort={(sort) => url.set({ sort: sort === "-lastRunAt" ? null : sort })}
          onEnd={() => experiments.hasNextPage && !experiments.isFetchingNextPage && void experiments.fetchNextPage()}
        />
      )}
      <NewExperiment opened={url.get("new") === "yes"} onClose={() => url.set({ new: null }, true)} />
    </div>
  );
}

function NewExperiment({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  const { namespace } = useNamespace();
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const [displayName, setName] = useState("");
  const [description, setDescription] = useState("");
  const make = useMutation({
    mutationFn: () => call(api.POST("/experiments", { body: { namespace, displayName, description } })),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["experiments"] });
      navigate(`/experiments/${made.id}`);
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title={t("experiment.new")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (displayName.trim() !== "") make.mutate();
        }}
      >
        <TextInput label={t("field.name")} withAsterisk data-autofocus value={displayName} maxLength={128} onChange={(e) => setName(e.currentTarget.value)} />
        <Textarea label={t("field.description")} autosize minRows={2} maxRows={6} value={description} onChange={(e) => setDescription(e.currentTarget.value)} />
        {make.error && <Trouble error={make.error} />}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" loading={make.isPending} disabled={displayName.trim() === ""}>{t("action.create")}</Button>
        </div>
      </form>
    </Modal>
  );
}
