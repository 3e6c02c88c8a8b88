import { Fragment, type ReactNode } from "react";
import "./Markdown.css";

/** Markdown as elements, never as HTML: what a step wrote cannot bring a script, a style or a picture from elsewhere. */
export function Markdown({ text }: { text: string }) {
  return <div className="k-markdown">{blocks(text.replaceAll("\r\n", "\n").split("\n"))}</div>;
}

function blocks(lines: string[]): ReactNode[] {
  const out: ReactNode[] = [];
  let i = 0;
  while (i < lines.length) {
    const line = lines[i] as string;
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (line.trim() === "") {
      i++;
    } else if (/^(```|~~~)/.test(line)) {
      const end = lines.findIndex((l, n) => n > i && l.startsWith(line.slice(0, 3)));
      const stop = end < 0 ? lines.length : end;
      out.push(<pre key={i} tabIndex={0}><code>{lines.slice(i + 1, stop).join("\n")}</code></pre>);
      i = stop + 1;
    } else if (heading) {
      out.push(<Heading key={i} level={heading[1]?.length ?? 1}>{inline(heading[2] ?? "")}</Heading>);
      i++;
    } else if (/^\s*(-{3,}|\*{3,}|_{3,})\s*$/.test(line)) {
      out.push(<hr key={i} />);
      i++;
    } else if (line.includes("|") && /^\s*\|?[\s:|-]+\|?\s*$/.test(lines[i + 1] ?? "") && (lines[i + 1] ?? "").includes("-")) {
      const end = take(lines, i, (l) => l.includes("|"));
      out.push(<Table key={i} lines={lines.slice(i, end)} />);
      i = end;
    } else if (/^\s*([-*+]|\d+[.)])\s+/.test(line)) {
      const end = take(lines, i, (l) => /^\s*([-*+]|\d+[.)])\s+/.test(l) || /^\s{2,}\S/.test(l));
      out.push(<List key={i} lines={lines.slice(i, end)} />);
      i = end;
    } else if (line.startsWith(">")) {
      const end = take(lines, i, (l) => l.startsWith(">"));
      out.push(<blockquote key={i}>{blocks(lines.slice(i, end).map((l) => l.replace(/^>\s?/, "")))}</blockquote>);
      i = end;
    } else {
      const end = take(lines, i, (l) => l.trim() !== "" && !/^(#{1,6}\s|```|~~~|>|\s*[-*+]\s)/.test(l));
      const stop = Math.max(end, i + 1);
      out.push(<p key={i}>{inline(lines.slice(i, stop).join(" "))}</p>);
      i = stop;
    }
  }
  return out;
}

function take(lines: string[], from: number, while_: (line: string) => boolean): number {
  let end = from;
  while (end < lines.length && while_(lines[end] as string)) end++;
  return end;
}

function Heading({ level, children }: { level: number; children: ReactNode }) {
  // The page has its own h1 and h2, so that a document's first level is the third of the page.
  return <div className={`h h${level}`} role="heading" aria-level={Math.min(6, level + 2)}>{children}</div>;
}

function cells(line: string): string[] {
  return line.trim().replace(/^\|/, "").replace(/\|$/, "").split("|").map((cell) => cell.trim());
}

function Table({ lines }: { lines: string[] }) {
  return (
    <div className="scroll-x">
      <table className="plain-table">
        <thead><tr>{cells(lines[0] ?? "").map((cell, n) => <th key={n}>{inline(cell)}</th>)}</tr></thead>
        <tbody>
          {lines.slice(2).map((line, n) => (
            <tr key={n}>{cells(line).map((cell, m) => <td key={m} className={/^-?[\d.,]+%?$/.test(cell) ? "num" : ""}>{inline(cell)}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function List({ lines }: { lines: string[] }) {
  const ordered = /^\s*\d/.test(lines[0] ?? "");
  const items: string[] = [];
  for (const line of lines) {
    const item = /^\s*(?:[-*+]|\d+[.)])\s+(.*)$/.exec(line);
    if (item) items.push(item[1] ?? "");
    else items[items.length - 1] += ` ${line.trim()}`;
  }
  const Tag = ordered ? "ol" : "ul";
  return <Tag>{items.map((item, n) => <li key={n}>{inline(item)}</li>)}</Tag>;
}

const INLINE = /(`[^`]+`)|(\*\*[^*]+\*\*|__[^_]+__)|(\*[^*\s][^*]*\*|\b_[^_\s][^_]*_\b)|(!?\[[^\]]*\]\([^)\s]+\))/;

function inline(text: string): ReactNode {
  const match = INLINE.exec(text);
  if (match === null) return text;
  const part = match[0];
  return (
    <Fragment>
      {text.slice(0, match.index)}
      {piece(part, match)}
      {inline(text.slice(match.index + part.length))}
    </Fragment>
  );
}

function piece(part: string, match: RegExpExecArray): ReactNode {
  if (match[1] !== undefined) return <code>{part.slice(1, -1)}</code>;
  if (match[2] !== undefined) return <strong>{inline(part.slice(2, -2))}</strong>;
  if (match[3] !== undefined) return <em>{inline(part.slice(1, -1))}</em>;
  const link = /^!?\[([^\]]*)\]\(([^)\s]+)\)$/.exec(part);
  const target = link?.[2] ?? "";
  const label = link?.[1] ?? "";
  if (part.startsWith("!") || !/^https?:\/\//.test(target)) return label === "" ? target : label;
  return <a href={target} target="_blank" rel="noopener noreferrer">{label}</a>;
}
