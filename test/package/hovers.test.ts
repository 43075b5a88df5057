// What a hover shows of calls of the library: every parameter with its name, and the doc comment of functions.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as gradlens from "../../engine";
import { LanguageServer } from "../harness/language-server";

/** Calls by the way to the function, such as "nn.functional.relu"; layers with new. */
function callsOf(path: string, module: object): string[] {
  return Object.entries(module).flatMap(([name, value]) => {
    if (typeof value !== "function") return [];
    const isClass = String(value).startsWith("class");
    return [`${isClass ? "new " : ""}${path}.${name}();`];
  });
}

const { nn, optim } = gradlens;
const calls = [
  ...callsOf("gl", gradlens),
  ...[...callsOf("gl.nn", nn), ...callsOf("gl.nn.init", nn.init), ...callsOf("gl.optim", optim)],
  ...Object.keys(Object.getOwnPropertyDescriptors(gradlens.Tensor.prototype)).flatMap((name) =>
    name === "constructor" || !/^\w+$/.test(name) ? [] : [`x.${name}();`],
  ),
];

describe("hovers over calls", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "gradlens-hovers-"));
  const server = new LanguageServer(folder);
  const shown = new Map<string, string>();

  before(async () => {
    const types = join(process.cwd(), "dist/types/index.d.ts");
    const compilerOptions = { strict: true, types: [], paths: { gradlens: [types] } };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const head = ['import * as gl from "gradlens";', "declare const x: gl.Tensor;"];
    const uri = await server.open("calls.ts", [...head, ...calls].join("\n"));
    for (const [i, call] of calls.entries())
      shown.set(call, await server.hover(uri, i + head.length, call.length - 4));
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("show something of every one", () => {
    assert.ok(calls.length > 500, String(calls.length));
    assert.deepEqual(
      [...shown].filter(([, text]) => text === "").map(([call]) => call),
      [],
    );
  });

  it("name every parameter", () => {
    const unnamed = [...shown].filter(([, text]) =>
      /\bargs_\d|\barg\d\b|\.\.\.\w+: (unknown|any|never)\[\]/.test(text),
    );
    assert.deepEqual(unnamed, []);
  });

  it("print one list of arguments, no union of lists", () => {
    const unions = [...shown].filter(([, text]) => /\(\.\.\.args: (?!\w+\[\])/.test(text));
    assert.deepEqual(
      unions.map(([call]) => call),
      [],
    );
  });

  for (const [call, expected] of [
    ["gl.maxPool2d();", "(x: gl.Tensor, kernelSize: PerDim, stride?: "],
    ["gl.layerNorm();", "(x: gl.Tensor, normalizedShape: "],
    ["gl.batchNorm();", "(x: gl.Tensor, runningMean?: "],
    ["gl.gather();", "(x: gl.Tensor, dim: number | gl.Tensor, index?: "],
    ["gl.sum();", "(x: gl.TensorLike, dim?: "],
    ["new gl.nn.Linear();", "(inFeatures: number, outFeatures: number, bias?: "],
    ["new gl.optim.SGD();", ", lr?: "],
    ["x.tril();", "(diagonal?: "],
    ["x.reshape();", "(shape: "],
  ] as const) {
    it(`show names and order in ${call}`, () => {
      assert.ok(shown.get(call)?.includes(expected), shown.get(call));
    });
  }
});
