// The parts' own pages exist in development builds only: Vite serves them, the server behind it is the one under test.
import { createServer } from "vite";
import { equal, SHOTS, test } from "./harness.mjs";
import { findings } from "./access.mjs";

const PARTS = ["StateChip", "AgeText", "ObjectLink", "Bits", "EmptyState", "FilterBar", "LiveTable", "SchemaForm", "YamlTwin", "Views", "Markdown", "GraphView", "LogView", "GpuMap", "Ahead"];

test("each part alone, in both languages and themes", async ({ open }) => {
  const vite = await createServer({ root: new URL("..", import.meta.url).pathname, server: { port: 0, host: "127.0.0.1" }, logLevel: "silent" });
  await vite.listen();
  const base = vite.resolvedUrls.local[0].replace(/\/$/, "");
  try {
    const all = [];
    for (const [language, theme] of [["en", "light"], ["ja", "dark"], ["en", "dark"], ["ja", "light"]]) {
      const page = await open({ base, language, theme });
      for (const part of PARTS) {
        await page.goto(`/dev/${part}`);
        await page.getByRole("heading", { name: `/dev/${part}` }).waitFor({ timeout: 60_000 });
        if (part === "GraphView") await page.locator("[data-node]").first().waitFor();
        await page.screenshot({ path: `${SHOTS}part-${part}-${language}-${theme}.png` });
        all.push(...(await findings(page)).map((finding) => `${part} ${language} ${theme}: ${finding}`));
      }
      page.complaints.length = 0;
    }
    equal(all, [], "findings");
  } finally {
    await vite.close();
  }
});
