import { readFileSync } from "node:fs";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const server = process.env.KUMIKI_URL ?? "http://127.0.0.1:8888";

/** Turns a catalogue (id to ICU message) into Lingui's compiled form, so that no parser travels to the browser. */
function catalogues(): Plugin {
  return {
    name: "kumiki-catalogues",
    enforce: "pre",
    load(id) {
      const file = id.split("?")[0] ?? id;
      if (!/\/src\/words\/(en|ja)\.json$/.test(file)) return null;
      this.addWatchFile(file);
      const words = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
      const compiled = Object.fromEntries(Object.entries(words).map(([key, text]) => [key, compileMessage(text)]));
      return { code: `export default JSON.parse(${JSON.stringify(JSON.stringify(compiled))});`, moduleType: "js" };
    },
  };
}

export default defineConfig({
  plugins: [catalogues(), react()],
  build: {
    outDir: "target/classes/webroot",
    emptyOutDir: true,
    target: "es2022",
    manifest: true,
    sourcemap: false,
    chunkSizeWarningLimit: 2000,
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": { target: server, ws: true, changeOrigin: true, headers: { origin: server } },
      "/content": { target: server, changeOrigin: true },
      "/apis": { target: server, changeOrigin: true, headers: { origin: server } },
    },
  },
});
