import type { ReactNode } from "react";
import { Link } from "wouter";
import { Box, Flask, Flow, Runs } from "./icons.tsx";

export type Kind = "run" | "pipeline" | "version" | "experiment" | "artifact";

export function pathOf(kind: Kind, id: string | number, parent?: string): string {
  const quoted = encodeURIComponent(String(id));
  switch (kind) {
    case "run":
      return `/runs/${quoted}`;
    case "pipeline":
      return `/pipelines/${quoted}`;
    case "version":
      return `/pipelines/${encodeURIComponent(parent ?? "")}/versions/${quoted}`;
    case "experiment":
      return `/experiments/${quoted}`;
    case "artifact":
      return `/artifacts/${quoted}`;
  }
}

const ICON = { run: Runs, pipeline: Flow, version: Flow, experiment: Flask, artifact: Box };

/** Every fact links to the object behind it. */
export function ObjectLink({ kind, id, parent, icon = false, children }: {
  kind: Kind; id: string | number; parent?: string; icon?: boolean; children: ReactNode;
}) {
  const Icon = ICON[kind];
  return (
    <Link href={pathOf(kind, id, parent)} className="k-object ellipsis" style={{ display: "inline-flex", alignItems: "center", gap: 6, maxWidth: "100%" }}>
      {icon && <Icon size={14} />}
      <span className="ellipsis">{children}</span>
    </Link>
  );
}
