/** Has functions show the text that the person wrote, to a program that reads its own code. */
import { compilePlainly, type Edited } from "../source";
import { behindStandIn } from "../tracing/stand-in";
import type { ModelSource } from "./model-sources";

// Taken before a model can change it.
const nativeText = Function.prototype.toString;
const { apply, defineProperty } = Reflect;

/** The same texts without marks. */
const plainTexts = new WeakMap<ModelSource, Edited>();

/** @param files the compiled files in use */
export function showOriginalFunctions(files: () => readonly ModelSource[]): void {
  const methods = {
    toString(this: unknown): string {
      if (this === methods.toString) return apply(nativeText, nativeText, []) as string;
      const fn = typeof this === "function" ? behindStandIn(this as () => unknown) : this;
      const text = apply(nativeText, fn, []) as string;
      const source = files().find(({ code, runtime }) => text.includes(runtime) && code.includes(text));
      return source ? originalText(source, text) : text;
    },
  };
  defineProperty(Function.prototype, "toString", {
    value: methods.toString,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

/** No two functions with marks have the same text: each mark has a number of its own. */
function originalText(source: ModelSource, text: string): string {
  const plain = plainTexts.get(source) ?? compilePlainly(source.text, source.file);
  plainTexts.set(source, plain);
  const start = source.code.indexOf(text);
  const first = keptFrom(source.kept, start);
  const last = keptBefore(source.kept, start + text.length);
  const from = first === null ? -1 : whereNow(plain.kept, first.original);
  const to = last === null ? -1 : whereNow(plain.kept, last) + 1;
  if (first === null || from < 0 || to <= from) return text;
  // A bracket that was moved for a type with line breaks in it belongs to neither text.
  const gap = first.at === start ? 0 : lengthOfGap(plain.kept, from);
  return plain.code.slice(from - gap, to).trimStart();
}

/** The first character from an offset of the code on that stands in the text, and its offset there. */
function keptFrom(kept: readonly number[], offset: number): { at: number; original: number } | null {
  for (let i = 0; i < kept.length; i += 3) {
    const [start = 0, original = 0, length = 0] = kept.slice(i, i + 3);
    if (start + length <= offset) continue;
    const at = Math.max(start, offset);
    return { at, original: original + at - start };
  }
  return null;
}

/** The offset in the text of the last character before an offset of the code that stands there. */
function keptBefore(kept: readonly number[], offset: number): number | null {
  for (let i = kept.length - 3; i >= 0; i -= 3) {
    const [start = 0, original = 0, length = 0] = kept.slice(i, i + 3);
    if (start < offset) return original + Math.min(length, offset - start) - 1;
  }
  return null;
}

/** The offset in the code of an offset of the text; -1 when it does not stand there. */
function whereNow(kept: readonly number[], offset: number): number {
  for (let i = 0; i < kept.length; i += 3) {
    const [start = 0, original = 0, length = 0] = kept.slice(i, i + 3);
    if (original <= offset && offset < original + length) return start + offset - original;
  }
  return -1;
}

/** How much stands in front of an offset that was written anew. */
function lengthOfGap(kept: readonly number[], offset: number): number {
  for (let i = 3; i < kept.length; i += 3)
    if (kept[i] === offset) return offset - (kept[i - 3] ?? 0) - (kept[i - 1] ?? 0);
  return 0;
}
