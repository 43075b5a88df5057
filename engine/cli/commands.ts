/** `gradlens trace` and `gradlens check`: ask the engine process, print its answer, give the exit code. */
import { join } from "node:path";
import { printed } from "../core/printable";
import type { Report, Severity } from "../report/report";
import { Engine } from "../runner/client";
import type { OutputParams } from "../runner/protocol";
import { complain, FAILED, FINE, out, print, refuse, toJson, WRONG } from "./answer";
import type { Arguments } from "./arguments";
import { checkByDifferences } from "./check-differences";
import { currentFolder } from "./current-folder";
import { hasColours } from "./terminal";
import { showReport } from "./trace-text";

export async function runCommand(args: Arguments): Promise<number> {
  const onOutput = ({ stream, text }: OutputParams) => {
    const to = stream === "stderr" || args.stdoutIsData ? process.stderr : process.stdout;
    // A file or the next program gets what was printed, as from plain Node.
    to.write(to.isTTY ? printed(text, hasColours(to, process.env)) : text);
  };
  const script = join(__dirname, "engine.js");
  const engine = new Engine({ script, folder: currentFolder ?? "/", nodePath: args.nodePath, onOutput });
  process.once("exit", () => engine.dispose());
  try {
    return await perform(engine, args);
  } finally {
    engine.dispose();
  }
}

async function perform(engine: Engine, args: Arguments): Promise<number> {
  const { file, device, dtype, timeoutMs, memoryMiB } = args;
  const limits = { timeoutMs, memoryMiB, maxOperations: 5_000_000 };
  const traced = await engine.trace({ file, overlays: {}, device, dtype, limits });
  if (args.command === "trace")
    return "failure" in traced ? refuse(traced.failure, args) : show(traced, args);
  if (args.against === null) return checkByDifferences(engine, traced, args);
  // Reading files of tensors needs most of the engine; nothing else here does.
  const { checkAgainst } = await import("./check-against");
  return checkAgainst(engine, traced, args);
}

function show({ report }: { readonly report: Report }, args: Arguments): number {
  print(args.json ? toJson(report) : showReport(report, out));
  if (report.failure) {
    if (!args.json) complain(report.failure);
    return WRONG;
  }
  return args.failOn && report.findings.some(({ severity }) => isAtLeast(severity, args.failOn))
    ? FAILED
    : FINE;
}

const order: readonly Severity[] = ["info", "warning", "error"];

function isAtLeast(severity: Severity, least: Severity | null): boolean {
  return least !== null && order.indexOf(severity) >= order.indexOf(least);
}
