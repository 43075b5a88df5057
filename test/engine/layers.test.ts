/** Layers against the values that PyTorch computed: outputs, gradients, names, running statistics, clipping. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Tensor } from "../../engine/core/tensor";
import { tensor } from "../../engine/creation/create";
import * as nn from "../../engine/nn";
import { square, sum } from "../../engine/ops";
import { backward } from "../../engine/sweeps/reverse";
import { type LayerCase, layers, moreLayers, type Reference, reference } from "./layer-cases";

type Args = Record<string, unknown>;

/** Positional arguments of each layer's constructor; the rest are options. */
const positional: Record<string, readonly string[]> = {
  Linear: ["inFeatures", "outFeatures"],
  Conv1d: ["inChannels", "outChannels", "kernelSize"],
  Conv2d: ["inChannels", "outChannels", "kernelSize"],
  ConvTranspose2d: ["inChannels", "outChannels", "kernelSize"],
  BatchNorm1d: ["numFeatures"],
  BatchNorm2d: ["numFeatures"],
  LayerNorm: ["normalizedShape"],
  GroupNorm: ["numGroups", "numChannels"],
  Embedding: ["numEmbeddings", "embeddingDim"],
  RNN: ["inputSize", "hiddenSize"],
  LSTM: ["inputSize", "hiddenSize"],
  GRU: ["inputSize", "hiddenSize"],
  MultiheadAttention: ["embedDim", "numHeads"],
  TransformerEncoderLayer: ["dModel", "nhead"],
};

const constructors: Record<string, unknown> = { ...nn };

/** Tensors among the arguments, such as weights of classes. */
function readArgument(value: unknown): unknown {
  return typeof value === "object" && value !== null && "data" in value
    ? toTensor(value as Reference)
    : value;
}

function encoder({ dModel, nhead, numLayers, norm, ...options }: Args): nn.Module {
  const layer = new nn.TransformerEncoderLayer(dModel as number, nhead as number, { dropout: 0, ...options });
  const last = norm === true ? { norm: new nn.LayerNorm(dModel as number) } : {};
  return new nn.TransformerEncoder(layer, numLayers as number, last);
}

function construct(name: string, args: Args): nn.Module {
  if (name === "TransformerEncoder") return encoder(args);
  const { call: _, ...given } = args;
  const rest = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, readArgument(value)]));
  const first = (positional[name] ?? []).map((key) => {
    const value = rest[key];
    delete rest[key];
    return value;
  });
  const Layer = constructors[name] as new (...args: unknown[]) => nn.Module;
  return new Layer(...first, rest);
}

function toTensor({ shape, data, dtype }: Reference, requiresGrad = false): Tensor {
  return tensor(Float64Array.from(data), { shape, dtype: dtype ?? "float64", requiresGrad });
}

/** The child of that name; lists of modules name theirs by place. */
function childOf(module: nn.Module, name: string): nn.Module {
  return Object.fromEntries(module.namedChildren())[name] as nn.Module;
}

/** Puts the state into the layer, in float64. */
function fill(layer: nn.Module, { state, parameterGrads }: LayerCase): void {
  for (const [path, values] of Object.entries(state)) {
    const keys = path.split(".");
    const last = keys.pop() as string;
    const owner = keys.reduce((at, key) => childOf(at, key), layer);
    Object.assign(owner, { [last]: toTensor(values, path in parameterGrads) });
  }
}

function assertNear(found: ArrayLike<number>, expected: readonly number[], what: string): void {
  assert.equal(found.length, expected.length, `${what}: number of elements`);
  const largest = Math.max(...expected.map(Math.abs), 1e-30);
  expected.forEach((value, i) => {
    const error = Math.abs((found[i] as number) - value);
    assert.ok(error <= 1e-9 * largest, `${what}[${i}]: found ${found[i]}, expected ${value}`);
  });
}

function flat(outputs: unknown): Tensor[] {
  if (outputs instanceof Tensor) return [outputs];
  return Array.isArray(outputs) ? outputs.flatMap(flat) : [];
}

function run(layer: nn.Module, test: LayerCase): { inputs: Tensor[]; outputs: Tensor[] } {
  const inputs = test.inputs.map((x) => toTensor(x, x.dtype === undefined));
  const [x, ...others] = inputs;
  const repeated = test.layer === "MultiheadAttention" ? [x, x, x] : inputs;
  const call = test.layer === "LSTMCell" && others.length > 0 ? [x, others] : repeated;
  const forward = layer.forward as unknown as (...x: unknown[]) => unknown;
  let outputs: Tensor[] = [];
  for (let i = 0; i < test.calls; i++) outputs = flat(forward(...call));
  return { inputs, outputs };
}

describe("nn against PyTorch", () => {
  for (const test of [...layers, ...moreLayers]) {
    it(`${test.layer} ${JSON.stringify(test.args)} ${test.mode}`, () => {
      const layer = construct(test.layer, test.args);
      const names = Object.keys(layer.stateDict()).filter((name) => name !== "num_batches_tracked");
      assert.deepEqual(names, Object.keys(test.state));
      fill(layer, test);
      layer.train(test.mode === "train");
      const { inputs, outputs } = run(layer, test);
      assert.equal(outputs.length, test.outputs.length);
      test.outputs.forEach((expected, i) => {
        assert.deepEqual(outputs[i]?.shape, expected.shape);
        assertNear(outputs[i]?.data ?? [], expected.data, `output ${i}`);
        backward(outputs[i] as Tensor, toTensor(test.cotangents[i] as Reference), { retainGraph: true });
      });
      test.inputGrads.forEach((expected, i) => {
        if (expected !== null)
          assertNear(inputs[i]?.grad?.data ?? [], expected.data, `gradient of input ${i}`);
      });
      const parameters = Object.fromEntries(layer.namedParameters());
      assert.deepEqual(Object.keys(parameters).sort(), Object.keys(test.parameterGrads).sort());
      for (const [name, expected] of Object.entries(test.parameterGrads)) {
        assertNear(parameters[name]?.grad?.data ?? [], expected.data, `gradient of ${name}`);
      }
      for (const [name, expected] of Object.entries(test.stateAfter)) {
        assertNear(layer.stateDict()[name]?.data ?? [], expected.data, `${name} afterwards`);
      }
    });
  }

  it("clips a gradient's norm", () => {
    const { parameter, maxNorm, totalNorm, clipped } = reference.clipGradNorm;
    const p = tensor(parameter, { dtype: "float64", requiresGrad: true });
    backward(sum(square(p)));
    assertNear(nn.utils.clipGradNorm([p], maxNorm).data, [totalNorm], "norm");
    assertNear(p.grad?.data ?? [], clipped, "clipped");
  });
});
