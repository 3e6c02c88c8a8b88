import { ActionIcon, TextInput, Tooltip } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useReducer, useRef, useState, type ReactNode } from "react";
import { authorized } from "../api/session.ts";
import { asProblem, Refused, type LogChunk } from "../api/client.ts";
import { useStreamStatus } from "../api/live.ts";
import { stream } from "../api/stream.ts";
import { notifyProblem } from "../shell/notices.tsx";
import { useWords } from "../words/index.tsx";
import { CopyButton } from "./CopyButton.tsx";
import { Trouble } from "./EmptyState.tsx";
import { Download, Search, Target, Wrap } from "./icons.tsx";
import { LogBuffer, plainText, spansOf, type LogLine } from "./logLines.ts";
import "./LogView.css";

interface Source {
  runId: string;
  taskId: string;
  attempt: number;
}

function useLog(source: Source) {
  const buffer = useRef(new LogBuffer());
  const end = useRef(0);
  const [, changed] = useReducer((n: number) => n + 1, 0);
  const [complete, setComplete] = useState(false);
  const [start, setStart] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const frame = useRef(0);
  const live = useStreamStatus() === "live";
  const { runId, taskId, attempt } = source;

  useEffect(() => {
    buffer.current.reset();
    end.current = 0;
    setComplete(false);
    setError(null);
    const show = () => {
      cancelAnimationFrame(frame.current);
      frame.current = requestAnimationFrame(changed);
    };
    show();
    return stream.subscribe(`log/${runId}/${taskId}/${attempt}`, {
      snapshot: (value) => {
        const chunk = value as LogChunk;
        buffer.current.reset();
        buffer.current.append(chunk.text);
        end.current = chunk.end;
        setStart(chunk.offset);
        setComplete(chunk.complete);
        show();
      },
      delta: (value) => {
        const chunk = value as LogChunk;
        if (chunk.end > end.current || chunk.text === "") {
          buffer.current.append(chunk.text);
          end.current = chunk.end;
        }
        setComplete(chunk.complete);
        show();
      },
      error: (problem) => setError(new Refused(problem)),
    });
  }, [runId, taskId, attempt]);

  useEffect(() => {
    if (live || complete) return;
    let stopped = false;
    const poll = async () => {
      const path = `/api/v1/runs/${encodeURIComponent(runId)}/tasks/${encodeURIComponent(taskId)}/log?attempt=${attempt}&offset=${end.current}`;
      const answer = await fetch(path, { headers: authorized(new Headers()) }).catch(() => null);
      if (stopped || answer === null || !answer.ok) return;
      const text = await answer.text();
      if (stopped) return;
      buffer.current.append(text);
      end.current = Number(answer.headers.get("Kumiki-Log-Size") ?? end.current + new TextEncoder().encode(text).length);
      setComplete(answer.headers.get("Kumiki-Log-Complete") === "true");
      changed();
    };
    void poll();
    const timer = setInterval(() => void poll(), 2000);
    return () => {
      stopped = true;
      clearInterval(timer);
    };
  }, [live, complete, runId, taskId, attempt]);

  return { buffer: buffer.current, complete, start, error };
}

/** A step's output, live: search, levels, wrap, jump to the failure, download. */
export function LogView({ source }: { source: Source }) {
  const log = useLog(source);
  const download = async () => {
    const path = `/api/v1/runs/${encodeURIComponent(source.runId)}/tasks/${encodeURIComponent(source.taskId)}/log?attempt=${source.attempt}`;
    const answer = await fetch(path, { headers: authorized(new Headers()) });
    if (!answer.ok) throw new Refused(asProblem(await answer.json().catch(() => null), answer));
    saveAs(await answer.blob(), `${source.taskId}-${source.attempt}.log`);
  };
  return <LogFrame {...log} onDownload={() => void download().catch(notifyProblem)} />;
}

interface LogFrameProps {
  buffer: LogBuffer;
  complete: boolean;
  /** Bytes before the first line shown. */
  start: number;
  error: unknown;
  onDownload: () => void;
}

