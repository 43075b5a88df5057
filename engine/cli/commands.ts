/** `gradlens trace` and `gradlens check`: ask the engine process, print its answer, give the exit code. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isFailure } from "../check/verdict";
import type { Failure, Report, Severity } from "../report";
import { Engine } from "../runner/client";
import type { OutputParams } from "../runner/protocol";
import type { Arguments } from "./arguments";
import { showChecks } from "./check-text";
import { toJUnit } from "./junit";
import { showFailure } from "./messages";
import { toSarif } from "./sarif";
import { styleFor } from "./terminal";
import { showReport } from "./trace-text";
import { readVersion } from "./version";

/** Exit codes. */
const FINE = 0;
const FAILED = 1;
const WRONG = 2;

const out = styleFor(process.stdout, process.env);
const err = styleFor(process.stderr, process.env);

export async function runCommand(args: Arguments): Promise<number> {
  const onOutput = ({ stream, text }: OutputParams) => {
    // With --json the standard output belongs to the JSON.
    (stream === "stderr" || args.json ? process.stderr : process.stdout).write(text);
  };
  const script = join(__dirname, "engine.js");
  const engine = new Engine({ script, folder: process.cwd(), nodePath: args.nodePath, onOutput });
  try {
    return await (args.command === "check" ? check(engine, args) : trace(engine, args));
  } finally {
    engine.dispose();
  }
}

async function trace(engine: Engine, args: Arguments): Promise<number> {
  const result = await run(engine, args);
  if ("failure" in result) return refuse(result.failure, args);
  const { report } = result;
  print(args.json ? toJson(report) : showReport(report, out));
  if (report.failure) {
    if (!args.json) complain(report.failure);
    return WRONG;
  }
  return args.failOn && report.findings.some(({ severity }) => isAtLeast(severity, args.failOn))
    ? FAILED
    : FINE;
}

async function check(engine: Engine, args: Arguments): Promise<number> {
  const traced = await run(engine, args);
  const failure = "failure" in traced ? traced.failure : traced.report.failure;
  if (failure) return refuse(failure, args);
  const result = await engine.check({ target: args.target });
  if ("failure" in result) return refuse(result.failure, args);
  if (result.checks.length === 0)
    return refuse(nothingToCheck(args, "report" in traced ? traced.report : null), args);
  print(args.json ? toJson(result.checks) : showChecks(result.checks, out));
  const { sarif, junit, file } = args;
  if (sarif !== null) writeFileSync(sarif, toSarif(result.checks, file, readVersion()));
  if (junit !== null) writeFileSync(junit, toJUnit(result.checks, file));
  return result.checks.some(isFailure) ? FAILED : FINE;
}

function run(engine: Engine, { file, device, dtype, timeoutMs, memoryMiB }: Arguments) {
  const limits = { timeoutMs, memoryMiB, maxOperations: 5_000_000 };
  return engine.trace({ file, overlays: {}, device, dtype, limits });
}

function refuse(failure: Failure, args: Arguments): number {
  if (args.json) print(toJson({ failure }));
  else complain(failure);
  return WRONG;
}

function complain(failure: Failure): void {
  process.stderr.write(`${showFailure(failure, err)}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function nothingToCheck({ target }: Arguments, report: Report | null): Failure {
  const paths = report?.scopes.map(({ path }) => path).filter((path) => path !== "") ?? [];
  const named =
    target.kind === "path"
      ? ` called "${target.path}"`
      : target.kind === "line"
        ? ` at line ${target.line}`
        : "";
  const hint =
    paths.length > 0
      ? `there is ${paths.slice(0, 12).join(", ")}`
      : "a parameter is a tensor that requires a gradient";
  return { kind: "model", message: `There is nothing to check${named}`, hint, site: null, stack: [] };
}

const order: readonly Severity[] = ["info", "warning", "error"];

function isAtLeast(severity: Severity, least: Severity | null): boolean {
  return least !== null && order.indexOf(severity) >= order.indexOf(least);
}

/** JSON has no word for what is no finite number: those become strings. */
function toJson(value: unknown): string {
  const replace = (_key: string, item: unknown) =>
    typeof item === "number" && !Number.isFinite(item) ? String(item) : item;
  return JSON.stringify(value, replace, 2);
}
