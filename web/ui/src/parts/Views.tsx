import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas, View } from "../api/client.ts";
import { artifactTicket, usePreview } from "../api/queries.ts";
import { useWords, type WordKey } from "../words/index.tsx";
import { Skeleton, Trouble } from "./EmptyState.tsx";
import { Markdown } from "./Markdown.tsx";
import "./Views.css";

/** What can be seen of an artifact, made by the server. */
export function ArtifactPreview({ id, name }: { id: number; name: string }) {
  const [path, setPath] = useState<string>();
  const { t } = useWords();
  const preview = usePreview(id, path);
  if (preview.error) return <Trouble error={preview.error} retry={() => void preview.refetch()} />;
  if (!preview.data) return <Skeleton lines={5} />;
  return (
    <div className="k-views">
      {path !== undefined && (
        <button type="button" className="linkish small" style={{ alignSelf: "start" }} onClick={() => setPath(undefined)}>
          ← {t("artifact.allFiles")} <span className="mono">{path}</span>
        </button>
      )}
      {preview.data.views.map((view, i) =>
        i > 0 && view.kind === "text" ? (
          <details key={i}>
            <summary className="small">{t("view.asText")}</summary>
            <OneView view={view} id={id} name={name} path={path} onOpen={setPath} />
          </details>
        ) : (
          <OneView key={i} view={view} id={id} name={name} path={path} onOpen={setPath} />
        ),
      )}
    </div>
  );
}

function OneView({ view, id, name, path, onOpen }: { view: View; id: number; name: string; path: string | undefined; onOpen: (path: string) => void }) {
  const { t, bytes } = useWords();
  switch (view.kind) {
    case "metrics":
      return <Metrics view={view} />;
    case "confusionMatrix":
      return <ConfusionMatrix view={view} />;
    case "roc":
      return <Roc curves={[{ name: view.title ?? name, view }]} />;
    case "table":
      return <TableOf view={view} />;
    case "text":
      if (view.format === "markdown") return <Markdown text={view.text} />;
      return (
        <div className="k-text-view">
          <pre tabIndex={0}>{view.text}</pre>
          {view.truncated && <p className="dim small">{t("artifact.truncated")}</p>}
        </div>
      );
    case "frame":
      return <Frame id={id} name={name} path={path} media={view.media} />;
    case "folder":
      return (
        <ul className="k-files">
          {view.entries.map((entry) => (
            <li key={entry.path}>
              <button type="button" className="linkish mono" onClick={() => onOpen(entry.path)}>{entry.path}</button>
              <span className="dim small">{bytes(entry.size)}</span>
            </li>
          ))}
          {view.truncated && <li className="dim small">{t("artifact.truncated")}</li>}
        </ul>
      );
    case "nothing":
      return <p className="dim">{t(`artifact.nothing.${view.reason}` as WordKey)}</p>;
  }
}

function Metrics({ view }: { view: Schemas["MetricsView"] }) {
  const { figure } = useWords();
  return (
    <dl className="k-metrics">
      {view.metrics.map((metric) => (
        <div key={metric.name}>
          <dt>{metric.name}</dt>
          <dd>{figure(metric.value)}</dd>
        </div>
      ))}
    </dl>
  );
}