/** The lines of a buffer; apart from where they come from. */
export function LogFrame({ buffer, complete, start, error, onDownload }: LogFrameProps) {
  const { t, number, bytes } = useWords();
  const [wrap, setWrap] = useState(() => localStorage.getItem("kumiki.wrap") !== "no");
  const [search, setSearch] = useState("");
  const [follow, setFollow] = useState(true);
  const scroller = useRef<HTMLDivElement>(null);
  const lines = buffer.lines;
  const count = lines.length;
  const tail = lines.at(-1)?.number ?? 0;
  const shown = useMemo(() => {
    const wanted = search.normalize("NFKC").toLowerCase();
    return wanted === "" ? lines.slice() : lines.filter((line) => plainText(line.text).normalize("NFKC").toLowerCase().includes(wanted));
    // `tail` and `count` stand for the buffer's content, which is changed in place.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [lines, search, tail, count]);
  const rows = useVirtualizer({ count: shown.length, getScrollElement: () => scroller.current, estimateSize: () => 18, overscan: 30 });

  useEffect(() => {
    if (follow && search === "" && shown.length > 0) rows.scrollToIndex(shown.length - 1, { align: "end" });
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [follow, tail, shown.length, search, wrap]);

  const failure = useMemo(() => shown.findLastIndex((line) => line.level === "error"), [shown]);
  const tool = (label: string, icon: ReactNode, run: () => void, on?: boolean) => (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} aria-pressed={on} className={on ? "k-on" : ""} onClick={run}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
  return (
    <section className="k-log-frame" aria-label={t("log.title")}>
      <div className="k-log-tools">
        <strong>{t("log.title")}</strong>
        <span className="dim small nowrap">
          {t("log.lines", { n: number(count + buffer.dropped) })}
          {start > 0 && ` · ${t("log.earlier", { size: bytes(start) })}`}
        </span>
        <span className="grow" />
        <TextInput aria-label={t("log.search")} placeholder={t("log.search")} value={search} onChange={(e) => setSearch(e.currentTarget.value)} leftSection={<Search size={12} />} w={140} />
        {failure >= 0 && tool(t("log.failure"), <span className="k-bang" aria-hidden="true">!</span>, () => {
          setFollow(false);
          rows.scrollToIndex(failure, { align: "center" });
        })}
        {tool(t("log.follow"), <Target size={14} />, () => setFollow(!follow), follow)}
        {tool(t("log.wrap"), <Wrap size={14} />, () => {
          localStorage.setItem("kumiki.wrap", wrap ? "no" : "yes");
          setWrap(!wrap);
        }, wrap)}
        {tool(t("action.download"), <Download size={14} />, onDownload)}
        <CopyButton text={shown.map((line) => plainText(line.text)).join("\n")} label={t("log.copy")} />
      </div>
      {error !== null ? (
        <Trouble error={error} />
      ) : (
        <div
          ref={scroller} className={`k-log${wrap ? " wrap" : ""}`} tabIndex={0} role="log" aria-live="off" aria-label={t("log.title")}
          onWheel={(event) => event.deltaY < 0 && setFollow(false)}
          onKeyDown={(event) => {
            if (event.key === "PageUp" || event.key === "ArrowUp" || event.key === "Home") setFollow(false);
            if (event.key === "End") setFollow(true);
          }}
        >
          {shown.length === 0 && <p className="k-log-none">{search !== "" ? t("log.noMatch") : complete ? t("log.empty") : t("log.waiting")}</p>}
          <div style={{ height: rows.getTotalSize(), position: "relative" }}>
            {rows.getVirtualItems().map((item) => (
              <div key={item.key} ref={rows.measureElement} data-index={item.index} className="k-log-line" style={{ transform: `translateY(${item.start}px)` }}>
                <Line line={shown[item.index] as LogLine} search={search} />
              </div>
            ))}
          </div>
        </div>
      )}
    </section>
  );
}

function Line({ line, search }: { line: LogLine; search: string }) {
  return (
    <>
      <span className="k-log-n" aria-hidden="true">{line.number}</span>
      <span className={`k-log-text ${line.level ?? ""}`}>
        {spansOf(line.text).map((span, i) => (
          <span key={i} style={{ color: span.colour ?? undefined, fontWeight: span.bold ? 700 : undefined }}>
            {marked(span.text, search)}
          </span>
        ))}
      </span>
    </>
  );
}

function marked(text: string, search: string): ReactNode {
  if (search === "") return text;
  const at = text.toLowerCase().indexOf(search.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + search.length)}</mark>
      {marked(text.slice(at + search.length), search)}
    </>
  );
}

export function saveAs(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
