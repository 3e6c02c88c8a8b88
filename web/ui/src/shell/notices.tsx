import { Button, CloseButton } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { problemOf } from "../api/client.ts";
import { useWords } from "../words/index.tsx";

interface Notice {
  id: number;
  text: string;
  bad: boolean;
  undo?: () => void;
}
let notices: Notice[] = [];
let next = 1;
const watchers = new Set<() => void>();
function set(change: Notice[]) {
  notices = change;
  for (const watcher of watchers) watcher();
}

/** Says what was done elsewhere, or what could not be done; an undo stays offered for ten seconds. */
export function notify(text: string, options: { bad?: boolean; undo?: () => void } = {}): void {
  const notice: Notice = { id: next++, text, bad: options.bad ?? false, undo: options.undo };
  set([...notices.slice(-3), notice]);
  setTimeout(() => set(notices.filter((n) => n !== notice)), 10_000);
}

export function notifyProblem(error: unknown): void {
  const problem = problemOf(error);
  notify([problem.title, problem.detail, ...(problem.violations?.map((v) => v.message) ?? [])].filter((s) => s !== undefined && s !== "").join(" "), { bad: true });
}

export function Notices() {
  const { t } = useWords();
  const shown = useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => notices,
  );
  return (
    <div className="k-notices" role="status" aria-live="polite">
      {shown.map((notice) => (
        <div key={notice.id} className={`k-notice${notice.bad ? " bad" : ""}`}>
          <span className="grow">{notice.text}</span>
          {notice.undo && (
            <Button
              variant="default" size="compact-xs"
              onClick={() => {
                notice.undo?.();
                set(notices.filter((n) => n !== notice));
              }}
            >
              {t("action.undo")}
            </Button>
          )}
          <CloseButton size="sm" aria-label={t("action.close")} onClick={() => set(notices.filter((n) => n !== notice))} />
        </div>
      ))}
    </div>
  );
}
