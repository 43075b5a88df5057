/** Defaults, limits and edges that no value of a larger test would show. */
import assert from "node:assert/strict";
import { after, describe, it } from "mocha";
import { ModelError } from "../../engine/core/error";
import { quoted, shown } from "../../engine/data/quoted";
import * as g from "../../engine/index";
import { getThreads, installThreads, setThreads, threadStarter } from "../../engine/kernels/threads";
import { jsonProblem } from "../../engine/runner/import-problems";
import { restoreListeners, saveListeners } from "../../engine/runner/listeners";
import { suggestName } from "../../engine/runner/suggestion";

const float64 = (data: number[] | number[][]) => g.tensor(data, { dtype: "float64", requiresGrad: true });

describe("limits and edges", () => {
  it("narrow takes the last elements and no more, and counts a negative start from the end", () => {
    const x = float64([[1, 2, 3, 4]]);
    assert.deepEqual([...g.narrow(x, 1, 2, 2).data], [3, 4]);
    assert.deepEqual([...g.narrow(x, 1, -3, 3).data], [2, 3, 4]);
    assert.deepEqual(g.narrow(x, 1, 4, 0).shape, [1, 0]);
    for (const [start, length] of [
      [2, 3],
      [-5, 1],
      [0.5, 1],
      [3, 2],
      [5, 0],
    ]) {
      assert.throws(() => g.narrow(x, 1, start as number, length as number), ModelError);
    }
  });

  it("an index may be 0 and the last one, and nothing beyond", () => {
    const x = float64([10, 20, 30]);
    const at = (...i: number[]) => [...g.indexSelect(x, g.tensor(Int32Array.from(i)), { dim: 0 }).data];
    assert.deepEqual(at(0, 2), [10, 30]);
    for (const wrong of [-1, 3]) assert.throws(() => at(wrong), ModelError);
  });

  it("a cotangent that takes a gradient is differentiated through vjp, and a tangent through jvp", () => {
    const x = float64([1, -2, 3]);
    const u = float64([0.5, 1, 2]);
    const [, back] = g.vjp((y) => g.square(y as g.Tensor), [x]);
    const [pulled] = back(u);
    const [byCotangent] = g.grad(g.sum(g.mul(pulled as g.Tensor, 3)), [u]);
    assert.deepEqual([...(byCotangent as g.Tensor).data], [6, -12, 18]);
    const [, tangent] = g.jvp((y) => g.square(y as g.Tensor), [x.detach()], [u]);
    const [byTangent] = g.grad(g.sum(g.mul(tangent, 3)), [u]);
    assert.deepEqual([...(byTangent as g.Tensor).data], [6, -12, 18]);
    const plain = g.noGrad(() => back(u)[0]);
    assert.equal(plain?.requiresGrad, false);
  });

  it("suggests the option that is one letter off, however short, and none that is as good as another word", () => {
    const hintOf = (fn: () => void) => {
      try {
        fn();
      } catch (error) {
        return error instanceof ModelError ? (error.hint ?? "none") : "another error";
      }
      return "no error";
    };
    const x = float64([1, 2]);
    assert.equal(
      hintOf(() => g.sum(x, { din: 0 } as object)),
      "did you mean dim?",
    );
    assert.equal(
      hintOf(() => g.sum(x, { colour: 0 } as object)),
      "none",
    );
  });

  it("values of a file's header are shown in full while they are short and flat", () => {
    assert.equal(shown([1, "a", null, true, 5, 6, 7, 8]), '[1, "a", null, true, 5, 6, 7, 8]');
    assert.equal(shown([1, 2, 3, 4, 5, 6, 7, 8, 9]), "an array of 9");
    assert.equal(shown([[1], 2]), "an array of 2");
    assert.deepEqual([shown({ a: 1 }), shown(null), shown(3)], ["an object", "null", "3"]);
    assert.equal(quoted("x".repeat(80)).length, 82);
    assert.equal(quoted("x".repeat(81)), `"${"x".repeat(80)}…"`);
  });

  it("a mistake in a JSON file is where the parser stopped, and at its start when it does not say where", () => {
    const text = '{\n  "a": 1,\n  "b": ]\n}';
    const at = text.indexOf("]");
    const placed = jsonProblem("/data.json", text, new Error(`Unexpected token ] in JSON at position ${at}`));
    assert.deepEqual([placed.place?.line, placed.place?.column], [3, 8]);
    assert.equal(placed.message, "This is no valid JSON: Unexpected token ]");
    const unplaced = jsonProblem("/data.json", text, new Error("Unexpected end of JSON input"));
    assert.deepEqual([unplaced.place?.line, unplaced.place?.column], [1, 1]);
  });

  it("suggests an import only for names that there are", () => {
    assert.equal(suggestName("relu is not defined"), 'write import { relu } from "gradlens"');
    assert.equal(suggestName("rellu is not defined"), "did you mean relu?");
    assert.equal(suggestName("g.relu6x is not a function"), "did you mean relu6?");
  });
});

describe("listeners of the process", () => {
  const mine = () => undefined;

  it("are left alone when they are as they were", () => {
    assert.equal(restoreListeners(saveListeners()), false);
  });

  it("come back when a model put others in their place, as many as there were", () => {
    const saved = saveListeners();
    process.on("warning", mine);
    const withMine = saveListeners();
    process.removeListener("warning", mine);
    process.on("warning", () => undefined);
    assert.equal(restoreListeners(withMine), true);
    assert.ok(process.rawListeners("warning").includes(mine));
    assert.equal(restoreListeners(saved), true);
    assert.ok(!process.rawListeners("warning").includes(mine));
  });
});

describe("number of threads", () => {
  const [starter, count] = [threadStarter(), getThreads()];
  after(() => {
    if (starter !== null) installThreads(starter, count);
  });

  it("is from 1 to 16, however many the machine has", () => {
    const start = () => undefined;
    for (const [asked, got] of [
      [0, 1],
      [1, 1],
      [16, 16],
      [99, 16],
    ]) {
      installThreads(start, asked as number);
      assert.equal(getThreads(), got);
    }
    for (const wrong of [0, 17, 1.5]) assert.throws(() => setThreads(wrong), ModelError);
    setThreads(16);
    assert.equal(getThreads(), 16);
    setThreads(1);
    assert.equal(getThreads(), 1);
  });
});
