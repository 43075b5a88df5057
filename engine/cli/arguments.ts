/** What stands on the command line, checked. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { DeviceChoice, Severity } from "../report";
import type { CheckTarget } from "../runner/protocol";

export const usage = `gradlens: see what the backward pass of a model does

  gradlens trace FILE    run a model file and show the gradient of every layer
  gradlens check FILE    compare its gradients with finite differences

  --json                    print the result as JSON (NaN and infinities as strings)
  --dtype float32|float64   element type of tensors made from numbers (float32)
  --device auto|cpu|gpu     where to compute (auto)
  --timeout SECONDS         limit of a run (30)
  --memory MIB              limit of a run's memory (2048)
  --node PATH               Node to run the model with
  --fail-on warning|error   trace: exit with 1 when there is such a finding
  --target NAME|LINE        check: only this layer ("net.fc1"), or what stands at this line
  --sarif FILE              check: also write SARIF 2.1.0, for code hosts
  --junit FILE              check: also write JUnit XML, for CI servers
  --help, --version

Exit codes: 0 fine · 1 a check failed, or --fail-on found something · 2 the file or the arguments are wrong
`;

/** A mistake in the arguments. */
export class UsageError extends Error {}

export interface Arguments {
  readonly command: "trace" | "check" | "help" | "version";
  readonly file: string;
  readonly json: boolean;
  readonly dtype: "float32" | "float64";
  readonly device: DeviceChoice;
  readonly timeoutMs: number;
  readonly memoryMiB: number;
  readonly nodePath: string;
  readonly failOn: Severity | null;
  readonly target: CheckTarget;
  /** Files to write besides; null: none. */
  readonly sarif: string | null;
  readonly junit: string | null;
}

const options = {
  json: { type: "boolean" },
  dtype: { type: "string" },
  device: { type: "string" },
  timeout: { type: "string" },
  memory: { type: "string" },
  node: { type: "string" },
  "fail-on": { type: "string" },
  target: { type: "string" },
  sarif: { type: "string" },
  junit: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

/** @throws UsageError */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const [command, file, ...more] = positionals;
  const wantsHelp = values.help || command === "help" || (command === undefined && !values.version);
  const known = wantsHelp ? "help" : values.version ? "version" : command;
  if (known !== "help" && known !== "version" && known !== "trace" && known !== "check") {
    throw new UsageError(`there is no command "${command}"; expected trace or check`);
  }
  if (more.length > 0) throw new UsageError(`one file at a time; found also ${more.join(" ")}`);
  const isRun = known === "trace" || known === "check";
  return {
    command: known,
    file: isRun ? modelFile(known, file) : "",
    json: values.json ?? false,
    dtype: oneOf("dtype", values.dtype, ["float32", "float64"]),
    device: oneOf("device", values.device, ["auto", "cpu", "gpu"]),
    timeoutMs: 1000 * positive("timeout", values.timeout, 30),
    memoryMiB: Math.ceil(positive("memory", values.memory, 2048)),
    nodePath: values.node ?? "",
    failOn: readFailOn(values["fail-on"]),
    target: targetOf(values.target, file),
    sarif: values.sarif ?? null,
    junit: values.junit ?? null,
  };
}

function readFailOn(value: string | undefined): Severity | null {
  const severities: [Severity, Severity] = ["warning", "error"];
  return value === undefined ? null : oneOf("fail-on", value, severities);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function modelFile(command: string, file: string | undefined): string {
  if (file === undefined)
    throw new UsageError(`gradlens ${command} needs a file: gradlens ${command} model.ts`);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`there is no file ${file}`);
  if (!stat.isFile()) throw new UsageError(`${file} is a folder; expected a model file`);
  return resolve(file);
}

function oneOf<T extends string>(name: string, value: string | undefined, allowed: readonly [T, ...T[]]): T {
  if (value === undefined) return allowed[0];
  const found = allowed.find((each) => each === value);
  if (!found) throw new UsageError(`--${name} is "${value}"; expected ${allowed.join(" or ")}`);
  return found;
}

function positive(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!(number > 0) || !Number.isFinite(number))
    throw new UsageError(`--${name} is "${value}"; expected a number above 0`);
  return number;
}

function targetOf(target: string | undefined, file: string | undefined): CheckTarget {
  if (target === undefined) return { kind: "all" };
  return /^\d+$/.test(target)
    ? { kind: "line", file: resolve(file ?? ""), line: Number(target) }
    : { kind: "path", path: target };
}
