import { Button } from "@mantine/core";
import { useEffect, useState, type ReactNode } from "react";
import { problemOf } from "../api/client.ts";
import { useWords } from "../words/index.tsx";
import { CopyButton } from "./CopyButton.tsx";
import { Triangle } from "./icons.tsx";
import "./EmptyState.css";

/** One sentence, one primary action, one command to copy. */
export function EmptyState({ title, action, command }: { title: string; action?: ReactNode; command?: string }) {
  return (
    <div className="k-empty">
      <p>{title}</p>
      {action}
      {command !== undefined && (
        <div className="k-command">
          <code>{command}</code>
          <CopyButton text={command} />
        </div>
      )}
    </div>
  );
}

/** What could not be read, in the server's own words, with every violation. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t, find } = useWords();
  const problem = problemOf(error);
  if (problem.code === "Starting") return <div className="k-empty" role="status"><p>{t("problem.Starting")}</p></div>;
  const detail = problem.code === "Unreachable" ? t("problem.unreachableHint") : problem.detail;
  const title = find(`problem.${problem.code}`) ?? (problem.title === "" ? t("problem.title") : problem.title);
  return (
    <div className="k-trouble" role="alert">
      <Triangle />
      <div className="grow stack tight">
        <strong>{title}</strong>
        {detail && detail !== title && <span>{detail}</span>}
        {problem.violations && problem.violations.length > 0 && (
          <ul>
            {problem.violations.map((v) => (
              <li key={v.path + v.reason}>
                {v.path !== "" && <code>{v.path}</code>} {v.message}
              </li>
            ))}
          </ul>
        )}
        {problem.traceId && <span className="dim small mono">{problem.traceId}</span>}
      </div>
      {retry && (
        <Button variant="default" onClick={retry}>
          {t("action.tryAgain")}
        </Button>
      )}
    </div>
  );
}

/** Grey bars, only when the answer takes longer than 200 ms. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  const { t } = useWords();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  return (
    <div className="k-skeleton" role="status" aria-label={t("state.loading")}>
      {Array.from({ length: lines }, (_, i) => (
        <i key={i} style={{ width: `${[92, 78, 85, 64][i % 4]}%` }} />
      ))}
    </div>
  );
}
