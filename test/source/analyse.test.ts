/** What is found in a text before it runs: layers, the loss, exports, imports, the kind of module. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type Analysis, analyse, type SourceLayer } from "../../engine/source";
import { textAt } from "./text-at";

function read(text: string, file = "model.ts"): Analysis {
  const { analysis, error } = analyse(text, file);
  assert.equal(error, null);
  assert.ok(analysis);
  return analysis;
}

function layersOf(text: string): string[] {
  const show = ({ kind, owner, name, type }: SourceLayer) =>
    `${kind} ${owner ? `${owner}.` : ""}${name}: ${type}`;
  return read(text).layers.map(show);
}

function firstLayer(text: string): SourceLayer {
  const [layer] = read(text).layers;
  assert.ok(layer);
  return layer;
}

describe("static view of a model file", () => {
  it("finds modules in fields, variables and assignments", () => {
    const text = `
import { nn, nn as layers } from "gradlens";
class Net extends nn.Module {
  fc1 = new nn.Linear(64, 32);
  #norm = new nn.BatchNorm1d(32) as any;
  constructor() { super(); this.fc2 = new nn.Linear(32, 10); }
}
class Wide extends Net {}
const net = new Net(), wide = new Wide(), anonymous = new (class extends nn.Module {})();
const other = new Map(), list = [new nn.Linear(1, 1)];
`;
    assert.deepEqual(layersOf(text), [
      "module Net.fc1: nn.Linear",
      "module Net.#norm: nn.BatchNorm1d",
      "module Net.fc2: nn.Linear",
      "module net: Net",
      "module wide: Wide",
      "module anonymous: (class)",
    ]);
    assert.equal(textAt(text, firstLayer(text).range), "new nn.Linear(64, 32)");
  });

  it("knows nn by other names", () => {
    const found = ["module a: layers.Linear", "module b: gl.nn.Linear", "module c: Linear", "module d: Mine"];
    const text = `
import * as gl from "gradlens";
import { nn as layers } from "gradlens";
const { Linear, ReLU: Rectify } = layers;
class Mine extends Rectify {}
const a = new layers.Linear(1, 1), b = new gl.nn.Linear(1, 1), c = new Linear(1, 1), d = new Mine(), e = new gl.Other();
`;
    assert.deepEqual(layersOf(text), found);
  });

  it("numbers layers on lines of their own inside others", () => {
    const text = `
class Net extends nn.Module {
  body = new nn.Sequential(
    new nn.Linear(1, 2), new nn.ReLU(),
    new nn.Sequential(
      new nn.Linear(2, 2),
    ),
  );
  list = new nn.ModuleList([
    new nn.Linear(3, 3),
  ]);
  flat = new nn.Sequential(new nn.Linear(4, 4));
}
`;
    assert.deepEqual(layersOf(text), [
      "module Net.body: nn.Sequential",
      "module Net.body.0: nn.Linear",
      "module Net.body.1: nn.ReLU",
      "module Net.body.2: nn.Sequential",
      "module Net.body.2.0: nn.Linear",
      "module Net.list: nn.ModuleList",
      "module Net.list.0: nn.Linear",
      "module Net.flat: nn.Sequential",
    ]);
  });

  it("finds classes with forward and backward", () => {
    const text =
      "export class Sigmoid { forward(x) { return x; } backward(g) { return g; } }\nclass Half { forward() {} }";
    const layer = firstLayer(text);
    assert.deepEqual(layersOf(text), ["class Sigmoid: null"]);
    assert.equal(layer.forward && textAt(text, layer.forward), "forward(x) { return x; }");
    assert.equal(layer.backward && textAt(text, layer.backward), "backward(g) { return g; }");
    assert.deepEqual(layersOf("const S = class { forward = (x) => x; backward = (g) => g; };"), [
      "class S: null",
    ]);
  });

  it("finds pairs of functions", () => {
    const text =
      "function affine(x) {}\nexport const affineBackward = (g) => g, y = 1;\nfunction reluForward() {}\nfunction reluBackward() {}\nfunction aloneBackward() {}";
    assert.deepEqual(layersOf(text), ["pair affine: null", "pair relu: null"]);
    const { backward } = firstLayer(text);
    assert.equal(backward && textAt(text, backward), "export const affineBackward = (g) => g, y = 1;");
    assert.deepEqual(layersOf("function conv_forward() {}\nfunction conv_backward() {}"), [
      "pair conv: null",
    ]);
  });

  it("finds operations of one's own", () => {
    const text =
      'const swish = customOp({ name: "swish", forward: (x) => x, backward({ grad }) { return grad; } });\nconst cube = gl.customOp({ forward() {} });';
    assert.deepEqual(layersOf(text), ["customOp swish: null", "customOp cube: null"]);
    const { backward } = firstLayer(text);
    assert.equal(backward && textAt(text, backward), "backward({ grad }) { return grad; }");
  });

  it("finds the loss, however it is exported", () => {
    const lossOf = (text: string) => {
      const { loss } = read(text);
      return loss && textAt(text, loss);
    };
    assert.equal(lossOf("export function loss() {}"), "export function loss() {}");
    assert.equal(lossOf("export const loss = () => 1;"), "export const loss = () => 1;");
    assert.equal(lossOf("export const loss = memo(() => 1);"), "export const loss = memo(() => 1);");
    assert.equal(lossOf("async function f() {}\nexport { f as loss };"), "async function f() {}");
    assert.equal(lossOf('export { loss } from "./loss";'), "loss");
    assert.equal(lossOf("a.backward();\nf(x).backward();\nprint(x);"), "f(x).backward();");
    assert.equal(lossOf("function loss() {}\nnot.forward();"), null);
  });

  it("lists exports and imports, without types", () => {
    const text = `
import "./side"; import type { T } from "./types"; import { type U, v } from "./values";
export * from "./all"; export * as all from "./all"; export { a, b as c, type D } from "./some"; export type { E } from "./types";
export default class {} export let x = 1, { y, ...z } = {}; export interface I {} export declare const none: 1; export enum K {}
namespace N { export const hidden = 1; }
await import("./dynamic"); await import(v); require("./common");
`;
    const { exports, imports } = read(text);
    assert.deepEqual(exports, ["all", "a", "c", "default", "x", "y", "z", "K"]);
    assert.deepEqual(
      imports.map(({ specifier }) => specifier),
      ["./side", "./values", "./all", "./all", "./some", "./dynamic", "./common"],
    );
    for (const { specifier, range } of imports) assert.equal(textAt(text, range), JSON.stringify(specifier));
  });

  it("knows whether Gradlens is used", () => {
    assert.equal(read('import { relu } from "gradlens";').usesGradlens, true);
    assert.equal(read('const { relu } = require("gradlens");').usesGradlens, true);
    assert.equal(read('import type { Tensor } from "gradlens"; import "./gradlens";').usesGradlens, false);
  });

  it("tells modules from CommonJS", () => {
    const formatOf = (text: string, file: string) => read(text, file).format;
    assert.equal(formatOf("f();", "a.js"), "module");
    assert.equal(formatOf('const a = require("a");', "a.js"), "commonjs");
    assert.equal(formatOf("exports.a = 1;", "a.ts"), "commonjs");
    assert.equal(formatOf('import "a"; module.exports = 1;', "a.js"), "module");
    assert.equal(formatOf("await f(); module.exports = 1;", "a.js"), "module");
    assert.equal(formatOf("f();", "a.cjs"), "commonjs");
    assert.equal(formatOf("require('a');", "a.mjs"), "module");
    assert.equal(formatOf("import a = require('a'); a();", "a.cts"), "commonjs");
    assert.equal(formatOf("with (o) { f(); } return;", "a.js"), "commonjs");
  });

  it("points at the name in a chain over several lines", () => {
    const text = "x\n  .matmul(w)\n  .add(b);\nnew nn.Linear(1, 2);\nrelu(x);";
    const focus = read(text).sites.map(
      (site) => `${site.focus.line} ${textAt(text, site.focus)} of ${site.callee}`,
    );
    assert.deepEqual(focus, [
      "3 add of x.matmul(…).add",
      "2 matmul of x.matmul",
      "4 Linear of nn.Linear",
      "5 relu of relu",
    ]);
  });

  it("counts columns as an editor does: without the byte order mark, a tab as one, a surrogate pair as two", () => {
    const [first] = read("\uFEFFrelu(x);").sites;
    assert.deepEqual(first?.range, { line: 1, column: 1, endLine: 1, endColumn: 8 });
    const [second] = read("\t'\u{1F600}'; relu(x);\r\n").sites;
    assert.deepEqual(second?.range, { line: 1, column: 8, endLine: 1, endColumn: 15 });
    const [third] = read("a;\r\nb;\rc;\nrelu(\r\n1)").sites;
    assert.deepEqual(third?.range, { line: 4, column: 1, endLine: 5, endColumn: 3 });
  });

  it("reads long chains and sums", () => {
    assert.equal(read(`x${".add(y)".repeat(1500)};`).sites.length, 1500);
    assert.equal(read(`x${" + relu(y)".repeat(1500)};`).sites.length, 1500);
  });

  it("names the function around a call as a person does", () => {
    const text = `
f(); const g = () => f(); function h() { [].map(() => f()); }
class Net { forward() { f(); } x = f(); static make = () => f(); }
const o = { key() { f(); }, arrow: () => f() };
`;
    const around = read(text)
      .sites.filter(({ callee }) => callee === "f")
      .map((site) => site.function);
    assert.deepEqual(around, [null, "g", "h", "Net.forward", null, "Net.make", "key", "arrow"]);
  });
});
