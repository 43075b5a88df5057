/** Sites and bindings stand exactly where the call and the name stand in the text. */
import assert from "node:assert/strict";
import { tsPlugin } from "@sveltejs/acorn-typescript";
import { Parser } from "acorn";
import { describe, it } from "mocha";
import { compile, originalOffset, type SourceBinding } from "../../engine/source";
import { corpus, examples, readPrograms } from "./programs";
import { textAt } from "./text-at";

const TypeScriptParser = Parser.extend(tsPlugin());
const callers = {
  call: "CallExpression",
  new: "NewExpression",
  template: "TaggedTemplateExpression",
  throw: "ThrowStatement",
};

/** All calls of a tree, counted without help of the code under test. */
function countCalls(node: unknown): number {
  if (typeof node !== "object" || node === null) return 0;
  if (Array.isArray(node)) return node.reduce((sum: number, each) => sum + countCalls(each), 0);
  if ("declare" in node && node.declare === true) return 0;
  const own = "type" in node && Object.values(callers).includes(String(node.type)) ? 1 : 0;
  return Object.values(node).reduce((sum: number, each) => sum + countCalls(each), own);
}

/** As a module with types, else as a plain script, which may be sloppy. */
function parseEither(text: string): unknown {
  try {
    return TypeScriptParser.parse(text, { ecmaVersion: "latest", sourceType: "module" });
  } catch {
    const sloppy = text.replace("async function* ()", "function ()");
    return Parser.parse(sloppy, { ecmaVersion: "latest", sourceType: "script" });
  }
}

/** Whether a text alone is a call of the kind, also where only a function or a class may hold it. */
function isCall(text: string, kind: keyof typeof callers): boolean {
  if (/^super\s*\(/.test(text)) return kind === "call";
  if (kind === "throw") return /^throw\b/.test(text);
  const held = /super|#/.test(text) ? `class extends Object { async *f() { return (${text}\n); } }` : null;
  const inside = `(${held ?? `async function* () { return (${text}\n); }`})`;
  const tree = JSON.stringify(parseEither(inside));
  const returned = /"type":"ReturnStatement".*?"argument":\{"type":"(\w+)"/.exec(tree)?.[1];
  return returned === callers[kind] || returned === "ChainExpression";
}

function nameOf({ name }: SourceBinding): string {
  return name.split(".").at(-1) ?? "";
}

describe("sites and bindings of the corpus and the examples", () => {
  for (const [name, text] of [...readPrograms(corpus), ...readPrograms(examples)]) {
    const { analysis, code, kept } = compile(text, name, 100, 500);

    it(`${name}: every call is a site whose text is the call`, () => {
      const parser = /ts$/.test(name) ? TypeScriptParser : Parser;
      const sourceType = analysis.format === "module" || parser === TypeScriptParser ? "module" : "commonjs";
      assert.equal(
        analysis.sites.length,
        countCalls(parser.parse(text, { ecmaVersion: "latest", sourceType })),
      );
      for (const { range, kind } of analysis.sites) {
        const call = textAt(text, range);
        if (!/#\w/.test(call)) assert.ok(isCall(call, kind), call);
      }
    });

    it(`${name}: every binding's text is its name`, () => {
      for (const binding of analysis.bindings) {
        const written = textAt(text, binding.range);
        if (binding.role === "return") assert.match(written, /^(return|=>)$/);
        else if (binding.role === "element") assert.match(written, /\]$/);
        else assert.equal(JSON.stringify(nameOf(binding)), JSON.stringify(unescaped(written)));
      }
    });

    it(`${name}: every use of a name has that name and knows its bindings`, () => {
      const known = new Map(analysis.bindings.map((binding) => [binding.id, binding]));
      for (const identifier of analysis.identifiers) {
        const written = unescaped(textAt(text, identifier.range));
        assert.ok(
          identifier.name.endsWith(written) || written.endsWith("]"),
          `${identifier.name} is not ${written}`,
        );
        assert.ok(identifier.bindings.length > 0);
        for (const id of identifier.bindings) assert.ok(known.has(id));
      }
    });

    it(`${name}: every call is found again from its place in the compiled code`, () => {
      assert.equal(kept.length % 3, 0);
      for (let i = 0; i < kept.length; i += 3) {
        const [start = 0, original = 0, length = 0] = kept.slice(i, i + 3);
        const stretch = text.slice(original, original + length);
        assert.equal(code.slice(start, start + length), stretch);
        assert.equal(originalOffset({ kept }, start), original);
        assert.equal(originalOffset({ kept }, start + length - 1), original + length - 1);
      }
      for (const { 1: id, index } of code.matchAll(/leave\(__gradlens\.enter\((\d+)\), /g)) {
        const found = text.slice(originalOffset({ kept }, index));
        const site = analysis.sites.find((each) => each.id === Number(id));
        const places = [found, found.replace(/^(delete |\()/, "")];
        assert.ok(site && places.some((place) => place.startsWith(textAt(text, site.range))), found);
      }
    });

    it(`${name}: ids go on from the given ones without a gap`, () => {
      assert.deepEqual(
        analysis.sites.map(({ id }) => id),
        analysis.sites.map((_, index) => 100 + index),
      );
      assert.deepEqual(
        analysis.bindings.map(({ id }) => id),
        analysis.bindings.map((_, index) => 500 + index),
      );
    });
  }
});

/** A quoted key is named without its quotes. */
function unescaped(written: string): string {
  if (/^["'`]/.test(written)) return written.slice(1, -1);
  return written.replace(/\\u0061/g, "a");
}
