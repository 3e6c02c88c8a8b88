import { authorized, token } from "./session.ts";
import type { Problem } from "./client.ts";
import { setServerClock } from "./clock.ts";

export type StreamStatus = "connecting" | "live" | "lost";

export interface Listener {
  snapshot: (value: unknown) => void;
  delta: (value: unknown) => void;
  error?: (problem: Problem) => void;
}

interface Topic {
  listeners: Set<Listener>;
  seq: number | null;
  last: unknown;
}

interface Message {
  topic?: string;
  seq?: number;
  snapshot?: unknown;
  delta?: unknown;
  error?: Problem;
  heartbeat?: string;
}

const SILENCE = 75_000;

/** One WebSocket for the whole tab. Topics survive a broken connection: each is asked for again from where it stopped. */
export class Stream {
  private readonly topics = new Map<string, Topic>();
  private readonly watchers = new Set<() => void>();
  private socket: WebSocket | null = null;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private open: (ticket: string | null) => WebSocket;
  status: StreamStatus = "connecting";

  constructor(open?: (ticket: string | null) => WebSocket) {
    this.open = open ?? openSocket;
  }

  start(): void {
    if (this.socket === null) void this.connect();
  }

  watch(changed: () => void): () => void {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  }

  subscribe(name: string, listener: Listener): () => void {
    let topic = this.topics.get(name);
    if (topic === undefined) {
      topic = { listeners: new Set(), seq: null, last: undefined };
      this.topics.set(name, topic);
      this.send({ subscribe: name });
    } else {
      // The first listener got the snapshot; a later one needs its own, and only the server has it whole.
      this.send({ unsubscribe: name });
      this.send({ subscribe: name });
    }
    topic.listeners.add(listener);
    return () => {
      topic.listeners.delete(listener);
      if (topic.listeners.size === 0 && this.topics.get(name) === topic) {
        this.topics.delete(name);
        this.send({ unsubscribe: name });
      }
    };
  }

  private send(message: object): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }

  private async connect(): Promise<void> {
    this.timer = undefined;
    let ticket: string | null = null;
    if (token() !== null) {
      ticket = await fetchTicket();
      if (ticket === null) return this.again();
    }
    const socket = this.open(ticket);
    this.socket = socket;
    socket.onopen = () => {
      this.tries = 0;
      this.set("live");
      this.hear();
      for (const [name, topic] of this.topics) {
        this.send(topic.seq === null ? { subscribe: name } : { subscribe: name, cursor: topic.seq });
      }
    };
    socket.onmessage = (event) => {
      this.hear();
      this.take(JSON.parse(String(event.data)) as Message);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.again();
    };
  }

  private take(message: Message): void {
    if (message.heartbeat !== undefined) setServerClock(message.heartbeat);
    if (message.topic === undefined) return;
    const topic = this.topics.get(message.topic);
    if (topic === undefined) return;
    if (message.error !== undefined) {
      for (const listener of [...topic.listeners]) listener.error?.(message.error);
      return;
    }
    topic.seq = message.seq ?? topic.seq;
    for (const listener of [...topic.listeners]) {
      if (message.snapshot !== undefined) listener.snapshot(message.snapshot);
      else if (message.delta !== undefined) listener.delta(message.delta);
    }
  }

  private hear(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.socket?.close(), SILENCE);
  }

  private again(): void {
    clearTimeout(this.silence);
    this.socket = null;
    this.tries++;
    this.set(this.tries > 1 ? "lost" : "connecting");
    const wait = Math.min(10_000, 250 * 2 ** Math.min(this.tries, 6)) * (0.75 + Math.random() / 2);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.connect(), wait);
  }

  private set(status: StreamStatus): void {
    if (this.status === status) return;
    this.status = status;
    for (const watcher of this.watchers) watcher();
  }
}

function openSocket(ticket: string | null): WebSocket {
  const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
  const query = ticket === null ? "" : `?ticket=${encodeURIComponent(ticket)}`;
  return new WebSocket(`${scheme}//${window.location.host}/api/v1/stream${query}`);
}

async function fetchTicket(): Promise<string | null> {
  try {
    const answer = await fetch("/api/v1/session/socket-ticket", { method: "POST", headers: authorized(new Headers()) });
    if (!answer.ok) return null;
    return ((await answer.json()) as { ticket: string }).ticket;
  } catch {
    return null;
  }
}

export const stream = new Stream();
