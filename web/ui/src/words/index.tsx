import { setupI18n, type I18n } from "@lingui/core";
import { createContext, useContext, useMemo, useState, type ReactNode } from "react";
import type en from "./en.json";
import { formats, type Formats } from "./formats.ts";

export type Language = "en" | "ja";
export type WordKey = keyof typeof en;
export type Values = Record<string, string | number | null | undefined>;

export interface Words extends Formats {
  language: Language;
  t: (key: WordKey, values?: Values) => string;
  /** A word whose key is made at run time; `undefined` when there is none, so that the caller shows what it has. */
  find: (key: string, values?: Values) => string | undefined;
  setLanguage: (language: Language) => void;
}

const STORED = "kumiki.language";

export function preferredLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === "en" || stored === "ja") return stored;
  return navigator.language.startsWith("ja") ? "ja" : "en";
}

export async function loadLanguage(language: Language): Promise<I18n> {
  const catalogue = language === "ja" ? await import("./ja.json") : await import("./en.json");
  const i18n = setupI18n();
  i18n.load(language, catalogue.default);
  i18n.activate(language);
  return i18n;
}

export function wordsOf(i18n: I18n, setLanguage: (language: Language) => void): Words {
  const language = i18n.locale as Language;
  return {
    language,
    setLanguage,
    t: (key, values) => i18n._(key, values),
    find: (key, values) => (key in i18n.messages ? i18n._(key, values) : undefined),
    ...formats(language),
  };
}

const Context = createContext<Words | null>(null);

export function WordsProvider({ first, children }: { first: I18n; children: ReactNode }) {
  const [i18n, setI18n] = useState(first);
  const words = useMemo(
    () =>
      wordsOf(i18n, (language) => {
        localStorage.setItem(STORED, language);
        document.documentElement.lang = language;
        void loadLanguage(language).then(setI18n);
      }),
    [i18n],
  );
  return <Context value={words}>{children}</Context>;
}

export function useWords(): Words {
  const words = useContext(Context);
  if (words === null) throw new Error("WordsProvider is missing");
  return words;
}
