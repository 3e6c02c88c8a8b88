import { describe, expect, it } from "vitest";
import type { InputParameter } from "../api/client.ts";
import { bytesText, durationText, figureText } from "../words/formats.ts";
import { leastWidth } from "./LiveTable.tsx";
import { LogBuffer, levelOf, settled, spansOf } from "./logLines.ts";
import { parseField, textOf, valuesOf } from "./SchemaForm.tsx";
import { shellQuote, toPython, toYaml } from "./yaml.ts";

describe("durations", () => {
  it.each([
    [0, "0 s", "0 秒"],
    [40, "0.1 s", "0.1 秒"],
    [940, "0.9 s", "0.9 秒"],
    [1000, "1 s", "1 秒"],
    [2_940, "2.9 s", "2.9 秒"],
    [59_999, "59 s", "59 秒"],
    [72_000, "1 m 12 s", "1 分 12 秒"],
    [120_000, "2 m", "2 分"],
    [3_661_000, "1 h 1 m", "1 時間 1 分"],
    [90_000_000, "1 d 1 h", "1 日 1 時間"],
    [-5, "0 s", "0 秒"],
  ])("%d ms", (millis, en, ja) => {
    expect(durationText(millis, "en")).toBe(en);
    expect(durationText(millis, "ja")).toBe(ja);
  });
});

describe("sizes and figures", () => {
  it("are binary and short", () => {
    expect(bytesText(0, "en")).toBe("0 B");
    expect(bytesText(1536, "en")).toBe("1.5 KiB");
    expect(bytesText(1024 ** 3 * 250, "en")).toBe("250 GiB");
    expect(figureText(0.962962, "en")).toBe("0.963");
    expect(figureText(12345, "en")).toBe("12,345");
    expect(figureText(1e-7, "en")).toBe("1.000e-7");
    expect(figureText("a", "en")).toBe("a");
  });
});

describe("log lines", () => {
  it("joins chunks that end inside a line", () => {
    const buffer = new LogBuffer();
    buffer.append("one\ntw");
    expect(buffer.lines.map((line) => line.text)).toEqual(["one", "tw"]);
    buffer.append("o\nthree\n");
    expect(buffer.lines.map((line) => [line.number, line.text])).toEqual([[1, "one"], [2, "two"], [3, "three"]]);
  });
  it("keeps the newest and counts the rest", () => {
    const buffer = new LogBuffer();
    buffer.append("x\n".repeat(50_010));
    expect(buffer.lines.length).toBe(50_000);
    expect(buffer.dropped).toBe(10);
    expect(buffer.lines.at(-1)?.number).toBe(50_010);
  });
  it("shows a progress bar's last state", () => expect(settled("10%\r50%\r100%\r")).toBe("100%"));
  it.each([
    ["ERROR: no", "error"], ["ValueError: x", "error"], ["Traceback (most recent call last):", "error"], ["UserWarning: y", "warn"], ["WARN z", "warn"], ["[DEBUG] a", "debug"],
    ["0 errors found", null], ["INFO ok", null],
  ])("%s", (text, level) => expect(levelOf(text)).toBe(level));
  it("reads colours and drops other codes", () => {
    expect(spansOf("\u001b[1;31mred\u001b[0m plain\u001b[2K").map((span) => [span.text, span.bold, span.colour !== null])).toEqual([["red", true, true], [" plain", false, false]]);
  });
});

const input = (type: InputParameter["type"], more: Partial<InputParameter> = {}): InputParameter => ({ name: "x", type, required: false, description: "", ...more });

describe("fields", () => {
  it("parse by type", () => {
    expect(parseField(input("NUMBER_INTEGER"), "12")).toEqual({ value: 12 });
    expect(parseField(input("NUMBER_INTEGER"), "1.5")).toEqual({ wrong: "form.integer" });
    expect(parseField(input("NUMBER_DOUBLE"), "1e-3")).toEqual({ value: 0.001 });
    expect(parseField(input("NUMBER_DOUBLE"), "-")).toEqual({ wrong: "form.number" });
    expect(parseField(input("LIST"), "[1]")).toEqual({ value: [1] });
    expect(parseField(input("LIST"), "{}")).toEqual({ wrong: "form.list" });
    expect(parseField(input("STRUCT"), '{"a":1}')).toEqual({ value: { a: 1 } });
    expect(parseField(input("STRUCT"), "[")).toEqual({ wrong: "form.struct" });
    expect(parseField(input("BOOLEAN"), false)).toEqual({ value: false });
    expect(parseField(input("STRING", { required: true }), undefined)).toEqual({ wrong: "form.required" });
    expect(parseField(input("STRING", { required: true }), "")).toEqual({ value: "" });
    expect(parseField(input("STRING", { default: "a" }), "")).toEqual({ value: "" });
    expect(parseField(input("ARTIFACT"), "a")).toEqual({ wrong: "form.notGivable" });
  });
  it("send only what differs from a default", () => {
    const inputs = [input("NUMBER_INTEGER", { name: "a", default: 7 }), input("LIST", { name: "b", default: [1] }), input("STRING", { name: "c", required: true })];
    const fields = Object.fromEntries(inputs.map((one) => [one.name, textOf(one, one.default)]));
    expect(valuesOf(inputs, fields)).toEqual({ values: {}, wrong: { c: "form.required" } });
    expect(valuesOf(inputs, { ...fields, a: 8, c: "x" })).toEqual({ values: { a: 8, c: "x" }, wrong: {} });
  });
});

describe("twins", () => {
  it("quote what plain YAML would read otherwise", () => {
    expect(toYaml({ a: "yes", b: "1", c: "x y", d: [], e: {}, f: [{ g: 1, h: [2] }], i: "2026-01-01 10:00", j: null, k: "a: b" })).toBe(
      'a: "yes"\nb: "1"\nc: x y\nd: []\ne: {}\nf:\n  - g: 1\n    h:\n      - 2\ni: "2026-01-01 10:00"\nj: null\nk: "a: b"\n',
    );
  });
  it("quote for a shell and for Python", () => {
    expect(shellQuote("it's")).toBe(`'it'\\''s'`);
    expect(shellQuote("a/b:1")).toBe("a/b:1");
    expect(toPython({ a: [true, null, "x"] })).toBe('{\n    "a": [True, None, "x"],\n}');
  });
  it("know a track's least width", () => expect([leastWidth("minmax(180px, 2fr)"), leastWidth("96px"), leastWidth("1fr")]).toEqual([180, 96, 80]));
});
