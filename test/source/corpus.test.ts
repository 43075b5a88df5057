/** Tricky programs do the same with and without marks, and each operation in them knows its call. */
import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import type { Analysis } from "../../engine/source";
import { corpus, marked, type Outcome, plain, readPrograms, runPrograms } from "./programs";
import { textAt } from "./text-at";

const operations = new Set(["relu", "tanh", "add", "einsum"]);

describe("corpus of tricky programs", () => {
  const programs = readPrograms(corpus);
  const analyses = new Map<string, Analysis>();
  const expected = new Map<string, Outcome>();
  const actual = new Map<string, Outcome>();

  before(() => {
    const compiled = programs.map(([name, text]) => marked(name, text));
    for (const { name, analysis } of compiled) analyses.set(name, analysis);
    const references = programs.map(([name, text]) =>
      plain(name, text, analyses.get(name)?.format ?? "module"),
    );
    for (const outcome of runPrograms(references)) expected.set(outcome.name, outcome);
    for (const outcome of runPrograms(compiled)) actual.set(outcome.name, outcome);
  });

  it("has at least 60 programs", () => assert.ok(programs.length >= 60, `${programs.length} programs`));

  for (const [name, text] of programs) {
    it(`${name} prints and computes the same`, () => {
      const [want, got] = [expected.get(name), actual.get(name)];
      assert.equal(want?.error, null);
      assert.equal(got?.error, null);
      assert.ok(want && want.printed.length > 0, "prints nothing");
      assert.deepEqual(got?.printed, want.printed);
      assert.deepEqual(
        got?.events.flatMap(({ op }) => op ?? []),
        want.events.flatMap(({ op }) => op ?? []),
      );
    });

    // After an await or a yield what is on top belongs to whoever went on last.
    if (!/await|async|yield|Promise/.test(text)) {
      it(`${name} ends outside of all calls`, () => assert.equal(actual.get(name)?.top, true));
    }

    it(`${name} knows the call of each operation`, () => {
      const sites = new Map(analyses.get(name)?.sites.map((site) => [site.id, site]));
      for (const { op, site = 0 } of actual.get(name)?.events ?? []) {
        if (!op) continue;
        const found = sites.get(site);
        assert.ok(found, `${op} has no site`);
        const called = textAt(text, found.focus);
        if (operations.has(called)) assert.equal(called, op, textAt(text, found.range));
      }
    });
  }
});
