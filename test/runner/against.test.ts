// `gradlens check FILE --against`: gradients beside those that PyTorch computed, and what is said when they differ.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { cast, tensor } from "../../engine";
import { type ComparedGradient, compareGradients } from "../../engine/cli/against";
import { showCompared } from "../../engine/cli/against-text";
import { styleFor } from "../../engine/cli/terminal";
import type { Tensor } from "../../engine/core/tensor";
import { writeNpz, writeSafetensors } from "../../engine/data";
import { readReference, type StoredTensor, tensorOf } from "../engine/reference";
import { gradlens } from "./command";

const model = "test/fixtures/against/encoder.ts";

interface Layer {
  readonly layer: string;
  readonly parameterGrads: Readonly<Record<string, StoredTensor>>;
}

/** PyTorch's gradients by the names of `state_dict`. */
function gradientsOfPyTorch(): Record<string, Tensor> {
  const { layers } = readReference<{ layers: Layer[] }>("layers.json");
  const found = layers.find(({ layer }) => layer === "TransformerEncoderLayer");
  assert.ok(found);
  const entries = Object.entries(found.parameterGrads);
  return Object.fromEntries(entries.map(([name, stored]) => [name, tensorOf(stored)]));
}

describe("gradients against PyTorch's", () => {
  const gradients = gradientsOfPyTorch();
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "gradlens-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function save(name: string, tensors: Record<string, Tensor>): string {
    const path = join(folder, name);
    writeFileSync(path, (name.endsWith(".npz") ? writeNpz : writeSafetensors)(tensors));
    return path;
  }

  async function compare(reference: string, ...args: string[]) {
    const { code, out } = await gradlens("check", model, "--against", reference, "--json", ...args);
    return { code, rows: JSON.parse(out) as ComparedGradient[] };
  }

  it("finds the same, whether the names have the variable's prefix, another, or none", async () => {
    const prefixed = (prefix: string) =>
      Object.fromEntries(Object.entries(gradients).map(([name, x]) => [`${prefix}.${name}`, x]));
    const files = [
      save("plain.npz", gradients),
      save("root.npz", prefixed("encoder")),
      save("wrapped.safetensors", prefixed("module")),
    ];
    for (const file of files) {
      const { code, rows } = await compare(file, "--dtype", "float64");
      assert.equal(code, 0, file);
      assert.deepEqual(
        rows.map(({ name, kind }) => [name, kind]).sort(),
        Object.keys(prefixed("encoder"))
          .map((name) => [name, "same"])
          .sort(),
      );
      const errors = rows.map((row) => (row.kind === "same" ? (row.worst?.relError ?? 1) : 1));
      assert.ok(Math.max(...errors) < 1e-9, String(errors));
    }
  });

  it("accepts what float32 leaves, and no more when told so", async () => {
    const single = Object.entries(gradients).map(([name, x]) => [name, cast(x, "float32")] as const);
    const file = save("single.npz", Object.fromEntries(single));
    const { code, out } = await gradlens("check", model, "--against", file);
    assert.equal(code, 0, out);
    assert.match(out, /^✓ 12 of 12 gradients are those of the reference/m);
    assert.equal((await gradlens("check", model, "--against", file, "--rtol", "1e-12")).code, 1);
  });

  it("names the worst element of a gradient that differs", async () => {
    const { "linear1.weight": weight, ...others } = gradients;
    assert.ok(weight);
    const wrong = weight.data.slice();
    wrong[2 * 8 + 5] = -(wrong[2 * 8 + 5] as number);
    const changed = tensor(wrong, { shape: [...weight.shape], dtype: "float64" });
    const file = save("wrong.npz", { ...others, "linear1.weight": changed });
    const { code, out } = await gradlens("check", model, "--against", file);
    assert.equal(code, 1);
    assert.match(out, /^✗ +encoder\.linear1\.weight +\[16, 8\] +differs +[\d.e+-]+ +\[2, 5\]/m);
    assert.match(out, /^✗ 11 of 12 gradients/m);
    const other = await compare(file, "--target", "encoder.linear2");
    assert.deepEqual([other.code, other.rows.length], [0, 2]);
  });

  it("lists other shapes, and names that only one side has", async () => {
    const { "norm1.bias": _, "norm2.bias": bias, ...others } = gradients;
    const file = save("names.npz", { ...others, "norm2.bias": tensor([1, 2]), extra: bias as Tensor });
    const { code, rows } = await compare(file);
    assert.equal(code, 1);
    const kinds = Object.fromEntries(rows.map(({ name, kind }) => [name, kind]));
    assert.equal(kinds["encoder.norm1.bias"], "missing");
    assert.equal(kinds["encoder.norm2.bias"], "shape");
    assert.equal(kinds.extra, "superfluous");
    assert.equal(rows.filter(({ kind }) => kind === "same").length, 10);
    const { out } = await gradlens("check", model, "--against", file);
    assert.match(out, /encoder\.norm2\.bias +\[8\] +another shape +\[2\]$/m);
    assert.match(out, /encoder\.norm1\.bias +\[8\] +not in the reference$/m);
    assert.match(out, /extra +\[8\] +not in the run$/m);
  });

  it("takes no gradient for the same as none, and for zeros where the reference has some", () => {
    const none = (name: string) => ({ name, shape: [2], values: null });
    const zero = tensor([0, 0]);
    const [idle, unreached, cut] = compareGradients(
      [none("idle"), none("net.unreached"), none("net.cut")],
      { unreached: zero, cut: tensor([0, 1e-3]) },
      1e-4,
    );
    assert.deepEqual([idle?.kind, idle?.reference], ["same", null]);
    assert.deepEqual([unreached?.kind, unreached?.reference], ["same", "unreached"]);
    assert.ok(cut?.kind === "differs" && cut.worst?.relError === 1);
    assert.match(showCompared(idle ? [idle] : [], 1e-4, styleFor({}, {})), /✓ +idle +\[2\] +none in both/);
  });

  it("measures rounding against the model's gradients, and mistakes as they are", () => {
    const gradient = (name: string, values: number[]) => ({
      name,
      shape: [2],
      values: Float64Array.from(values),
    });
    const reference = {
      large: tensor([1, -1]),
      bias: tensor([1e-9, -2e-9]),
      broken: tensor([Number.NaN, 1]),
    };
    const rows = compareGradients(
      [
        gradient("large", [1, -1.001]),
        gradient("bias", [3e-9, 0]),
        gradient("broken", [Number.NaN, Infinity]),
      ],
      reference,
      1e-4,
    );
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      ["differs", "same", "differs"],
    );
  });

  it("refuses what it cannot compare with", async () => {
    const broken = join(folder, "broken.npz");
    writeFileSync(broken, "no archive");
    const cases: [string[], RegExp][] = [
      [[broken], /the file is no zip archive/],
      [["package.json"], /expected a \.npz or \.safetensors file/],
      [["nowhere.npz"], /there is no file nowhere\.npz/],
      [[broken, "--sarif", "x"], /--sarif and --junit are for gradient checks/],
      [[broken, "--target", "3"], /expected the name of a layer/],
    ];
    for (const [[file = "", ...more], message] of cases) {
      const { code, err } = await gradlens("check", model, "--against", file, ...more);
      assert.equal(code, 2);
      assert.match(err, message);
    }
  });
});
