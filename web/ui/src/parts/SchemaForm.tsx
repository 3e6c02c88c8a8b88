import { NumberInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import type { InputParameter } from "../api/client.ts";
import { useWords, type WordKey } from "../words/index.tsx";
import "./SchemaForm.css";

/** What stands in a field: the typed value, or text that is not one yet. */
export type FieldText = string | number | boolean | undefined;
export type Fields = Record<string, FieldText>;

export type Parsed = { value: unknown } | { absent: true } | { wrong: WordKey };

/** One field's text as a value of the input's type. Pure: the form, the twin and the tests share it. */
export function parseField(input: InputParameter, text: FieldText): Parsed {
  if (text === undefined || text === "") {
    if (input.type === "STRING" && text === "" && !input.required && input.default !== "") return input.default === undefined ? { absent: true } : { value: "" };
    if (input.type === "STRING" && text === "" && input.required) return { value: "" };
    return input.required ? { wrong: "form.required" } : { absent: true };
  }
  switch (input.type) {
    case "STRING":
      return { value: String(text) };
    case "BOOLEAN":
      return { value: text === true || text === "true" };
    case "NUMBER_INTEGER": {
      const n = Number(text);
      return Number.isSafeInteger(n) ? { value: n } : { wrong: "form.integer" };
    }
    case "NUMBER_DOUBLE": {
      const n = Number(text);
      return Number.isFinite(n) ? { value: n } : { wrong: "form.number" };
    }
    case "LIST":
    case "STRUCT":
      return parseJson(String(text), input.type);
    default:
      return { wrong: "form.notGivable" };
  }
}

function parseJson(text: string, type: "LIST" | "STRUCT"): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { wrong: type === "LIST" ? "form.list" : "form.struct" };
  }
  if (type === "LIST") return Array.isArray(value) ? { value } : { wrong: "form.list" };
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { value } : { wrong: "form.struct" };
}

export function textOf(input: InputParameter, value: unknown): FieldText {
  if (value === undefined || value === null) return undefined;
  if (input.type === "LIST" || input.type === "STRUCT") return JSON.stringify(value, null, 2);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return JSON.stringify(value);
}

/** The values to send: everything that differs from a default, and nothing that is absent. */
export function valuesOf(inputs: InputParameter[], fields: Fields): { values: Record<string, unknown>; wrong: Record<string, WordKey> } {
  const values: Record<string, unknown> = {};
  const wrong: Record<string, WordKey> = {};
  for (const input of inputs) {
    const parsed = parseField(input, fields[input.name]);
    if ("wrong" in parsed) wrong[input.name] = parsed.wrong;
    else if ("value" in parsed && JSON.stringify(parsed.value) !== JSON.stringify(input.default)) values[input.name] = parsed.value;
  }
  return { values, wrong };
}

/** @param labels what stands above a field instead of its name */
export function SchemaForm({ inputs, fields, errors, onChange, labels }: {
  inputs: InputParameter[]; fields: Fields; errors: Record<string, string | undefined>; onChange: (name: string, text: FieldText) => void; labels?: (name: string) => string;
}) {
  const { t } = useWords();
  if (inputs.length === 0) return <p className="dim">{t("form.noInputs")}</p>;
  return (
    <div className="k-form">
      {inputs.map((input) => (
        <Field key={input.name} label={labels?.(input.name) ?? input.name} input={input} text={fields[input.name]} error={errors[input.name]} onChange={(text) => onChange(input.name, text)} />
      ))}
    </div>
  );
}

function Field({ label, input, text, error, onChange }: { label: string; input: InputParameter; text: FieldText; error: string | undefined; onChange: (text: FieldText) => void }) {
  const { t } = useWords();
  const type = t(`type.${input.type}` as WordKey);
  const hint = input.default === undefined ? "" : t("form.default", { value: shortJson(input.default) });
  const common = {
    label,
    // A label of its own says what is wanted; beside a bare name the type has to.
    description: [input.description, label === input.name ? type : "", hint].filter((part) => part !== "").join(" · "),
    error,
    withAsterisk: input.required,
    name: input.name,
  };
  if (input.literals && input.literals.length > 0) {
    const data = input.literals.map((value) => String(value));
    return <Select {...common} data={data} value={text === undefined ? null : String(text)} onChange={(v) => onChange(v ?? undefined)} allowDeselect={!input.required} />;
  }
  switch (input.type) {
    case "BOOLEAN":
      return (
        <div className="k-switch">
          <Switch label={label} description={common.description} error={error} checked={text === true || text === "true"} onChange={(e) => onChange(e.currentTarget.checked)} />
        </div>
      );
    case "NUMBER_INTEGER":
      return <NumberInput {...common} value={text as string | number | undefined ?? ""} allowDecimal={false} onChange={onChange} />;
    case "NUMBER_DOUBLE":
      return <NumberInput {...common} value={text as string | number | undefined ?? ""} decimalScale={17} step={0.1} onChange={onChange} />;
    case "LIST":
    case "STRUCT":
      return <Textarea {...common} autosize minRows={2} maxRows={14} value={String(text ?? "")} classNames={{ input: "mono" }} spellCheck={false} onChange={(e) => onChange(e.currentTarget.value)} />;
    case "STRING":
      return String(text ?? "").includes("\n") ? (
        <Textarea {...common} autosize minRows={2} maxRows={14} value={String(text ?? "")} onChange={(e) => onChange(e.currentTarget.value)} />
      ) : (
        <TextInput {...common} value={String(text ?? "")} onChange={(e) => onChange(e.currentTarget.value)} />
      );
    default:
      return <TextInput {...common} disabled error={t("form.notGivable")} />;
  }
}

function shortJson(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
