/** What stands on the command line, checked. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { isPrecision, type Precision, precisions } from "../report/precision";
import { presetNames } from "../report/preset-names";
import type { CheckSettings, CheckTarget, DiagnosisSettings } from "../report/questions";
import type { DeviceChoice, Severity } from "../report/report";
import { kindOfFile, notThere } from "../runner/file-kind";
import {
  devices,
  dtypes,
  isSavedPath,
  modelFile,
  notNegative,
  oneOfNames,
  positive,
  UsageError,
} from "./argument-values";
import { type CompareArguments, readCompareArguments } from "./compare-arguments";
import { readDiagnosis, sizeLimit } from "./diagnosis-arguments";
import { type RulesArguments, readRulesArguments } from "./rules";
import { type Saving, savePath } from "./saved-file";

const precisionNames = Object.keys(precisions).join(" or ");

export const usage = `gradlens: see what the backward pass of a model does

  gradlens trace FILE    run a model file and show the gradient of every layer
  gradlens check FILE    compare its gradients with finite differences
  gradlens fix FILE      try the fixes of its findings, and say what each did; --apply writes those that cure
  gradlens rules [RULE]  the rules of the diagnosis with their limits, or all about one of them
  gradlens compare A B   run two files and show what differs, or one twice: compare FILE --seed 0,1

  --json                    print the result as JSON (NaN and infinities as strings)
  --dtype float32|float64   element type of tensors made from numbers (float32); compare: A,B for one each
  --device auto|cpu|gpu     where to compute (auto); compare: A,B for one each
  --timeout SECONDS         limit of a run (30)
  --memory MIB              limit of a run's memory (2048)
  --node PATH               Node to run the model with
  --apply                   fix: write the fixes that cure into the files
  --fail-on warning|error   trace, fix: exit with 1 when there is such a finding
  --preset NAME             rules of the diagnosis: ${presetNames.join(", ")} (${presetNames[0]})
  --limit RULE.LIMIT=NUMBER a limit of a rule: vanishing-gradient.ratio=1e-4; may stand several times
  --no-rule RULE            leave a rule out; may stand several times
  --precision NAME          trace: what gradients would lose in ${precisionNames}
  --target NAME|LINE        check: only this layer ("net.fc1"), or what stands at this line
  --sarif FILE              trace, check: also write SARIF 2.1.0, for code hosts; - for the standard output
  --junit FILE              check: also write JUnit XML, for CI servers; - for the standard output
  --against FILE            check: compare with gradients saved from PyTorch, a .npz or .safetensors file
  --rtol NUMBER             check: relative difference to accept (1e-6; with --against 1e-4, in float64 1e-7)
  --atol NUMBER             check: absolute difference to accept (0)
  --budget SECONDS          check: time to compare in; what was not compared by then is said (60)
  --limit ELEMENTS          check: larger parameters are checked along random directions (20000)
  --seed NUMBER             trace: seed of random numbers; check: of those directions; compare: A,B for one each (0)
  --method NAME             check: central, forward, five-point or richardson differences (central)
  --second-order            check: the gradient of the gradient too
  --factor NUMBER           compare: a gradient that is this many times as large or small has changed (2)
  --all                     compare: every row, however many
  --save OUT.gradlens       save what ran, with the checks of check: trace, check and compare read it, without the model
  --values MIB              save: values and gradients of up to this size together (32)
  --help, --version

FILE is TypeScript or JavaScript, or a saved trace (.gradlens), of which nothing runs.
Exit codes: 0 fine · 1 a check failed, or --fail-on found something · 2 the file or the arguments are wrong
`;

export interface Arguments extends Saving {
  readonly command: "trace" | "check" | "fix" | "help" | "version";
  readonly file: string;
  readonly json: boolean;
  readonly dtype: "float32" | "float64";
  readonly device: DeviceChoice;
  readonly timeoutMs: number;
  readonly memoryMiB: number;
  readonly nodePath: string;
  /** fix: writes what cures. */
  readonly apply: boolean;
  readonly failOn: Severity | null;
  readonly diagnosis: DiagnosisSettings;
  /** trace: the number format of a dry run; null: none. */
  readonly precision: Precision | null;
  readonly target: CheckTarget;
  /** Files to write besides; null: none. */
  readonly sarif: string | null;
  readonly junit: string | null;
  /** The file of gradients to compare with; null: check by finite differences. */
  readonly against: string | null;
  /** Null: what rounding in the element type of the run explains. */
  readonly rtol: number | null;
  /** How to check by finite differences. */
  readonly settings: CheckSettings;
}

