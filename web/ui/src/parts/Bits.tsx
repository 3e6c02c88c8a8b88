import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Schemas, TaskState } from "../api/client.ts";
import { useWords } from "../words/index.tsx";
import { COLOUR, lookOf, StateIcon, useStateWord } from "./StateChip.tsx";
import "./Bits.css";

/** The head of every page: crumbs, title with its state, the one line that matters now, actions. */
export function PageHead({ crumbs, title, chip, now, actions }: {
  crumbs?: { href?: string; label: string }[]; title: ReactNode; chip?: ReactNode; now?: ReactNode; actions?: ReactNode;
}) {
  return (
    <header className="k-head">
      <div className="grow">
        {crumbs && (
          <nav className="k-crumbs" aria-label="breadcrumb">
            {crumbs.map((crumb, i) => (
              <span key={crumb.label}>
                {i > 0 && <span aria-hidden="true"> / </span>}
                {crumb.href === undefined ? crumb.label : <Link href={crumb.href}>{crumb.label}</Link>}
              </span>
            ))}
          </nav>
        )}
        <div className="row wrap k-title">
          <h1>{title}</h1>
          {chip}
        </div>
        {now && <div className="k-now">{now}</div>}
      </div>
      {actions && <div className="row k-actions">{actions}</div>}
    </header>
  );
}

/** Tabs that are places: each is a link. */
export function LinkTabs({ label, tabs, current }: { label: string; tabs: { id: string; href: string; label: ReactNode }[]; current: string }) {
  return (
    <nav className="k-tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.id} href={tab.href} className={tab.id === current ? "on" : ""} aria-current={tab.id === current ? "page" : undefined}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}

const ORDER: TaskState[] = ["SUCCEEDED", "CACHED", "SKIPPED", "RUNNING", "STARTING", "STOPPING", "FAILED", "STOPPED"];

/** How far a run is, by state; the words are on hover and for readers. */
export function ProgressBar({ progress }: { progress: Schemas["Progress"] }) {
  const words = useWords();
  const stateWord = useStateWord();
  if (progress.total === 0) return <span className="dim">–</span>;
  const label = words.t("run.progress", { done: progress.done, total: progress.total });
  const parts = ORDER.filter((state) => (progress.byState[state] ?? 0) > 0);
  const title = parts.map((state) => `${stateWord(lookOf(state))} ${words.number(progress.byState[state] ?? 0)}`).join(" · ");
  return (
    <Tooltip label={title === "" ? label : title}>
      <div className="k-progress">
        <div className="bar grow" role="img" aria-label={`${label}. ${title}`}>
          {parts.map((state) => (
            <i key={state} style={{ width: `${((progress.byState[state] ?? 0) / progress.total) * 100}%`, background: COLOUR[lookOf(state)] }} />
          ))}
        </div>
        <span className="small dim nowrap">
          {words.number(progress.done)}/{words.number(progress.total)}
        </span>
      </div>
    </Tooltip>
  );
}

/** The newest runs as marks, oldest left; each leads to its run. */
export function RunDots({ runs }: { runs: Schemas["RecentRun"][] }) {
  const words = useWords();
  const stateWord = useStateWord();
  if (runs.length === 0) return <span className="dim">–</span>;
  return (
    <span className="k-dots">
      {[...runs].reverse().map((run) => {
        const label = `${run.displayName}: ${stateWord(lookOf(run.state))}, ${words.exact(run.createdAt)}`;
        return (
          <Tooltip key={run.id} label={label}>
            <Link href={`/runs/${run.id}`} aria-label={label}>
              <StateIcon look={lookOf(run.state)} size={14} />
            </Link>
          </Tooltip>
        );
      })}
    </span>
  );
}

/** A value of any JSON type, short, never a wall. */
export function ValueText({ value }: { value: unknown }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, typeof value === "object" && value !== null ? 1 : 0);
  if (value === undefined || value === null) return <span className="dim">null</span>;
  if (text === "") return <span className="dim mono">""</span>;
  const long = text.length > 300 || text.split("\n").length > 8;
  return <span className={`mono k-value${long ? " long" : ""}`} tabIndex={long ? 0 : undefined} role={long ? "group" : undefined} aria-label={long ? text.slice(0, 40) : undefined}>{text}</span>;
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="k-kbd">{children}</kbd>;
}
