/** Prints what the diagnosis finds in faulty and in healthy models. */
import { resolve } from "node:path";
import { type PresetName, presetNames } from "../../../engine/report/preset-names";
import { fixture } from "../../runner/engine";
import { showTable } from "../show-table";
import { canonicalRule } from "./canonical-rule";
import { type Cure, offersIn, tryCure } from "./cures";
import { type Diagnosed, diagnoseModel, withEngines } from "./diagnose-model";
import { readModels, type SuiteModel } from "./models";
import { missedBars, stateOf, type Tally, tally, tallyByRule } from "./score";
import { differenceIn, ranWith, showFindings, timesFactor, type Variant } from "./variants";

const usage = `suite:diagnosis [FOLDER…] [--match TEXT] [--ours] [--list] [--fixes] [--scale] [--dtype float64] [--seed-shift N]

FOLDERs hold faulty/ and healthy/ model files; test/fixtures/diagnosis when none is given.
  --ours    without the rules of other tools
  --list    what was missed, found in another line or in several findings, and who was accused
  --fixes   applies what is offered and runs the models again
  --scale, --dtype, --seed-shift
            runs the models again, with the loss × 1e6 and × 1e-6, in another element type, with other seeds`;

/** Of the fixes that are offered, so many must cure. */
const CURES = 0.9;

interface Options {
  readonly folders: readonly string[];
  readonly match: string;
  readonly presets: readonly PresetName[];
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
    else if (/^--(?:ours|list|fixes)$/.test(arg)) flags.add(arg);
    else if (!arg.startsWith("--")) folders.push(resolve(arg));
    else throw new Error(usage);
  }
  return {
    folders: folders.length > 0 ? folders : [fixture("diagnosis")],
    match,
    presets: presetNames.filter((name) => name === "gradlens" || !flags.has("--ours")),
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

/** What each set of rules finds. Rules of others count by the names that ours have. */
async function diagnoseAll(models: readonly SuiteModel[], preset: PresetName): Promise<readonly Diagnosed[]> {
  const changes = preset === "gradlens" ? {} : { diagnosis: { preset } };
  return withEngines(models, async (engine, model) => {
    const diagnosed = await diagnoseModel(engine, model, { changes });
    const findings = diagnosed.findings.map((each) => ({ ...each, rule: canonicalRule(each.rule) }));
    return { ...diagnosed, findings };
  });
}

function showScores(byPreset: ReadonlyMap<PresetName, readonly Diagnosed[]>): string {
  const head = ["found", "culprit's line first", "one finding"];
  const ours = byPreset.get("gradlens") ?? [];
  const rules = [...tallyByRule(ours)].map(([rule, of]) => row(rule, of).slice(0, -1));
  const rows = [...byPreset].map(([name, all]) => row(name, tally(all)));
  return [showTable([["", ...head, "false alarms"], ...rows]), showTable([["rule", ...head], ...rules])].join(
    "\n\n",
  );
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
  const { folders, match, presets, isListed, areFixesTried, variants } = readOptions(args);
  const models = folders.flatMap((folder) => readModels(folder, match));
  const byPreset = new Map<PresetName, readonly Diagnosed[]>();
  for (const preset of presets) byPreset.set(preset, await diagnoseAll(models, preset));
  const ours = byPreset.get("gradlens") ?? [];
  console.log(showScores(byPreset));
  if (isListed) for (const line of listMistakes(ours)) console.log(line);
  const areCured = !areFixesTried || (await tryFixes(ours, isListed));
  for (const variant of variants) await showVariant(ours, variant);
  const missed = missedBars(tally(ours));
  for (const each of missed) console.log(each);
  process.exitCode = missed.length === 0 && areCured ? 0 : 1;
}

await main(process.argv.slice(2));
