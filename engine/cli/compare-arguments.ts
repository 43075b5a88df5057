/** What stands behind `gradlens compare`: two files, or one that runs twice with something else. */
import type { DeviceChoice } from "../report/report";
import {
  devices,
  dtypes,
  isSavedPath,
  modelFile,
  notNegative,
  oneOfNames,
  positive,
  UsageError,
  wholeNumber,
} from "./argument-values";
import { showPath } from "./messages";

/** One of the two runs. */
export interface RunChoice {
  readonly file: string;
  readonly dtype: "float32" | "float64";
  readonly device: DeviceChoice;
  readonly seed: number;
}

export interface CompareArguments {
  readonly command: "compare";
  readonly runs: readonly [a: RunChoice, b: RunChoice];
  readonly json: boolean;
  /** Beyond which a gradient counts as changed; null: the usual one. */
  readonly factor: number | null;
  /** Every row, however many. */
  readonly all: boolean;
  readonly timeoutMs: number;
  readonly memoryMiB: number;
  readonly nodePath: string;
  readonly stdoutIsData: boolean;
}

type Values = Readonly<Partial<Record<string, string | boolean | readonly string[]>>>;

const own = ["json", "dtype", "device", "seed", "factor", "all", "timeout", "memory", "node"];

/** @throws UsageError */
export function readCompareArguments(values: Values, files: readonly string[]): CompareArguments {
  const strange = Object.keys(values).find((name) => !own.includes(name));
  if (strange !== undefined) throw new UsageError(`--${strange} does not go with compare`);
  const text = (name: string) => (typeof values[name] === "string" ? values[name] : undefined);
  const [seedA, seedB] = pairOf("seed", text("seed"));
  const [dtypeA, dtypeB] = pairOf("dtype", text("dtype"));
  const [deviceA, deviceB] = pairOf("device", text("device"));
  const [a, b] = twoFiles(files, [values.seed, values.dtype, values.device]);
  refuseForSaved([a, b], values);
  const run = (file: string, dtype?: string, device?: string, seed?: string): RunChoice => ({
    file,
    dtype: oneOfNames("dtype", dtype, [...dtypes]),
    device: oneOfNames("device", device, [...devices]),
    seed: seed === undefined ? 0 : wholeNumber("seed", seed),
  });
  const factor = text("factor");
  const times = factor === undefined ? null : notNegative("factor", factor);
  if (times !== null && times < 1)
    throw new UsageError(`--factor is "${factor}"; expected how many times as large, 1 or more`);
  return {
    command: "compare",
    runs: [run(a, dtypeA, deviceA, seedA), run(b, dtypeB, deviceB, seedB)],
    json: values.json === true,
    factor: times,
    all: values.all === true,
    timeoutMs: 1000 * positive("timeout", text("timeout"), 30),
    memoryMiB: Math.ceil(positive("memory", text("memory"), 2048)),
    nodePath: text("node") ?? "",
    stdoutIsData: values.json === true,
  };
}

/** "0,1": one for each run; a single one is for both. */
function pairOf(name: string, value: string | undefined): [string | undefined, string | undefined] {
  if (value === undefined) return [undefined, undefined];
  const [a, b = a, ...more] = value.split(",").map((each) => each.trim());
  if (more.length > 0)
    throw new UsageError(`--${name} is "${value}"; expected one for each run: two, with a comma between`);
  return [a, b];
}

/** What decides how a model runs says nothing to a trace that was saved. */
function refuseForSaved(files: readonly string[], values: Values): void {
  const saved = files.filter(isSavedPath);
  const given = ["dtype", "device", "seed", "timeout", "memory", "node"].find((name) => {
    const value = values[name];
    return value !== undefined && (saved.length === 2 || String(value).includes(","));
  });
  if (saved[0] !== undefined && given !== undefined)
    throw new UsageError(`--${given} is for model files; ${showPath(saved[0])} was saved, and nothing runs`);
}

function twoFiles(files: readonly string[], choices: readonly unknown[]): [string, string] {
  const [a, b, ...more] = files;
  if (more.length > 0) throw new UsageError(`two files at a time; found also ${more.join(" ")}`);
  if (a === undefined)
    throw new UsageError("gradlens compare needs two files: gradlens compare before.ts after.ts");
  const isTwice = choices.some((value) => typeof value === "string" && value.includes(","));
  if (b === undefined && !isTwice)
    throw new UsageError(
      `gradlens compare needs a second file, or what differs: gradlens compare ${a} --seed 0,1`,
    );
  return [modelFile("compare", a), modelFile("compare", b ?? a)];
}
