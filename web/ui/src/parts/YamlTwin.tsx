import { useState, type ReactNode } from "react";
import { useWords } from "../words/index.tsx";
import { CopyButton } from "./CopyButton.tsx";
import "./YamlTwin.css";

export interface Twin {
  id: string;
  label: string;
  text: string;
}

/** The same thing in the words of other tools, live beside the form. */
export function YamlTwin({ twins }: { twins: Twin[] }) {
  const { t } = useWords();
  const [chosen, setChosen] = useState(twins[0]?.id);
  const twin = twins.find((one) => one.id === chosen) ?? twins[0];
  if (twin === undefined) return null;
  return (
    <section className="card flush k-twin" aria-label={t("twin.title")}>
      <div className="k-twin-head">
        <div role="tablist" aria-label={t("twin.title")} className="row">
          {twins.map((one) => (
            <button
              key={one.id} type="button" role="tab" id={`twin-${one.id}`} aria-selected={one.id === twin.id} aria-controls="twin-panel"
              onClick={() => setChosen(one.id)}
            >
              {one.label}
            </button>
          ))}
        </div>
        <CopyButton text={twin.text} />
      </div>
      <pre id="twin-panel" role="tabpanel" aria-labelledby={`twin-${twin.id}`} tabIndex={0}>
        <code>{twin.text}</code>
      </pre>
    </section>
  );
}

/** Text that belongs to a machine: YAML, JSON, a script. */
export function CodeBlock({ text, label, name, children }: { text: string; label: string; name?: string; children?: ReactNode }) {
  const { t } = useWords();
  return (
    <section className="card flush k-twin" aria-label={label}>
      <div className="k-twin-head">
        <span className="small dim">{label}</span>
        <span className="row">
          {children}
          {name !== undefined && (
            <a className="small" download={name} href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}>
              {t("action.download")}
            </a>
          )}
          <CopyButton text={text} />
        </span>
      </div>
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
    </section>
  );
}
