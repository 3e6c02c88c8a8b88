import type { ReactNode } from "react";
import { Box, Flask, Flow, Grid, Home, Queue, Runs, Share } from "../parts/icons.tsx";
import type { WordKey } from "../words/index.tsx";

export interface Place {
  id: string;
  href: string;
  word: WordKey;
  letter: string;
  icon: (p: { size?: number }) => ReactNode;
  /** Shown only where the server can do it. */
  capability?: string;
}
export interface Section {
  id: string;
  word: WordKey | null;
  places: Place[];
}

export const SECTIONS: Section[] = [
  { id: "home", word: null, places: [{ id: "home", href: "/", word: "nav.home", letter: "h", icon: Home }] },
  {
    id: "build",
    word: "nav.build",
    places: [
      { id: "pipelines", href: "/pipelines", word: "nav.pipelines", letter: "p", icon: Flow, capability: "pipelines" },
      { id: "runs", href: "/runs", word: "nav.runs", letter: "r", icon: Runs, capability: "runs" },
      { id: "experiments", href: "/experiments", word: "nav.experiments", letter: "e", icon: Flask, capability: "experiments" },
    ],
  },
  { id: "data", word: "nav.data", places: [{ id: "artifacts", href: "/artifacts", word: "nav.artifacts", letter: "a", icon: Box, capability: "artifacts" }] },
  {
    id: "cluster",
    word: "nav.cluster",
    places: [
      { id: "map", href: "/map", word: "nav.map", letter: "m", icon: Grid, capability: "scheduling" },
      { id: "queue", href: "/queue", word: "nav.queue", letter: "q", icon: Queue, capability: "scheduling" },
      { id: "quotas", href: "/quotas", word: "nav.quotas", letter: "u", icon: Share, capability: "scheduling" },
    ],
  },
];
export const PLACES = SECTIONS.flatMap((section) => section.places);

/** Where Kubeflow's own addresses (behind `#`) lead here; `null` for anything else. */
export function fromKubeflow(hash: string): string | null {
  const path = hash.replace(/^#/, "").split("?")[0] ?? "";
  const version = /^\/pipelines\/details\/([^/]+)\/version\/([^/]+)\/?$/.exec(path);
  if (version) return `/pipelines/${version[1]}/versions/${version[2]}`;
  const object = /^\/(runs|experiments|pipelines)\/details\/([^/]+)\/?$/.exec(path);
  if (object) return `/${object[1]}/${object[2]}`;
  const list = /^\/(runs|experiments|pipelines|artifacts)\/?$/.exec(path);
  if (list) return `/${list[1]}`;
  return path === "/runs/new" ? "/runs/new" : null;
}
