/** Text of a step as lines: pure, bounded, and fast enough for a thousand lines a second. */
export type Level = "error" | "warn" | "debug" | null;

export interface LogLine {
  /** Counts from 1 over everything this buffer has seen. */
  number: number;
  text: string;
  level: Level;
}

export const KEPT = 50_000;
const ERROR = /\b(?:(?:ERROR|CRITICAL|FATAL|[A-Z][A-Za-z]*(?:Error|Exception))\b|Traceback \(most recent call last\))/;
const WARN = /\b(WARN|WARNING|[A-Z][A-Za-z]*Warning)\b/;
const DEBUG = /\b(DEBUG|TRACE)\b/;
// eslint-disable-next-line no-control-regex
const CODES = /\u001b\[[0-9;?]*[A-Za-z]/g;

export function levelOf(text: string): Level {
  const plain = text.length > 400 ? text.slice(0, 400) : text;
  if (ERROR.test(plain)) return "error";
  if (WARN.test(plain)) return "warn";
  return DEBUG.test(plain) ? "debug" : null;
}

export const plainText = (text: string): string => text.replace(CODES, "");

/** What a terminal would show of a line with carriage returns (progress bars): its last state. */
export function settled(text: string): string {
  const trimmed = text.endsWith("\r") ? text.slice(0, -1) : text;
  return trimmed.slice(trimmed.lastIndexOf("\r") + 1);
}

export class LogBuffer {
  lines: LogLine[] = [];
  /** The last line while it has no end. */
  private open = "";
  private next = 1;
  dropped = 0;

  reset(firstNumber = 1): void {
    this.lines = [];
    this.open = "";
    this.next = firstNumber;
    this.dropped = 0;
  }

  append(text: string): void {
    if (this.open !== "") {
      this.lines.pop();
      this.next--;
    }
    const parts = (this.open + text).split("\n");
    this.open = parts.pop() ?? "";
    for (const part of parts) this.push(part);
    if (this.open !== "") this.push(this.open);
    if (this.lines.length > KEPT) {
      const extra = this.lines.length - KEPT;
      this.lines.splice(0, extra);
      this.dropped += extra;
    }
  }

  private push(raw: string): void {
    const text = settled(raw);
    this.lines.push({ number: this.next++, text, level: levelOf(text) });
  }
}

export interface Span {
  text: string;
  colour: string | null;
  bold: boolean;
}

const COLOURS = ["#8f897d", "var(--k-log-red)", "#8fd19e", "var(--k-log-amber)", "#8fbdf6", "#d3a6f0", "#7fd3d8", "#e8e4dc"];

/** ANSI colours as spans; every other code is dropped. */
export function spansOf(text: string): Span[] {
  if (!text.includes("\u001b")) return [{ text, colour: null, bold: false }];
  const spans: Span[] = [];
  let colour: string | null = null;
  let bold = false;
  let from = 0;
  for (const match of text.matchAll(CODES)) {
    if (match.index > from) spans.push({ text: text.slice(from, match.index), colour, bold });
    from = match.index + match[0].length;
    if (!match[0].endsWith("m")) continue;
    for (const code of match[0].slice(2, -1).split(";").map(Number)) {
      if (code === 0) [colour, bold] = [null, false];
      else if (code === 1) bold = true;
      else if (code === 22) bold = false;
      else if (code === 39) colour = null;
      else if (code >= 30 && code <= 37) colour = COLOURS[code - 30] ?? null;
      else if (code >= 90 && code <= 97) colour = COLOURS[code - 90] ?? null;
    }
  }
  if (from < text.length) spans.push({ text: text.slice(from), colour, bold });
  return spans;
}
