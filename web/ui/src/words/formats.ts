/** How times, durations, sizes and numbers are written; pure, so that tests can hold both languages against a table. */
export interface Formats {
  number: (value: number, digits?: number) => string;
  /** A figure for a person: at most four significant digits, whole numbers whole. */
  figure: (value: unknown) => string;
  percent: (share: number) => string;
  bytes: (size: number) => string;
  duration: (millis: number) => string;
  ago: (millis: number) => string;
  exact: (instant: string | number) => string;
  clock: (instant: string | number) => string;
  /** Hour and minute, with the day where it is not today's. */
  near: (instant: string | number, now: number) => string;
}

const UNITS = {
  en: { d: "d", h: "h", m: "m", s: "s", ms: "ms" },
  ja: { d: "日", h: "時間", m: "分", s: "秒", ms: "ミリ秒" },
};

export function durationText(millis: number, language: "en" | "ja"): string {
  const u = UNITS[language];
  const ms = Math.max(0, millis);
  if (ms === 0) return `0 ${u.s}`;
  if (ms < 1000) return ms < 100 ? `0.1 ${u.s}` : `${(ms / 1000).toFixed(1)} ${u.s}`;
  const s = Math.floor(ms / 1000);
  if (s < 10 && ms % 1000 >= 100) return `${(Math.floor(ms / 100) / 10).toFixed(1)} ${u.s}`;
  if (s < 60) return `${s} ${u.s}`;
  const m = Math.floor(s / 60);
  if (m < 60) return s % 60 === 0 ? `${m} ${u.m}` : `${m} ${u.m} ${s % 60} ${u.s}`;
  const h = Math.floor(m / 60);
  if (h < 24) return m % 60 === 0 ? `${h} ${u.h}` : `${h} ${u.h} ${m % 60} ${u.m}`;
  const d = Math.floor(h / 24);
  return h % 24 === 0 ? `${d} ${u.d}` : `${d} ${u.d} ${h % 24} ${u.h}`;
}

export function bytesText(size: number, locale: string): string {
  const names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = size;
  let unit = 0;
  while (value >= 1024 && unit < names.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString(locale, { maximumFractionDigits: digits, minimumFractionDigits: digits })} ${names[unit]}`;
}

export function figureText(value: unknown, locale: string): string {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return String(value);
    if (Number.isInteger(value)) return value.toLocaleString(locale);
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3);
    return value.toLocaleString(locale, { maximumSignificantDigits: 4 });
  }
  if (typeof value === "string") return value;
  return JSON.stringify(value) ?? "";
}

export function formats(language: "en" | "ja"): Formats {
  const locale = language === "ja" ? "ja-JP" : "en-GB";
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: language === "ja" ? "long" : "short" });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "medium" });
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", day: "numeric" });
  const minute = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const dayMinute = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return {
    number: (value, digits) => value.toLocaleString(locale, { maximumFractionDigits: digits ?? 0 }),
    figure: (value) => figureText(value, locale),
    percent: (share) => share.toLocaleString(locale, { style: "percent", maximumFractionDigits: 0 }),
    bytes: (size) => bytesText(size, locale),
    duration: (millis) => durationText(millis, language),
    ago: (millis) => {
      const s = Math.floor(Math.max(0, millis) / 1000);
      if (s < 5) return relative.format(0, "second");
      if (s < 60) return relative.format(-s, "second");
      if (s < 3600) return relative.format(-Math.floor(s / 60), "minute");
      if (s < 86400) return relative.format(-Math.floor(s / 3600), "hour");
      if (s < 30 * 86400) return relative.format(-Math.floor(s / 86400), "day");
      return day.format(Date.now() - millis);
    },
    exact: (instant) => exact.format(new Date(instant)),
    clock: (instant) => clock.format(new Date(instant)),
    near: (instant, now) => (day.format(new Date(instant)) === day.format(now) ? minute : dayMinute).format(new Date(instant)),
  };
}
