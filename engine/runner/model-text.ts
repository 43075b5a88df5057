/** Reads the text of a model file, which may be anything that a file system holds. */
import { readFileSync, statSync } from "node:fs";
import { basename, extname } from "node:path";
import { showCount } from "../core/number-text";
import type { Site } from "../report/report";
import { kindOfFile, whyUnreadable } from "./file-kind";
import { ModelProblem } from "./model-problem";

/** Larger ones are data: their syntax tree would take gigabytes. */
const MAX_BYTES = 32 * 2 ** 20;
const LOOKED_AT = 8192;

/** @param site where the file is imported, if it is. @throws ModelProblem when it holds no text */
export function readModelText(file: string, site: Site | null): string {
  const name = basename(file);
  const refuse = (message: string, hint: string | null = null) =>
    new ModelProblem(message, { site: site ?? headOf(file), ...(hint === null ? {} : { hint }) });
  const kind = kindOfFile(file);
  if (kind !== "file") throw refuse(`${name} ${kind}; expected a file of text`);
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) {
      const megabytes = showCount(Math.round(size / 1e6));
      const hint = "keep data in a file of its own: data.readNpz, data.readSafetensors or JSON.parse read it";
      throw refuse(`${name} has ${megabytes} MB; expected at most 32 MB of source text`, hint);
    }
    const bytes = readFileSync(file);
    const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    if (wide) throw refuse(`${name} is written in UTF-16; expected UTF-8`, "save it as UTF-8");
    if (bytes.subarray(0, LOOKED_AT).includes(0))
      throw refuse(`${name} is no text: it holds bytes that are 0`);
    return bytes.toString("utf8");
  } catch (error) {
    throw error instanceof ModelProblem ? error : refuse(`${name} ${whyUnreadable(error)}`);
  }
}

function headOf(file: string): Site {
  return { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
}

const uses: Readonly<Record<string, string>> = {
  ".css": "there is no page here that it could style: leave the import out",
  ".scss": "there is no page here that it could style: leave the import out",
  ".node": "load it with createRequire(import.meta.url)(…), from node:module",
  ".wasm": "read it with readFileSync(new URL(…, import.meta.url)) and WebAssembly.instantiate",
};

/** An import of a file that holds no code. */
export function notCode(specifier: string, file: string, site: Site | null): ModelProblem {
  const hint = uses[extname(file)] ?? "read it with readFileSync(new URL(…, import.meta.url))";
  return new ModelProblem(`"${specifier}" is no file of TypeScript, JavaScript or JSON`, { site, hint });
}
