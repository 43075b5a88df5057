#!/usr/bin/env node
// npm run bench: times Gradlens and its peers row by row, interleaved, and prints medians and ratios.
import { readdirSync, writeSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../../.scripts/install.mjs";
import { showFigures } from "./figures.mjs";
import { findPeers } from "./peers.mjs";
import { showTable } from "./table.mjs";

const help = `npm run bench -- [NAME…] [--json] [--best] [--rounds N] [--engines ours,ours2,traced,tfjs,jax,torch]

Rows whose name contains one of the NAMEs, or all. Each engine runs in a process of its own, one at a time; the
rounds are interleaved, so that a busy machine hits all alike. Times are medians in milliseconds, or with --best the
shortest single runs, which a busy machine disturbs least. Rows that have limits instead of peers are medians, too.`;

function readArguments(args) {
  const options = { names: [], json: false, best: false, rounds: 5, engines: null };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--help") throw new Error(help);
    if (args[i] === "--json") options.json = true;
    else if (args[i] === "--best") options.best = true;
    else if (args[i] === "--rounds") options.rounds = Number(args[++i]);
    else if (args[i] === "--engines") options.engines = args[++i].split(",");
    else options.names.push(args[i].toLowerCase());
  }
  return options;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function summary(times) {
  return { ms: median(times.map(({ ms }) => ms)), best: Math.min(...times.map(({ best }) => best)) };
}

/** Whether an engine has a function for this row; PyTorch's are in Python, so it must be asked. */
function has(row, { name }) {
  if (name === "torch") return true;
  return name === "ours2" ? row.threads === true && row.ours !== undefined : row[name] !== undefined;
}

/**
 * Times one row on all engines that have it: { engine: { ms, best } or { error } }. The first run warms an engine up; it
 * is the only one without rounds.
 */
async function measure(row, peers, rounds) {
  const runs = new Map();
  try {
    for (const peer of peers) {
      await peer.start();
      const { ms, best, error } = await peer.ask({ row, warm: true });
      runs.set(peer, { times: rounds === 0 ? [{ ms, best }] : [], error });
    }
    for (let round = 0; round < rounds; round++) {
      for (const [peer, run] of runs) {
        if (run.error !== undefined) continue;
        const { ms, best, error } = await peer.ask({ row });
        if (error === undefined) run.times.push({ ms, best });
        else run.error = error;
      }
    }
  } finally {
    for (const peer of peers) peer.stop();
  }
  return Object.fromEntries(
    [...runs].map(([peer, { times, error }]) => [
      peer.name,
      error === undefined ? summary(times) : { error },
    ]),
  );
}

async function main() {
  const options = readArguments(process.argv.slice(2));
  const say = options.json ? () => {} : (text) => process.stderr.write(text);
  const folder = fileURLToPath(new URL("rows/", import.meta.url));
  const groups = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
  const rows = [];
  for (const group of groups.sort()) rows.push(...Object.entries((await import(join(folder, group))).rows));
  const wanted = rows
    .filter(
      ([name]) =>
        options.names.length === 0 || options.names.some((each) => name.toLowerCase().includes(each)),
    )
    .sort(([, a], [, b]) => a.order - b.order);
  if (wanted.length === 0)
    throw new Error(
      `No row is called ${options.names.join(" or ")}. There are: ${rows.map(([name]) => name).join(", ")}`,
    );
  const timed = wanted.filter(([, row]) => row.figures === undefined);
  const peers = await findPeers(options.engines, say, timed.length > 0);
  const table = {
    date: new Date().toISOString(),
    machine: describeMachine(),
    engines: {},
    rows: [],
    figures: [],
  };
  for (const [name, row] of wanted) {
    say(`${name} …\n`);
    if (row.figures !== undefined) {
      for (const figure of await row.figures(options.rounds))
        table.figures.push({ row: name, ...figure, median: median(figure.values) });
      continue;
    }
    const able = peers.filter((peer) => has(row, peer));
    table.rows.push({
      name,
      flops: row.flops,
      ...(await measure(name, able, row.once ? 0 : options.rounds)),
    });
  }
  for (const { name, version } of peers) if (version !== null) table.engines[name] = version;
  writeSync(1, options.json ? `${JSON.stringify(table, null, 2)}\n` : showAll(table, options.best));
}

function showAll(table, best) {
  const parts = [
    table.rows.length > 0 ? showTable(table, best) : `${table.date.slice(0, 10)} · ${table.machine}\n`,
  ];
  if (table.figures.length > 0) parts.push(showFigures(table.figures));
  return parts.join("\n");
}

function describeMachine() {
  const [cpu] = os.cpus();
  return `${cpu?.model.trim() ?? "unknown processor"}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.arch()}`;
}

try {
  process.chdir(root);
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
