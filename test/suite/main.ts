/** Prints the suite's table: Gradlens and the rules of other checkers on the same functions. */
import { allCases, type Outcome, rivals, runGradlens, runRival, type Score, score } from "./run";
import { showTable } from "./show-table";

function readSeeds(args: readonly string[]): { seeds: number[]; verbose: boolean; match: string } {
  const at = (flag: string) => args[args.indexOf(flag) + 1];
  const count = args.includes("--seeds") ? Number(at("--seeds")) : 5;
  const first = args.includes("--seed") ? Number(at("--seed")) : 0;
  if (!Number.isInteger(count) || !Number.isInteger(first) || count < 1)
    throw new Error("suite:gradcheck [--seed N] [--seeds COUNT] [--match TEXT] [--verbose]");
  const match = args.includes("--match") ? (at("--match") ?? "") : "";
  return {
    seeds: Array.from({ length: count }, (_, i) => first + i),
    verbose: args.includes("--verbose"),
    match,
  };
}

const share = (part: number, whole: number) => (whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`);

function row(
  name: string,
  { detected, faults, falseAlarms, rights, verdicts, places }: Score,
  names = false,
): string[] {
  return [
    name,
    `${detected} of ${faults}`,
    `${falseAlarms} of ${rights}`,
    share(verdicts, faults + rights),
    names ? share(places, faults) : "–",
  ];
}

function mistakes(outcomes: readonly Outcome[], verbose: boolean): string[] {
  return outcomes
    .filter(
      (each) =>
        verbose ||
        each.fails !== each.isFault ||
        !each.verdictIsRight ||
        (each.isFault && !each.placeIsRight),
    )
    .map(
      ({ group, name, seed, isFault, said }) =>
        `${isFault ? "fault" : "right"} · ${group} · ${name} · seed ${seed}: ${said}`,
    );
}

/** True when Gradlens is as good as it must be. */
function isGood({ detected, faults, falseAlarms, rights, verdicts, places }: Score): boolean {
  return (
    detected >= 0.98 * faults &&
    falseAlarms === 0 &&
    verdicts >= 0.98 * (faults + rights) &&
    places >= 0.95 * faults
  );
}

async function main(): Promise<void> {
  const { seeds, verbose, match } = readSeeds(process.argv.slice(2));
  const cases = allCases().filter(({ group, name }) => `${group} ${name}`.includes(match));
  const ours: Outcome[] = [];
  for (const seed of seeds) ours.push(...(await runGradlens(cases, seed)));
  const rows = [
    ["", "faults detected", "false alarms", "right verdict", "right operation and line"],
    row("Gradlens", score(ours), true),
  ];
  for (const rival of rivals) {
    const outcomes: Outcome[] = [];
    for (const seed of seeds) outcomes.push(...(await runRival(rival, cases, seed)));
    rows.push(row(rival.name, score(outcomes)));
  }
  console.log(showTable(rows));
  for (const line of mistakes(ours, verbose)) console.log(line);
  process.exitCode = isGood(score(ours)) ? 0 : 1;
}

await main();
