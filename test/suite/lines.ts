/** Prints in how many of the wrong backward passes the wrong line is blamed: `--match TEXT` for some. */
import { fixture, openEngine, paramsFor } from "../runner/engine";
import { isInLine, type Located, locate, readPlanted } from "./planted";

async function main(args: readonly string[]): Promise<void> {
  const match = args.includes("--match") ? (args[args.indexOf("--match") + 1] ?? "") : "";
  const { engine } = openEngine();
  const found: Located[] = [];
  try {
    for (const planted of readPlanted(fixture("hand-written/planted"))) {
      if (!planted.name.includes(match)) continue;
      const located = await locate(engine, planted, paramsFor(planted.file));
      found.push(located);
      if (planted.line === null ? located.fails : !isInLine(located))
        console.log(`${planted.name}\n  blamed: ${located.lines.join(", ") || "nothing"}`);
    }
  } finally {
    engine.dispose();
  }
  const wrong = found.filter(({ planted }) => planted.line !== null);
  const right = found.filter(({ planted }) => planted.line === null);
  const count = (list: readonly Located[], is: (each: Located) => boolean) => list.filter(is).length;
  const inLine = count(wrong, isInLine);
  const [detected, alarms] = [count(wrong, ({ fails }) => fails), count(right, ({ fails }) => fails)];
  const slowest = Math.max(...found.map(({ ms }) => ms));
  console.log(
    `found ${detected} of ${wrong.length}, right line ${inLine} (${((100 * inLine) / wrong.length).toFixed(1)} %), false alarms ${alarms} of ${right.length}, the slowest file ${(slowest / 1000).toFixed(1)} s`,
  );
  process.exitCode = detected === wrong.length && alarms === 0 && inLine >= 0.95 * wrong.length ? 0 : 1;
}

await main(process.argv.slice(2));