const options = {
  json: { type: "boolean" },
  dtype: { type: "string" },
  device: { type: "string" },
  timeout: { type: "string" },
  memory: { type: "string" },
  node: { type: "string" },
  "fail-on": { type: "string" },
  precision: { type: "string" },
  target: { type: "string" },
  sarif: { type: "string" },
  junit: { type: "string" },
  against: { type: "string" },
  budget: { type: "string" },
  rtol: { type: "string" },
  atol: { type: "string" },
  limit: { type: "string", multiple: true },
  "no-rule": { type: "string", multiple: true },
  preset: { type: "string" },
  seed: { type: "string" },
  method: { type: "string" },
  "second-order": { type: "boolean" },
  apply: { type: "boolean" },
  factor: { type: "string" },
  all: { type: "boolean" },
  save: { type: "string" },
  values: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

/** @throws UsageError */
export function readArguments(args: readonly string[]): Arguments | CompareArguments | RulesArguments {
  const { values, positionals } = parse(args);
  const [command, file, ...more] = positionals;
  if (command === undefined && values.json && !values.help && !values.version)
    throw new UsageError("--json needs a command: gradlens trace model.ts --json");
  const wantsHelp = values.help || command === "help" || (command === undefined && !values.version);
  const known = wantsHelp ? "help" : values.version ? "version" : command;
  if (known === "compare") return readCompareArguments(values, positionals.slice(1));
  if (known === "rules") return readRulesArguments(values, positionals.slice(1));
  if (!isOneOf(known)) {
    throw new UsageError(`there is no command "${command}"; expected trace, check, fix, compare or rules`);
  }
  if (values.apply && known !== "fix") throw new UsageError("--apply is for fix");
  const foreign = (["factor", "all"] as const).find((name) => values[name] !== undefined);
  if (foreign !== undefined) throw new UsageError(`--${foreign} is for compare`);
  if (values.junit !== undefined && known !== "check") throw new UsageError("--junit is for check");
  if (values.sarif !== undefined && known === "fix") throw new UsageError("--sarif is for trace and check");
  if (more.length > 0) throw new UsageError(`one file at a time; found also ${more.join(" ")}`);
  const isRun = known !== "help" && known !== "version";
  const precision = readPrecision(known, values.precision);
  return {
    command: known,
    file: isRun ? modelFile(known, file) : "",
    json: values.json ?? false,
    dtype: oneOfNames("dtype", values.dtype, [...dtypes]),
    device: oneOfNames("device", values.device, [...devices]),
    timeoutMs: 1000 * positive("timeout", values.timeout, 30),
    memoryMiB: Math.ceil(positive("memory", values.memory, 2048)),
    nodePath: values.node ?? "",
    apply: values.apply ?? false,
    failOn: readFailOn(values["fail-on"]),
    diagnosis: { ...readDiagnosis(values, known !== "check"), ...(precision && { precision }) },
    precision,
    target: targetOf(values.target, file),
    sarif: values.sarif ?? null,
    junit: values.junit ?? null,
    ...readAgainst(values),
    settings: readSettings(values),
    ...readSaving(values, file),
    stdoutIsData: isData(values),
  };
}

const commands = ["trace", "check", "fix", "help", "version"] as const;

function isOneOf(command: string | undefined): command is Arguments["command"] {
  return commands.some((each) => each === command);
}

interface Outputs {
  readonly json?: boolean | undefined;
  readonly sarif?: string | undefined;
  readonly junit?: string | undefined;
}

function isData({ json, sarif, junit }: Outputs): boolean {
  const owners = [json && "--json", sarif === "-" && "--sarif -", junit === "-" && "--junit -"].filter(
    Boolean,
  );
  if (owners.length > 1)
    throw new UsageError(
      `the standard output takes one of ${owners.join(" and ")}; expected a file for the other`,
    );
  return owners.length > 0;
}

interface AgainstOptions extends Outputs {
  readonly against?: string | undefined;
  readonly rtol?: string | undefined;
  readonly target?: string | undefined;
}

function readAgainst({ against, rtol, sarif, junit, target }: AgainstOptions) {
  if (against === undefined) return { against: null, rtol: null };
  if (sarif !== undefined || junit !== undefined)
    throw new UsageError("--against prints a table or --json; --sarif and --junit are for gradient checks");
  if (/^\d+$/.test(target ?? ""))
    throw new UsageError(`--target is the line ${target}; with --against expected the name of a layer`);
  if (!/\.(npz|safetensors)$/.test(against))
    throw new UsageError(`--against is "${against}"; expected a .npz or .safetensors file`);
  const found = kindOfFile(against);
  if (found === notThere) throw new UsageError(`there is no file ${against}`);
  if (found !== "file") throw new UsageError(`${against} ${found}; expected a .npz or .safetensors file`);
  return { against: resolve(against), rtol: rtol === undefined ? null : positive("rtol", rtol, 0) };
}

interface SaveOptions {
  readonly save?: string | undefined;
  readonly values?: string | undefined;
  readonly against?: string | undefined;
}

/** Options that decide how a model runs, or is checked. */
const ofRuns = [
  ...["dtype", "device", "timeout", "memory", "node", "target", "against", "budget", "rtol", "atol"],
  ...["limit", "seed", "method", "second-order", "save", "values", "preset", "no-rule"],
];

function readSaving(given: SaveOptions, file = ""): Pick<Arguments, "save" | "valueBytes"> {
  const { save, values, against } = given;
  const foreign = isSavedPath(file) && ofRuns.find((name) => Object.hasOwn(given, name));
  if (foreign) throw new UsageError(`--${foreign} is for model files; ${file} was saved, and nothing runs`);
  if (save !== undefined && against !== undefined) throw new UsageError("--save does not go with --against");
  if (save === undefined && values !== undefined) throw new UsageError("--values goes with --save");
  return {
    save: save === undefined ? null : savePath(save),
    valueBytes: values === undefined ? null : 2 ** 20 * notNegative("values", values),
  };
}

interface SettingOptions {
  readonly budget?: string | undefined;
  readonly against?: string | undefined;
  readonly rtol?: string | undefined;
  readonly atol?: string | undefined;
  readonly limit?: readonly string[] | undefined;
  readonly seed?: string | undefined;
  readonly method?: string | undefined;
  readonly "second-order"?: boolean | undefined;
}

function readSettings(values: SettingOptions): CheckSettings {
  const { against, rtol, atol, seed, method } = values;
  const limit = sizeLimit(values.limit);
  const own = (["budget", "atol", "limit", "seed", "method", "second-order"] as const).find(
    (name) => (name === "limit" ? limit : values[name]) !== undefined,
  );
  if (against !== undefined && own !== undefined)
    throw new UsageError(`--${own} is for gradient checks; it does not go with --against`);
  return {
    ...(rtol === undefined ? {} : { rtol: notNegative("rtol", rtol) }),
    ...(atol === undefined ? {} : { atol: notNegative("atol", atol) }),
    ...(limit === undefined ? {} : { limit: notNegative("limit", limit) }),
    ...(seed === undefined ? {} : { seed: notNegative("seed", seed) }),
    budgetMs: 1000 * positive("budget", values.budget, 60),
    method: oneOfNames("method", method, ["central", "forward", "five-point", "richardson"]),
    secondOrder: values["second-order"] ?? false,
  };
}

function readFailOn(value: string | undefined): Severity | null {
  const severities: [Severity, Severity] = ["warning", "error"];
  return value === undefined ? null : oneOfNames("fail-on", value, severities);
}

function readPrecision(command: string, value: string | undefined): Precision | null {
  if (value === undefined) return null;
  if (command !== "trace") throw new UsageError("--precision is for trace");
  if (isPrecision(value)) return value;
  throw new UsageError(`--precision is "${value}"; expected ${precisionNames}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function targetOf(target: string | undefined, file: string | undefined): CheckTarget {
  if (target === undefined) return { kind: "all" };
  return /^\d+$/.test(target)
    ? { kind: "line", file: resolve(file ?? ""), line: Number(target) }
    : { kind: "path", path: target };
}
