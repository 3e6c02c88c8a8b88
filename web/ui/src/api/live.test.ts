import type { InfiniteData } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Run, RunDetail, Schemas } from "./client.ts";
import { mergeRun, mergeRuns, runsTopic } from "./live.ts";
import { Stream } from "./stream.ts";
import { fromKubeflow } from "../shell/places.ts";

const run = (id: string, at: number, state: Run["state"] = "RUNNING") => ({ id, createdAt: new Date(at).toISOString(), state }) as Run;
const page = (items: Run[], next: string | null = null): Schemas["RunPage"] => ({ items, total: items.length, counts: {}, next });
const data = (...pages: Schemas["RunPage"][]): InfiniteData<Schemas["RunPage"], unknown> => ({ pages, pageParams: pages.map(() => null) });
const ids = (merged: InfiniteData<Schemas["RunPage"], unknown>) => merged.pages.map((one) => one.items.map((item) => item.id));

describe("rows of a live list", () => {
  const before = data(page([run("c", 3), run("b", 2)], "more"), page([run("a", 1)]));
  it("change where they stand, come on top, and go", () => {
    const { data: after } = mergeRuns(before, { upserts: [run("b", 2, "FAILED"), run("d", 4)], removed: ["a"], total: 3, counts: { FAILED: 1 } }, true);
    expect(ids(after)).toEqual([["d", "c", "b"], []]);
    expect(after.pages[0]?.items[2]?.state).toBe("FAILED");
    expect(after.pages[0]?.total).toBe(3);
  });
  it("older than what is loaded stay for their page", () => {
    const { data: after } = mergeRuns(data(page([run("c", 3)], "more")), { upserts: [run("old", 1)], removed: [], total: 9, counts: {} }, true);
    expect(ids(after)).toEqual([["c"]]);
  });
  it("in another order are asked for again", () => expect(mergeRuns(before, { upserts: [run("d", 4)], removed: [], total: 4, counts: {} }, false).stale).toBe(true));
  it("have one topic per filter, whatever the order of its parts", () => {
    expect(runsTopic({ text: "a", state: ["FAILED", "RUNNING"], archived: false })).toBe("runs?state=FAILED%2CRUNNING&text=a");
  });
});

describe("a run's changes", () => {
  it("replace whole rows and keep the rest", () => {
    const whole = { id: "r", state: "RUNNING", history: [], tasks: [{ id: "1", state: "WAITING" }, { id: "2", state: "WAITING" }], artifacts: [] } as unknown as RunDetail;
    const after = mergeRun(whole, { run: null, tasks: [{ id: "2", state: "RUNNING" }, { id: "3", state: "WAITING" }], artifacts: [] } as unknown as Schemas["RunDelta"]);
    expect(after.tasks.map((task) => [task.id, task.state])).toEqual([["1", "WAITING"], ["2", "RUNNING"], ["3", "WAITING"]]);
    expect(after.tasks[0]).toBe(whole.tasks[0]);
  });
});

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
    this.onclose?.();
  }
  up() {
    this.readyState = 1;
    this.onopen?.();
  }
  say(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

describe("the stream", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeSocket.all = [];
    vi.stubGlobal("sessionStorage", { getItem: () => null });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("subscribes, applies, and resumes by cursor after a break", async () => {
    const stream = new Stream(() => new FakeSocket() as unknown as WebSocket);
    const seen: unknown[] = [];
    stream.subscribe("run/1", { snapshot: (value) => seen.push(["s", value]), delta: (value) => seen.push(["d", value]) });
    stream.start();
    await vi.advanceTimersByTimeAsync(0);
    const first = FakeSocket.all[0] as FakeSocket;
    first.up();
    expect(first.sent).toEqual([{ subscribe: "run/1" }]);
    first.say({ topic: "run/1", seq: 4, snapshot: 1 });
    first.say({ topic: "run/1", seq: 5, delta: 2 });
    first.say({ topic: "run/other", seq: 1, delta: 9 });
    expect(seen).toEqual([["s", 1], ["d", 2]]);
    expect(stream.status).toBe("live");
    first.close();
    expect(stream.status).toBe("connecting");
    await vi.advanceTimersByTimeAsync(5000);
    const second = FakeSocket.all[1] as FakeSocket;
    second.up();
    expect(second.sent).toEqual([{ subscribe: "run/1", cursor: 5 }]);
  });

  it("closes a silent connection and says so when it stays away", async () => {
    const stream = new Stream(() => new FakeSocket() as unknown as WebSocket);
    stream.start();
    await vi.advanceTimersByTimeAsync(0);
    (FakeSocket.all[0] as FakeSocket).up();
    await vi.advanceTimersByTimeAsync(76_000);
    expect(FakeSocket.all.length).toBe(2);
    FakeSocket.all[1]?.close();
    expect(stream.status).toBe("lost");
  });

  it("forgets a topic nobody reads any more", async () => {
    const stream = new Stream(() => new FakeSocket() as unknown as WebSocket);
    stream.start();
    await vi.advanceTimersByTimeAsync(0);
    const socket = FakeSocket.all[0] as FakeSocket;
    socket.up();
    const stop = stream.subscribe("pipelines", { snapshot: () => undefined, delta: () => undefined });
    stop();
    expect(socket.sent).toEqual([{ subscribe: "pipelines" }, { unsubscribe: "pipelines" }]);
  });
});

describe("Kubeflow's addresses", () => {
  it.each([
    ["#/runs/details/a-1", "/runs/a-1"],
    ["#/experiments/details/e", "/experiments/e"],
    ["#/pipelines/details/p", "/pipelines/p"],
    ["#/pipelines/details/p/version/v", "/pipelines/p/versions/v"],
    ["#/runs", "/runs"],
    ["#main", null],
    ["", null],
  ])("%s", (hash, path) => expect(fromKubeflow(hash)).toBe(path));
});
