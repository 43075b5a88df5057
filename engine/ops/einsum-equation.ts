/** Reads the equation of an einsum: which label each dimension has. */

import { describeValue } from "../core/describe";
import { ModelError } from "../core/error";
import { type Shape, showShape } from "../core/shape";

export interface Equation {
  /** The labels of each operand, one per dimension. */
  readonly terms: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/**
 * Parses "ij,jk->ik" for operands of the given shapes. Without "->" the output has the labels that occur once, in
 * alphabetical order; "..." stands for further dimensions, aligned at the last of them.
 * @throws ModelError when the equation and the shapes do not fit
 */
export function parseEquation(text: unknown, shapes: readonly Shape[]): Equation {
  if (typeof text !== "string") {
    throw new ModelError(`the equation is ${describeValue(text)}, expected a text such as "ij,jk->ik"`);
  }
  const [left = "", right, ...more] = text.replace(/\s/g, "").split("->");
  const parts = left.split(",");
  if (more.length > 0 || !/^([a-zA-Z,]|\.\.\.)*$/.test(left + (right ?? ""))) {
    throw new ModelError(`the equation is ${JSON.stringify(text)}, expected letters as in "ij,jk->ik"`);
  }
  if (parts.length !== shapes.length) {
    throw new ModelError(
      `the equation has ${parts.length} operands on its left, but ${shapes.length} tensors were given`,
    );
  }
  const terms = parts.map((part, i) => labelsOf(part, shapes[i] as Shape, i));
  const extra = terms.map((term) => term.filter(isExtra)).sort((a, b) => b.length - a.length)[0] ?? [];
  const output = right === undefined ? implicit(terms, extra) : right.split("...").flatMap(spread(extra));
  checkOutput(output, terms, text);
  return { terms, output };
}

const isExtra = (label: string) => label.startsWith(".");
const spread = (extra: readonly string[]) => (letters: string, i: number) => [
  ...(i === 0 ? [] : extra),
  ...letters,
];

/** Labels of one operand; the dimensions under "..." are called ".1", ".2", … from the last one. */
function labelsOf(part: string, shape: Shape, operand: number): string[] {
  const [before = "", after] = part.split("...");
  const named = before.length + (after?.length ?? 0);
  const open = shape.length - named;
  if (open < 0 || (after === undefined && open > 0)) {
    throw new ModelError(
      `operand ${operand + 1} is written ${JSON.stringify(part)} but has shape ${showShape(shape)}, expected ${named} dimensions`,
    );
  }
  const extra = Array.from({ length: open }, (_, i) => `.${open - i}`);
  return [...before, ...extra, ...(after ?? "")];
}

function implicit(terms: readonly (readonly string[])[], extra: readonly string[]): string[] {
  const all = terms.flat().filter((label) => !isExtra(label));
  const once = all.filter((label) => all.indexOf(label) === all.lastIndexOf(label)).sort();
  return [...extra, ...once];
}

function checkOutput(output: readonly string[], terms: readonly (readonly string[])[], text: string): void {
  for (const [i, label] of output.entries()) {
    if (output.indexOf(label) !== i) {
      throw new ModelError(`the output of ${JSON.stringify(text)} has ${label} twice, expected it once`);
    }
    if (!terms.some((term) => term.includes(label))) {
      throw new ModelError(`the output of ${JSON.stringify(text)} has ${label}, which no operand has`);
    }
  }
}

/** The size of each label. @throws ModelError when it differs between operands, unless it is 1 in one */
export function sizesOf({ terms }: Equation, shapes: readonly Shape[]): Map<string, number> {
  const sizes = new Map<string, number>();
  terms.forEach((term, k) => {
    term.forEach((label, d) => {
      const n = (shapes[k] as Shape)[d] as number;
      const known = sizes.get(label) ?? n;
      if (known !== n && known !== 1 && n !== 1) {
        throw new ModelError(
          `label ${label} has size ${known} in one operand and ${n} in another, expected equal sizes`,
        );
      }
      sizes.set(label, known === 1 ? n : known);
    });
  });
  return sizes;
}
