/** Writes JSON as YAML that every reader understands the same way: block style, and quotes wherever plain text could mean something else. */
const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*$/;
const WORDS = /^(true|false|yes|no|on|off|null|y|n)$/i;

function scalar(value: unknown): string {
  if (typeof value === "string") return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? "null";
}

export function toYaml(value: unknown, indent = ""): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return `${indent}[]\n`;
    return value.map((item) => (isNested(item) ? `${indent}- ${toYaml(item, `${indent}  `).slice(indent.length + 2)}` : `${indent}- ${scalar(item)}\n`)).join("");
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    if (entries.length === 0) return `${indent}{}\n`;
    return entries
      .map(([key, v]) => (isNested(v) ? `${indent}${scalar(key)}:\n${toYaml(v, `${indent}  `)}` : `${indent}${scalar(key)}: ${isEmpty(v) ?? scalar(v)}\n`))
      .join("");
  }
  return `${indent}${scalar(value)}\n`;
}

function isEmpty(value: unknown): string | undefined {
  if (Array.isArray(value) && value.length === 0) return "[]";
  return typeof value === "object" && value !== null && Object.keys(value).length === 0 ? "{}" : undefined;
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null && isEmpty(value) === undefined;
}

/** A Python literal of a JSON value. */
export function toPython(value: unknown, indent = ""): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map((v) => toPython(v, indent)).join(", ")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value);
    if (entries.length === 0) return "{}";
    return `{\n${entries.map(([k, v]) => `${indent}    ${JSON.stringify(k)}: ${toPython(v, `${indent}    `)},\n`).join("")}${indent}}`;
  }
  return JSON.stringify(value);
}

/** One word for a POSIX shell. */
export function shellQuote(text: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