export function ConfusionMatrix({ view }: { view: Schemas["ConfusionMatrixView"] }) {
  const { t, number } = useWords();
  const max = Math.max(1, ...view.matrix.flat());
  return (
    <figure className="k-confusion">
      <figcaption>{view.title ?? t("view.confusion")}</figcaption>
      <div className="scroll-x">
        <table>
          <thead>
            <tr>
              <th scope="col"><span className="dim">{t("view.trueByPredicted")}</span></th>
              {view.labels.map((label) => <th key={label} scope="col">{label}</th>)}
            </tr>
          </thead>
          <tbody>
            {view.matrix.map((row, i) => (
              <tr key={view.labels[i]}>
                <th scope="row">{view.labels[i]}</th>
                {row.map((value, j) => {
                  const share = value / max;
                  const colour = i === j ? "var(--k-green)" : "var(--k-red)";
                  return (
                    <td key={j} style={{ background: value === 0 ? undefined : `color-mix(in srgb, ${colour} ${Math.round(8 + share * 30)}%, var(--k-panel))` }}>
                      {number(value, 3)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

const CURVES = ["var(--k-blue)", "var(--k-accent)", "var(--k-green)", "var(--k-violet)", "var(--k-teal)", "var(--k-red)"];

export function Roc({ curves }: { curves: { name: string; view: Schemas["RocView"] }[] }) {
  const { t, figure } = useWords();
  const at = (x: number, y: number) => `${40 + x * 220},${230 - y * 210}`;
  return (
    <figure className="k-roc">
      <figcaption>{t("view.roc")}</figcaption>
      <svg viewBox="0 0 280 268" role="img" aria-label={`${t("view.roc")}: ${curves.map((c) => `${c.name} AUC ${figure(c.view.auc)}`).join(", ")}`}>
        {[0, 0.25, 0.5, 0.75, 1].map((v) => (
          <g key={v}>
            <path d={`M${at(0, v)}L${at(1, v)}M${at(v, 0)}L${at(v, 1)}`} stroke="var(--k-line)" />
            <text x="35" y={234 - v * 210} textAnchor="end">{v}</text>
            <text x={40 + v * 220} y="245" textAnchor="middle">{v}</text>
          </g>
        ))}
        <path d={`M${at(0, 0)}L${at(1, 1)}`} stroke="var(--k-line-strong)" strokeDasharray="4 4" />
        {curves.map((curve, i) => (
          <polyline key={i} fill="none" stroke={CURVES[i % CURVES.length]} strokeWidth="2" points={curve.view.points.map((p) => at(p.fpr, p.tpr)).join(" ")} />
        ))}
        <text x="150" y="262" textAnchor="middle">{t("view.fpr")}</text>
        <text x="12" y="125" textAnchor="middle" transform="rotate(-90 12 125)">{t("view.tpr")}</text>
      </svg>
      <ul>
        {curves.map((curve, i) => (
          <li key={i}>
            <i style={{ background: CURVES[i % CURVES.length] }} /> {curve.name} <span className="dim">AUC {figure(curve.view.auc)}</span>
          </li>
        ))}
      </ul>
      <details>
        <summary className="small">{t("view.asTable")}</summary>
        {curves.map((curve, i) => (
          <div key={i} className="k-table-view" tabIndex={0} role="group" aria-label={curve.name}>
            <table className="plain-table">
              <thead><tr><th className="num">{t("view.threshold")}</th><th className="num">{t("view.fpr")}</th><th className="num">{t("view.tpr")}</th></tr></thead>
              <tbody>
                {curve.view.points.map((p, n) => (
                  <tr key={n}><td className="num">{p.threshold === null ? "–" : figure(p.threshold)}</td><td className="num">{figure(p.fpr)}</td><td className="num">{figure(p.tpr)}</td></tr>
                ))}
              </tbody>
            </table>
          </div>
        ))}
      </details>
    </figure>
  );
}

function TableOf({ view }: { view: Schemas["TableView"] }) {
  const { t, number } = useWords();
  return (
    <div>
      <div className="k-table-view" tabIndex={0} role="group" aria-label={t("view.table")}>
        <table className="plain-table">
          <thead><tr>{view.columns.map((column, i) => <th key={i}>{column}</th>)}</tr></thead>
          <tbody>
            {view.rows.map((row, i) => (
              <tr key={i}>{row.map((cell, j) => <td key={j} className={typeof cell === "number" || /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(String(cell)) ? "num mono" : ""}>{String(cell ?? "")}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="dim small" style={{ marginTop: 6 }}>
        {view.truncated || (view.totalRows !== null && view.totalRows > view.rows.length)
          ? view.totalRows === null ? t("view.firstRows", { n: number(view.rows.length) }) : t("view.rowsOf", { n: number(view.rows.length), total: number(view.totalRows) })
          : t("view.rows", { n: number(view.rows.length) })}
      </p>
    </div>
  );
}

/** What a step drew, in a frame that has neither our origin nor our token. */
function Frame({ id, name, path, media }: { id: number; name: string; path: string | undefined; media: Schemas["FrameView"]["media"] }) {
  const ticket = useQuery({ queryKey: ["ticket", id, path], queryFn: () => artifactTicket(id, path), staleTime: Infinity, gcTime: 0 });
  if (ticket.error) return <Trouble error={ticket.error} retry={() => void ticket.refetch()} />;
  if (!ticket.data) return <Skeleton lines={6} />;
  if (media === "image") return <img className="k-image" alt={name} src={ticket.data.viewUrl} />;
  return <iframe className="k-frame" title={name} src={ticket.data.viewUrl} sandbox="allow-scripts" referrerPolicy="no-referrer" />;
}
