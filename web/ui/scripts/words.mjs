// The catalogues must say the same things in both languages: same keys, same placeholders, valid ICU, no key without a user.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { compileMessage } from "@lingui/message-utils/compileMessage";

const read = (language) => JSON.parse(readFileSync(`src/words/${language}.json`, "utf8"));
const catalogues = { en: read("en"), ja: read("ja") };
const problems = [];

function placeholders(tokens, found = new Set()) {
  if (!Array.isArray(tokens)) return found;
  for (const token of tokens) {
    if (!Array.isArray(token)) continue;
    found.add(token[0]);
    if (token[2] && typeof token[2] === "object") for (const branch of Object.values(token[2])) placeholders(branch, found);
  }
  return found;
}

const shapes = {};
for (const [language, words] of Object.entries(catalogues)) {
  for (const [key, text] of Object.entries(words)) {
    if (text.trim() === "") problems.push(`${language}: ${key} is empty`);
    try {
      (shapes[key] ??= {})[language] = [...placeholders(compileMessage(text, undefined))].filter((p) => p !== "#").sort().join(",");
    } catch (e) {
      problems.push(`${language}: ${key}: ${e.message}`);
    }
  }
}
for (const [key, shape] of Object.entries(shapes)) {
  for (const language of ["en", "ja"]) if (!(language in shape)) problems.push(`${language}: ${key} is missing`);
  if ("en" in shape && "ja" in shape && shape.en !== shape.ja) problems.push(`${key}: placeholders differ: en {${shape.en}} ja {${shape.ja}}`);
}

let source = "";
for (const name of readdirSync("src", { recursive: true })) {
  if (/\.tsx?$/.test(name) && !/v1\.d\.ts$/.test(name)) source += readFileSync(join("src", name), "utf8");
}
const families = [...source.matchAll(/`([A-Za-z.]+\.)\$\{/g)].map((m) => m[1]);
for (const key of Object.keys(catalogues.en)) {
  if (!source.includes(`"${key}"`) && !families.some((family) => key.startsWith(family))) problems.push(`${key} has no user`);
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${Object.keys(catalogues.en).length} messages in en and ja`);
