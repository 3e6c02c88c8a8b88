// One headless Chromium for all tests, and one way to open a page in a language and a theme.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const CANDIDATES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

export function browserPath() {
  return CANDIDATES.find((path) => path && existsSync(path));
}

export async function launch() {
  return chromium.launch({
    executablePath: browserPath(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage"],
  });
}

export async function open(browser, { base, language = "en", theme = "light", width = 1360, height = 860, token }) {
  const context = await browser.newContext({ baseURL: base, viewport: { width, height }, reducedMotion: "reduce", locale: language === "ja" ? "ja-JP" : "en-GB", timezoneId: "Asia/Tokyo", acceptDownloads: true });
  await context.addInitScript(
    ([language, theme, token]) => {
      localStorage.setItem("kumiki.language", localStorage.getItem("kumiki.language") ?? language);
      localStorage.setItem("kumiki.theme", localStorage.getItem("kumiki.theme") ?? theme);
      if (token) sessionStorage.setItem("kumiki.token", token);
    },
    [language, theme, token ?? null],
  );
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(`${message.text()} ${message.location().url}`));
  page.complaints = complaints;
  return page;
}

export async function close(page) {
  await page.context().close();
}
