import { Button, CloseButton, Menu, TextInput } from "@mantine/core";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useSearchParams } from "wouter";
import { useWords } from "../words/index.tsx";
import { Down, Search, Star } from "./icons.tsx";
import "./FilterBar.css";

/** The URL's query as state: one parameter each, empty means absent. Typing replaces the entry, choosing adds one. */
export function useUrlState() {
  const [params, setParams] = useSearchParams();
  const set = (changes: Record<string, string | null>, replace = false) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [key, value] of Object.entries(changes)) {
          if (value === null || value === "") next.delete(key);
          else next.set(key, value);
        }
        return next;
      },
      { replace },
    );
  return { params, get: (key: string) => params.get(key) ?? "", set };
}

export interface Choice {
  value: string;
  label: string;
}

/** A chip that opens a list: what it filters by, and its present value. */
export function ChoiceChip({ name, label, choices, any }: { name: string; label: string; choices: Choice[]; any: string }) {
  const url = useUrlState();
  const value = url.get(name);
  const chosen = choices.find((choice) => choice.value === value)?.label ?? (value === "" ? any : value);
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <button type="button" className={`k-filter${value === "" ? "" : " on"}`}>
          {label}: <b className="ellipsis">{chosen}</b> <Down size={12} />
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
        <Menu.Item onClick={() => url.set({ [name]: null })}>{any}</Menu.Item>
        {choices.map((choice) => (
          <Menu.Item key={choice.value} onClick={() => url.set({ [name]: choice.value })}>
            {choice.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** A chip that is on or off; several share one comma-joined parameter. */
export function ToggleChip({ name, value, children }: { name: string; value: string; children: ReactNode }) {
  const url = useUrlState();
  const all = url.get(name).split(",").filter(Boolean);
  const on = all.includes(value);
  return (
    <button
      type="button" className={`k-filter${on ? " on" : ""}`} aria-pressed={on}
      onClick={() => url.set({ [name]: (on ? all.filter((v) => v !== value) : [...all, value]).join(",") })}
    >
      {children}
    </button>
  );
}

interface SavedView {
  name: string;
  query: string;
}

function SavedViews({ name }: { name: string }) {
  const { t } = useWords();
  const url = useUrlState();
  const key = `kumiki.views.${name}`;
  const [views, setViews] = useState<SavedView[]>(() => JSON.parse(localStorage.getItem(key) ?? "[]") as SavedView[]);
  const [title, setTitle] = useState("");
  const [, setParams] = useSearchParams();
  const keep = (next: SavedView[]) => {
    localStorage.setItem(key, JSON.stringify(next));
    setViews(next);
  };
  return (
    <Menu position="bottom-end" closeOnItemClick>
      <Menu.Target>
        <button type="button" className="k-filter">
          <Star size={12} /> {t("filter.views")} <Down size={12} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {views.length === 0 && <Menu.Label>{t("filter.noViews")}</Menu.Label>}
        {views.map((view) => (
          <div key={view.name} className="row" style={{ gap: 0 }}>
            <Menu.Item onClick={() => setParams(new URLSearchParams(view.query))}>{view.name}</Menu.Item>
            <CloseButton size="sm" aria-label={t("filter.dropView", { name: view.name })} onClick={() => keep(views.filter((v) => v.name !== view.name))} />
          </div>
        ))}
        <Menu.Divider />
        <form
          className="row" style={{ padding: 6 }}
          onSubmit={(event) => {
            event.preventDefault();
            if (title.trim() === "") return;
            keep([...views.filter((v) => v.name !== title.trim()), { name: title.trim(), query: url.params.toString() }]);
            setTitle("");
          }}
        >
          <TextInput aria-label={t("filter.viewName")} placeholder={t("filter.viewName")} value={title} onChange={(e) => setTitle(e.currentTarget.value)} onKeyDown={(e) => e.stopPropagation()} />
          <Button type="submit" variant="default">{t("action.save")}</Button>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Text first, then chips; the whole filter lives in the URL and can be kept under a name. */
export function FilterBar({ name, placeholder, children, summary }: { name: string; placeholder: string; children?: ReactNode; summary?: ReactNode }) {
  const { t } = useWords();
  const url = useUrlState();
  const stored = url.get("text");
  const [text, setText] = useState(stored);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const typing = useRef(false);
  useEffect(() => {
    if (!typing.current) setText(stored);
  }, [stored]);
  const type = (value: string) => {
    setText(value);
    typing.current = true;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      typing.current = false;
      url.set({ text: value }, true);
    }, 200);
  };
  const filters = [...url.params.keys()].filter((key) => key !== "sort" && key !== "at");
  return (
    <div className="k-filters" role="search">
      <TextInput
        data-filter="true" aria-label={placeholder} placeholder={placeholder} value={text} w={168}
        leftSection={<Search size={14} />} rightSection={text === "" ? <kbd className="k-kbd">/</kbd> : undefined}
        onChange={(event) => type(event.currentTarget.value)}
      />
      {children}
      {filters.length > 0 && (
        <button
          type="button" className="linkish small"
          onClick={() => {
            typing.current = false;
            setText("");
            url.set(Object.fromEntries(filters.map((key) => [key, null])));
          }}
        >
          {t("filter.clear")}
        </button>
      )}
      <span className="grow" />
      {summary}
      <SavedViews name={name} />
    </div>
  );
}
