/** The header of a .npy file: a Python dictionary of three entries, in any order. */

import { LARGEST_RANK } from "../core/check-shape";
import { ModelError } from "../core/error";
import { quoted } from "./quoted";

export interface NpyHeader {
  /** NumPy's code of the element type: "<f4". */
  readonly descr: string;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
}

const entry = /\s*(['"])(\w+)\1\s*:\s*(True|False|'[^'"\\]*'|"[^'"\\]*"|\([\d\s,]*\))\s*(,|(?=\s*\}))/y;
const shapeText = /^\(\s*(?:\d+\s*,\s*)*(?:\d+\s*)?\)$/;

/** @throws ModelError for a text that is no such dictionary, saying what was found */
export function readNpyHeader(text: string): NpyHeader {
  const found = readDictionary(text);
  const descr = /^['"](.*)['"]$/.exec(entryOf(found, "descr", text))?.[1];
  if (descr === undefined) throw strange(text, "descr is no text");
  const order = entryOf(found, "fortran_order", text);
  if (order !== "True" && order !== "False") throw strange(text, "fortran_order is neither True nor False");
  if (found.size > 3) throw strange(text, `it has ${found.size} entries`);
  return { descr, isFortran: order === "True", shape: readShape(entryOf(found, "shape", text), text) };
}

function readDictionary(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  const open = /^\s*\{/.exec(text)?.[0].length;
  if (open === undefined) throw strange(text, "it does not begin with {");
  entry.lastIndex = open;
  let at = open;
  for (let match = entry.exec(text); match !== null; match = entry.exec(text)) {
    const [, , name = "", value = ""] = match;
    if (entries.has(name)) throw strange(text, `${name} stands twice`);
    entries.set(name, value);
    at = entry.lastIndex;
  }
  if (!/^\s*\}\s*$/.test(text.slice(at))) throw strange(text, "it cannot be read to its end");
  return entries;
}

function entryOf(found: ReadonlyMap<string, string>, name: string, text: string): string {
  const value = found.get(name);
  if (value === undefined) throw strange(text, `no ${name}`);
  return value;
}

function readShape(value: string, text: string): number[] {
  // (3) is a number in Python; a shape of one dimension is written (3,).
  if (!shapeText.test(value) || /^\(\s*\d+\s*\)$/.test(value))
    throw strange(text, "shape is no tuple of sizes");
  const shape = (value.match(/\d+/g) ?? []).map(Number);
  if (shape.length > LARGEST_RANK || !shape.every(Number.isSafeInteger))
    throw strange(text, "shape is larger than an array can be");
  return shape;
}

function strange(text: string, reason: string): ModelError {
  return new ModelError(
    `${reason} in the header ${quoted(text.trimEnd())}, expected a dictionary of descr, fortran_order and shape`,
  );
}
