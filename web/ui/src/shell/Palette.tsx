import { Modal, TextInput, useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useMemo, useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { api, call } from "../api/client.ts";
import { useAbout } from "../api/queries.ts";
import { Box, Flask, Flow, Moon, Plus, Queue as QueueIcon, Runs, Search, Upload } from "../parts/icons.tsx";
import { lookOf, StateIcon } from "../parts/StateChip.tsx";
import { useWords } from "../words/index.tsx";
import { useNamespace } from "./namespace.tsx";
import { PLACES } from "./places.ts";

interface Entry {
  id: string;
  label: string;
  detail?: string;
  icon: ReactNode;
  run: () => void;
}

/** Every action and every object, from anywhere. */
export function Palette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Modal.Root opened={opened} onClose={onClose} size="lg" padding="sm" yOffset="12vh" centered={false}>
      <Modal.Overlay />
      <Modal.Content aria-label={t("shell.search")}>
        <Modal.Body>{opened && <Inside onClose={onClose} />}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function useActions(): Entry[] {
  const { t, language, setLanguage } = useWords();
  const [, navigate] = useLocation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const can = useAbout().data?.capabilities ?? [];
  const places = PLACES.filter((place) => place.capability === undefined || can.includes(place.capability)).map((place) => ({
    id: `go-${place.id}`, label: t("palette.go", { place: t(place.word) }), detail: `g ${place.letter}`, icon: <place.icon />, run: () => navigate(place.href),
  }));
  return [
    { id: "new-run", label: t("run.new"), detail: "n", icon: <Plus />, run: () => navigate("/runs/new") },
    { id: "upload", label: t("pipeline.upload"), icon: <Upload />, run: () => navigate("/pipelines?upload=yes") },
    ...places,
    { id: "failed", label: t("palette.failed"), icon: <Runs />, run: () => navigate("/runs?state=FAILED") },
    { id: "theme", label: colorScheme === "dark" ? t("shell.light") : t("shell.dark"), icon: <Moon />, run: () => setColorScheme(colorScheme === "dark" ? "light" : "dark") },
    { id: "language", label: language === "ja" ? "English" : "日本語", icon: <span aria-hidden="true">あ</span>, run: () => setLanguage(language === "ja" ? "en" : "ja") },
  ];
}

function useObjects(text: string): Entry[] {
  const { namespace } = useNamespace();
  const [, navigate] = useLocation();
  const words = useWords();
  const gangs = useAbout().data?.capabilities.includes("scheduling") ?? false;
  const found = useQuery({
    queryKey: ["palette", namespace, text, gangs],
    enabled: text !== "",
    placeholderData: (before) => (text === "" ? undefined : before),
    queryFn: async () => {
      const params = { query: { namespace, text, limit: 5 } };
      const [runs, pipelines, experiments, artifacts, queue] = await Promise.all([
        call(api.GET("/runs", { params })), call(api.GET("/pipelines", { params })), call(api.GET("/experiments", { params })), call(api.GET("/artifacts", { params })),
        gangs ? call(api.GET("/scheduling/queue")).catch(() => null) : null,
      ]);
      const jobs = [...(queue?.waiting ?? []), ...(queue?.running ?? [])].filter((entry) => entry.name?.includes(text)).slice(0, 5);
      return { runs: runs.items, pipelines: pipelines.items, experiments: experiments.items, artifacts: artifacts.items, jobs };
    },
  }).data;
  if (found === undefined || text === "") return [];
  return [
    ...found.runs.map((run) => ({ id: `r${run.id}`, label: run.displayName, detail: words.exact(run.createdAt), icon: <StateIcon look={lookOf(run.state)} size={14} />, run: () => navigate(`/runs/${run.id}`) })),
    ...found.pipelines.map((p) => ({ id: `p${p.id}`, label: p.displayName, detail: words.t("nav.pipelines"), icon: <Flow />, run: () => navigate(`/pipelines/${p.id}`) })),
    ...found.experiments.map((e) => ({ id: `e${e.id}`, label: e.displayName, detail: words.t("nav.experiments"), icon: <Flask />, run: () => navigate(`/experiments/${e.id}`) })),
    ...found.artifacts.map((a) => ({ id: `a${a.id}`, label: a.name, detail: a.runName ?? a.type, icon: <Box />, run: () => navigate(`/artifacts/${a.id}`) })),
    ...found.jobs.map((g) => ({ id: `g${g.namespace}/${g.name}`, label: g.name ?? "", detail: words.t("nav.queue"), icon: <QueueIcon />, run: () => navigate(`/queue/${g.namespace}/${g.name}`) })),
  ];
}

function Inside({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const list = useId();
  const [text, setText] = useState("");
  const [late] = useDebouncedValue(text.trim(), 150);
  const [at, setAt] = useState(0);
  const actions = useActions();
  const objects = useObjects(late);
  const wanted = text.normalize("NFKC").toLowerCase().trim();
  const entries = useMemo(
    () => [...actions.filter((entry) => entry.label.normalize("NFKC").toLowerCase().includes(wanted)), ...objects],
    [actions, objects, wanted],
  );
  useEffect(() => setAt(0), [wanted]);
  const go = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  return (
    <>
      <TextInput
        size="sm" data-autofocus placeholder={t("shell.search")} aria-label={t("shell.search")} leftSection={<Search size={14} />} value={text} role="combobox"
        aria-expanded aria-controls={list} aria-activedescendant={entries[at] ? `${list}-${at}` : undefined} onChange={(e) => setText(e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.nativeEvent.isComposing) return;
          if (e.key === "ArrowDown" || e.key === "ArrowUp") {
            e.preventDefault();
            setAt((n) => (entries.length === 0 ? 0 : (n + (e.key === "ArrowDown" ? 1 : entries.length - 1)) % entries.length));
          }
          if (e.key === "Enter") go(entries[at]);
        }}
      />
      <ul id={list} className="k-palette-list" role="listbox" aria-label={t("palette.results")}>
        {entries.map((entry, i) => (
          <li
            key={entry.id} id={`${list}-${i}`} role="option" aria-selected={i === at} className={i === at ? "on" : ""} onPointerMove={() => setAt(i)}
            onClick={() => go(entry)} ref={i === at ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
          >
            {entry.icon}
            <span className="grow ellipsis">{entry.label}</span>
            <span className="dim small nowrap">{entry.detail}</span>
          </li>
        ))}
      </ul>
      {entries.length === 0 && <p className="dim" style={{ padding: 12 }}>{t("palette.nothing")}</p>}
    </>
  );
}
