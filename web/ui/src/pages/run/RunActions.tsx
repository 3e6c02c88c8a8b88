import { ActionIcon, Button, Menu } from "@mantine/core";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import type { RunDetail } from "../../api/client.ts";
import { actOnRun, type RunAction } from "../../api/queries.ts";
import { Dots } from "../../parts/icons.tsx";
import { notify, notifyProblem } from "../../shell/notices.tsx";
import { useWords } from "../../words/index.tsx";
import { useConfirm } from "../confirm.tsx";

export function RunActions({ run }: { run: RunDetail }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState<RunAction | null>(null);
  const [confirm, dialog] = useConfirm();
  const act = async (action: RunAction) => {
    setBusy(action);
    try {
      await actOnRun(action, run.id);
      const reverse = action === "archive" ? "unarchive" : action === "unarchive" ? "archive" : null;
      if (action === "delete") navigate("/runs");
      if (action === "delete" || reverse !== null) notify(t(`runs.done.${action}`, { n: 1 }), reverse === null ? {} : { undo: () => void actOnRun(reverse, run.id).catch(notifyProblem) });
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(null);
    }
  };
  const open = run.state === "RUNNING" || run.state === "PENDING";
  const redo = run.state === "FAILED" || run.state === "CANCELED";
  const more = `/runs?${new URLSearchParams(run.pipelineId ? { pipeline: run.pipelineId } : { text: run.pipelineName })}`;
  return (
    <>
      {open && <Button variant="default" loading={busy === "stop"} onClick={() => void act("stop")}>{t("run.stop")}</Button>}
      {redo && <Button variant="default" loading={busy === "retry"} onClick={() => void act("retry")}>{t("run.retry")}</Button>}
      <Button component={Link} href={`/runs/new?from=${encodeURIComponent(run.id)}`}>{t("run.again")}</Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={t("action.more")}>
            <Dots />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => navigate(more)}>{t("run.siblings")}</Menu.Item>
          <Menu.Item onClick={() => void act(run.archived ? "unarchive" : "archive")}>{run.archived ? t("run.unarchive") : t("run.archive")}</Menu.Item>
          <Menu.Item
            c="var(--k-red)"
            onClick={() => confirm({ title: t("runs.deleteTitle", { n: 1 }), names: [run.displayName], text: t("run.deleteText"), action: t("action.delete"), run: () => void act("delete") })}
          >
            {t("action.delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog}
    </>
  );
}
