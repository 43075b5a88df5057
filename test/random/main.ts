/** Prints how random models and programs fare: `--models N`, `--faults N`, `--programs N`, `--seed S`; `--only NUMBER` for one trial. */
import { fileURLToPath } from "node:url";
import { kinds, type Request, readRequest } from "./request";
import { runShares, serveShares } from "./shares";
import { Tally } from "./tally";
import { type Kind, runTrial } from "./trials";

async function runKind(kind: Kind, { seed, counts, only, show }: Request): Promise<boolean> {
  const tally = new Tally(kind);
  const start = performance.now();
  if (only !== null) tally.add([await runTrial(kind, seed, only)]);
  else {
    const file = fileURLToPath(import.meta.url);
    await runShares(file, { kind, seed, count: counts[kind] }, (outcomes) => tally.add(outcomes));
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${tally.summary()} (${seconds} s)`);
  const failures = tally.failures.sort((a, b) => a.number - b.number);
  for (const { number, result, said } of failures.slice(0, show)) {
    console.log(
      `\n${kind} ${number} of seed ${seed}, ${result} (again: npm run suite:random -- --${kind} 1 --seed ${seed} --only ${number})\n${said}`,
    );
  }
  if (failures.length > show) console.log(`\n… and ${failures.length - show} more (--show N)`);
  return tally.isGood();
}

async function main(): Promise<void> {
  const request = readRequest(process.argv.slice(2));
  let isGood = true;
  for (const kind of kinds) {
    if (request.counts[kind] > 0) isGood = (await runKind(kind, request)) && isGood;
  }
  process.exitCode = isGood ? 0 : 1;
}

if (process.argv.includes("--serve")) serveShares();
else await main();
