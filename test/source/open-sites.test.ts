/** The engine's own stack of sites names the right call, whoever resumes whom. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { currentSite, enter, leave, openSites, resetSites, resume, suspend } from "../../engine/core/sites";
import { compile } from "../../engine/source";
import { textAt } from "./text-at";

/** Runs a text as the body of an async function and gives, for each `op(…)`, the text of the innermost call. */
async function callsOf(text: string): Promise<string[]> {
  const { code, analysis } = compile(`async function model() {\n${text}\n}`, "model.js", 1, 1);
  const seen: string[] = [];
  const op = (x: unknown) => {
    const site = analysis.sites[currentSite() - 1];
    seen.push(site ? textAt(`async function model() {\n${text}\n}`, site.range) : "none");
    return x;
  };
  const bind = (_: number, value: unknown) => value;
  const runtime = { enter, leave, suspend, resume, bind, declares: () => undefined };
  resetSites();
  await new Function("__gradlens", "op", `${code}; return model();`)(runtime, op);
  resetSites();
  return seen;
}

describe("open calls", () => {
  it("are right in a caller after a generator went on at another depth", async () => {
    const text = `
const f = (x) => x;
const g = (function* () { op(1); yield; op(2); yield; })();
g.next();
const { raw } = { raw: (...xs) => op(xs.length) };
f(f(f(raw(1, g.next(), 3))));
[g].map((each) => f(raw(each.next(), 5)));`;
    assert.deepEqual(await callsOf(text), ["op(1)", "op(2)", "op(xs.length)", "op(xs.length)"]);
  });

  it("are right where an operation is called without a mark of its own", async () => {
    const text = `
const g = (function* () { yield 1; yield 2; })();
g.next();
const run = op;
[1].map(run, g.next());
((a, b) => [b].map(run))(0, [...g]);
[0].map(run);`;
    const expected = ["[1].map(run, g.next())", "[b].map(run)", "[0].map(run)"];
    assert.deepEqual(await callsOf(text), expected);
  });

  it("come back after an await, while others went on meanwhile", async () => {
    const text = `
const pause = () => new Promise((done) => setTimeout(done, 1));
const slow = async (x) => { await pause(); [x].map(op); await pause(); [x, x].map(op); };
await Promise.all([slow(1), slow(2), [3].map(op)]);
[4].map(op);`;
    const twice = [
      "[x].map(op)",
      "[x].map(op)",
      "[x, x].map(op)",
      "[x, x].map(op)",
      "[x, x].map(op)",
      "[x, x].map(op)",
    ];
    assert.deepEqual(await callsOf(text), ["[3].map(op)", ...twice, "[4].map(op)"]);
  });

  it("are forgotten when what they threw is caught", async () => {
    const text = `
const fail = () => { throw new Error(); };
const outer = (run) => { try { fail(fail()); } catch { run(); } finally { run(); } };
outer(() => [1].map(op));
[2].map(op);`;
    assert.deepEqual(await callsOf(text), ["[1].map(op)", "[1].map(op)", "[2].map(op)"]);
  });

  it("are listed from the outside in", () => {
    resetSites();
    const before = enter(1);
    enter(2);
    assert.deepEqual(openSites(), [1, 2]);
    assert.equal(leave(before, "value"), "value");
    assert.deepEqual(openSites(), []);
    assert.equal(currentSite(), 0);
  });
});
