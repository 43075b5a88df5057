/** The command line: `gradlens trace FILE`, `gradlens check FILE`, `gradlens compare A B`. */
import { printable } from "../core/printable";
import { mistake, print, refuse, toJson } from "./answer";
import { UsageError } from "./argument-values";
import { readArguments, usage } from "./arguments";
import { runCommand } from "./commands";
import { runCompare } from "./compare-runs";
import { currentFolder } from "./current-folder";
import { showRules } from "./rules";
import { readVersion } from "./version";

/** Whoever asked for JSON gets it, whatever goes wrong, also with the other arguments. */
const asked = { json: process.argv.slice(2).includes("--json") };

async function main(args: readonly string[]): Promise<number> {
  if (currentFolder === null) {
    return refuse(
      mistake("the current folder was removed", "change into one that exists, and try again"),
      asked,
    );
  }
  let read: ReturnType<typeof readArguments>;
  try {
    read = readArguments(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return refuse(mistake(printable(error.message), "run gradlens --help for the options"), asked);
  }
  if (read.command === "help") print(read.json ? toJson({ usage }) : usage.trimEnd());
  else if (read.command === "version") print(read.json ? toJson({ version: readVersion() }) : readVersion());
  else if (read.command === "compare") return runCompare(read);
  else if (read.command === "rules") return showRules(read);
  else return runCommand(read);
  return 0;
}

// Whoever reads the output may stop reading: `gradlens trace model.ts | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

// Ends the engine process too: it is disposed of when this one exits.
for (const [signal, number] of [
  ["SIGHUP", 1],
  ["SIGINT", 2],
  ["SIGTERM", 15],
] as const) {
  process.once(signal, () => process.exit(128 + number));
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.exitCode = refuse({ ...mistake(message, "please report this"), kind: "internal" }, asked);
  },
);
