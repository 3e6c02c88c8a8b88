import { createContext, useContext, useState, type ReactNode } from "react";
import { useNamespaces } from "../api/queries.ts";

interface Chosen {
  namespace: string | undefined;
  all: string[];
  choose: (name: string) => void;
}
const Context = createContext<Chosen>({ namespace: undefined, all: [], choose: () => undefined });
const STORED = "kumiki.namespace";

function fromAddress(): string | null {
  const named = new URLSearchParams(window.location.search).get("namespace");
  if (named !== null) sessionStorage.setItem(STORED, named);
  return named ?? sessionStorage.getItem(STORED);
}

/** The namespace the page is about; an address may name one with `?namespace=`. */
export function NamespaceProvider({ children }: { children: ReactNode }) {
  const [wanted, setWanted] = useState(fromAddress);
  const names = useNamespaces().data?.items.map((item) => item.name) ?? [];
  const namespace = wanted !== null && (names.length === 0 || names.includes(wanted)) ? wanted : names[0];
  const choose = (name: string) => {
    sessionStorage.setItem(STORED, name);
    setWanted(name);
  };
  return <Context value={{ namespace, all: names, choose }}>{children}</Context>;
}

export const useNamespace = () => useContext(Context);
