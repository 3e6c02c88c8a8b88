import { createContext, useContext, useSyncExternalStore } from "react";

/** The server's clock as far as we know it, so that a laptop with a wrong clock still shows true durations. */
let offset = 0;
let current = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

export function setServerClock(instant: string): void {
  const at = Date.parse(instant);
  if (Number.isFinite(at)) offset = Math.abs(at - Date.now()) > 1500 ? at - Date.now() : 0;
}

export function now(): number {
  return Date.now() + offset;
}

function watch(changed: () => void): () => void {
  watchers.add(changed);
  timer ??= setInterval(() => {
    current = now();
    for (const watcher of watchers) watcher();
  }, 1000);
  return () => {
    watchers.delete(changed);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function read(): number {
  if (timer === undefined && Math.abs(now() - current) > 1000) current = now();
  return current;
}

/** Where the past is shown, its time: what stands there counts from then. */
export const AsOf = createContext<number | null>(null);
const still = () => () => undefined;

/** Now, to the second; one timer for the page. */
export function useNow(): number {
  const then = useContext(AsOf);
  return useSyncExternalStore(then === null ? watch : still, () => then ?? read());
}
