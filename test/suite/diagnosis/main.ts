/** Prints what the diagnosis finds in faulty and in healthy models. */
import { resolve } from "node:path";
import { fixture } from "../../runner/engine";
import { showTable } from "../show-table";
import { type Cure, offersIn, tryCure } from "./cures";
import { type Diagnosed, diagnoseModel, withEngines } from "./diagnose-model";
import { readModels } from "./models";
import { missedBars, stateOf, type Tally, tally, tallyByRule } from "./score";
import { differenceIn, ranWith, showFindings, timesFactor, type Variant } from "./variants";

const usage = `suite:diagnosis [FOLDER…] [--match TEXT] [--list] [--fixes] [--scale] [--dtype float64] [--seed-shift N]

FOLDERs hold faulty/ and healthy/ model files; test/fixtures/diagnosis when none is given.
  --list    what was missed, found in another line or in several findings, and who was accused
  --fixes   applies what is offered and runs the models again
  --scale, --dtype, --seed-shift
            runs the models again, with the loss × 1e6 and × 1e-6, in another element type, with other seeds`;

/** Of the fixes that are offered, so many must cure. */
const CURES = 0.9;

interface Options {
  readonly folders: readonly string[];
  readonly match: string;
  readonly isListed: boolean;
  readonly areFixesTried: boolean;
  readonly variants: readonly Variant[];
}

function readOptions(args: readonly string[]): Options {
  const folders: string[] = [];
  const variants: Variant[] = [];
  const flags = new Set<string>();
  let match = "";
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--match") match = rest.shift() ?? "";
    else if (arg === "--scale") variants.push(timesFactor(1e6), timesFactor(1e-6));
    else if (arg === "--dtype" && rest.shift() === "float64")
      variants.push(ranWith("float64", { dtype: "float64" }));
    else if (arg === "--seed-shift")
      variants.push(ranWith("other seeds", { seedShift: Number(rest.shift()) }));
    else if (arg === "--list" || arg === "--fixes") flags.add(arg);
    else if (!arg.startsWith("--")) folders.push(resolve(arg));
    else throw new Error(usage);
  }
  return {
    folders: folders.length > 0 ? folders : [fixture("diagnosis")],
    match,
    isListed: flags.has("--list"),
    areFixesTried: flags.has("--fixes"),
    variants,
  };
}

function share(part: number, whole: number): string {
  return whole === 0 ? "–" : `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;
}

function row(name: string, { found, faults, falseAlarms, healthy, inLine, single }: Tally): string[] {
  const alarms = healthy === 0 ? "–" : `${falseAlarms} in ${healthy} (${(falseAlarms / healthy).toFixed(3)})`;
  return [name, share(found, faults), share(inLine, found), share(single, found), alarms];
}

function showScores(all: readonly Diagnosed[]): string {
  const head = ["found", "culprit's line first", "one finding"];
  const rules = [...tallyByRule(all)].map(([rule, of]) => row(rule, of).slice(0, -1));
  return [
    showTable([["", ...head, "false alarms"], row("Gradlens", tally(all))]),
    showTable([["rule", ...head], ...rules]),
  ].join("\n\n");
}

function listMistakes(all: readonly Diagnosed[]): string[] {
  return all
    .filter((each) => stateOf(each) !== "ok")
    .map((each) => {
      const { name, rules, lines } = each.model;
      const wanted = rules.length > 0 ? ` wants ${rules.join("|")}@${lines.join("|")},` : "";
      return `${stateOf(each).padEnd(11)} ${name}:${wanted} got ${showFindings(each)}`;
    });
}

async function tryFixes(all: readonly Diagnosed[], isListed: boolean): Promise<boolean> {
  const offers = all.filter(({ model }) => model.rules.length > 0).flatMap(offersIn);
  const tried: Cure[] = await withEngines(offers, tryCure);
  const cures = tried.filter(({ left }) => left.length === 0);
  const models = new Set(offers.map(({ diagnosed }) => diagnosed.model)).size;
  console.log(
    `\nfixes: ${offers.length} offered as edits in ${models} models, ${share(cures.length, offers.length)} cure`,
  );
  if (isListed)
    for (const { diagnosed, finding, fix, left } of tried)
      if (left.length > 0)
        console.log(`no cure     ${diagnosed.model.name}: ${finding.rule}: ${fix.title}: ${left.join(", ")}`);
  return cures.length >= CURES * offers.length;
}

async function showVariant(all: readonly Diagnosed[], variant: Variant): Promise<void> {
  const able = all.filter(({ model }) => variant.rewrite(model.text) !== null);
  const differences = await withEngines(able, (engine, each) => differenceIn(engine, each, variant));
  const different = differences.filter((each) => each !== null);
  console.log(`\n${variant.name}: other findings in ${share(different.length, able.length)}`);
  for (const { model, before, after } of different) console.log(`${model}: ${before} → ${after}`);
}

async function main(args: readonly string[]): Promise<void> {
  const { folders, match, isListed, areFixesTried, variants } = readOptions(args);
  const models = folders.flatMap((folder) => readModels(folder, match));
  const all = await withEngines(models, (engine, model) => diagnoseModel(engine, model));
  console.log(showScores(all));
  if (isListed) for (const line of listMistakes(all)) console.log(line);
  const areCured = !areFixesTried || (await tryFixes(all, isListed));
  for (const variant of variants) await showVariant(all, variant);
  const missed = missedBars(tally(all));
  for (const each of missed) console.log(each);
  process.exitCode = missed.length === 0 && areCured ? 0 : 1;
}

await main(process.argv.slice(2));
