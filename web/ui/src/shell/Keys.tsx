import { Modal } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { Kbd } from "../parts/Bits.tsx";
import { useWords } from "../words/index.tsx";
import { PLACES } from "./places.ts";

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** The page's own keys: ⌘K, g and a letter, / and ?. */
export function Keys({ onPalette, help, onHelp }: { onPalette: () => void; help: boolean; onHelp: (open: boolean) => void }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const going = useRef(0);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        onPalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing || typing(event.target)) return;
      if (document.querySelector("[role=dialog]") !== null) return;
      const place = PLACES.find((one) => one.letter === event.key);
      if (Date.now() - going.current < 1200 && place !== undefined) {
        going.current = 0;
        navigate(place.href);
      } else if (event.key === "g") {
        going.current = Date.now();
      } else if (event.key === "/") {
        const filter = document.querySelector<HTMLInputElement>("[data-filter]");
        if (filter !== null) {
          event.preventDefault();
          filter.focus();
        }
      } else if (event.key === "?") {
        onHelp(true);
      } else if (event.key === "n") {
        navigate("/runs/new");
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [navigate, onPalette, onHelp]);
  return (
    <Modal opened={help} onClose={() => onHelp(false)} title={t("keys.title")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <dl className="k-keys">
        <dt><Kbd>Ctrl</Kbd> <Kbd>K</Kbd> / <Kbd>⌘</Kbd> <Kbd>K</Kbd></dt>
        <dd>{t("keys.palette")}</dd>
        <dt><Kbd>/</Kbd></dt>
        <dd>{t("keys.filter")}</dd>
        <dt><Kbd>n</Kbd></dt>
        <dd>{t("run.new")}</dd>
        {PLACES.map((place) => (
          <KeyRow key={place.id} letter={place.letter} word={t(place.word)} />
        ))}
        <dt><Kbd>↑</Kbd> <Kbd>↓</Kbd> <Kbd>↵</Kbd></dt>
        <dd>{t("keys.rows")}</dd>
        <dt><Kbd>x</Kbd></dt>
        <dd>{t("keys.select")}</dd>
        <dt><Kbd>?</Kbd></dt>
        <dd>{t("keys.help")}</dd>
      </dl>
    </Modal>
  );
}

function KeyRow({ letter, word }: { letter: string; word: string }) {
  return (
    <>
      <dt><Kbd>g</Kbd> <Kbd>{letter}</Kbd></dt>
      <dd>{word}</dd>
    </>
  );
}
