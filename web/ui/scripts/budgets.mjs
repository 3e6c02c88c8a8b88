// Fails the build when the page grows beyond what was decided: gzip -9, KiB.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const root = process.argv[2] ?? "target/classes/webroot";
const manifest = JSON.parse(readFileSync(join(root, ".vite/manifest.json"), "utf8"));
const size = (file) => gzipSync(readFileSync(join(root, file)), { level: 9 }).length / 1024;

const scripts = new Set();
const styles = new Set();
function walk(key) {
  const chunk = manifest[key];
  if (scripts.has(chunk.file)) return;
  scripts.add(chunk.file);
  for (const css of chunk.css ?? []) styles.add(css);
  for (const next of chunk.imports ?? []) walk(next);
}
walk("index.html");
const total = (set) => [...set].reduce((sum, file) => sum + size(file), 0);

const figures = [
  ["first-load JS", total(scripts), 220],
  ["first-load CSS", total(styles), 40],
];
for (const [key, chunk] of Object.entries(manifest)) {
  if (scripts.has(chunk.file) || !chunk.file.endsWith(".js")) continue;
  const limit = /GraphView/.test(key) || /GraphView/.test(chunk.name ?? "") ? 80 : 150;
  figures.push([`lazy ${chunk.name ?? key}`, size(chunk.file), limit]);
}
let over = 0;
for (const [name, kib, limit] of figures.sort((a, b) => b[1] - a[1])) {
  const bad = kib > limit;
  if (bad) over++;
  if (bad || kib > 5 || name.startsWith("first")) console.log(`${bad ? "OVER  " : "ok    "}${name.padEnd(28)} ${kib.toFixed(1).padStart(7)} KiB of ${limit}`);
}
console.log(`${readdirSync(join(root, "assets")).length} files`);
if (over > 0) {
  console.error(`${over} over budget: split a page off with lazy(), or argue for another figure in DESIGN.md`);
  process.exit(1);
}
