/** Runs model files in a process of their own, as they are and with marks, and gives what each did. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { type Compiled, compile } from "../../engine/source";

export const corpus = "test/fixtures/corpus";
export const examples = "media/examples";

export interface Event {
  readonly op?: string;
  readonly site?: number;
  readonly binding?: number;
  readonly value?: number | null;
}

export interface Outcome {
  readonly name: string;
  readonly printed: readonly string[];
  readonly events: readonly Event[];
  readonly error: { readonly text: string; readonly stack: string } | null;
  /** Whether the stack of sites was empty at the end. */
  readonly top: boolean;
}

export interface Program {
  readonly name: string;
  readonly code: string;
  readonly format: "module" | "commonjs";
}

/** All programs of a folder, by file name. */
export function readPrograms(folder: string): [name: string, text: string][] {
  return readdirSync(folder)
    .filter((name) => /\.[cm]?[jt]s$/.test(name))
    .map((name) => [name, readFileSync(join(folder, name), "utf8")]);
}

/** Runs programs one after the other; a program without an end is cut off after twenty seconds. */
export function runPrograms(programs: readonly Program[]): Outcome[] {
  const child = spawnSync(
    process.execPath,
    ["--experimental-vm-modules", "--no-warnings", "test/source/corpus-child.mjs"],
    { input: JSON.stringify(programs), encoding: "utf8", timeout: 20_000, maxBuffer: 1 << 28 },
  );
  if (child.status !== 0) throw new Error(`the programs could not be run: ${child.stderr}`);
  return JSON.parse(child.stdout);
}

/** The program without marks, made by another compiler than ours. */
export function plain(name: string, text: string, format: Program["format"]): Program {
  const options = { loader: "ts", target: "node20.19", supported: { using: false } } as const;
  const isTyped = /\.[mc]?ts$/.test(name);
  return { name, code: isTyped ? transformSync(text, options).code : text, format };
}

/** The program with marks. */
export function marked(name: string, text: string): Program & Compiled {
  const compiled = compile(text, name, 1, 1);
  return { name, ...compiled, format: compiled.analysis.format };
}
