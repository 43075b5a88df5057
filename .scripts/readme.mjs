#!/usr/bin/env node
// Writes the table of rules into the README, from the records of the rules as `gradlens rules --json` prints them.
// With --check it writes nothing, and fails where the table is another one.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const readme = join(root, "README.md");
const [begin, end] = ["<!-- rules -->", "<!-- /rules -->"];

const json = execFileSync(process.execPath, [join(root, "dist/cli.js"), "rules", "--json"], {
  encoding: "utf8",
});
const cell = (text) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const limits = (of) =>
  Object.entries(of)
    .map(([name, { value }]) => `\`${name}\` ${value}`)
    .join(", ");
const rows = JSON.parse(json).rules.map(
  ({ id, meaning, limits: of }) => `| \`${id}\` | ${cell(meaning)} | ${limits(of)} |`,
);
const table = ["| rule | what it is | limits |", "|---|---|---|", ...rows].join("\n");

const text = readFileSync(readme, "utf8");
const [before, rest] = text.split(begin);
const after = rest?.split(end)[1];
if (after === undefined) throw new Error(`README.md has no place for the rules: ${begin} … ${end}`);
const written = `${before}${begin}\n${table}\n${end}${after}`;
if (written !== text && process.argv.includes("--check")) {
  console.error("The rules in README.md are not those of the records: run npm run readme");
  process.exitCode = 1;
} else if (written !== text) writeFileSync(readme, written);
