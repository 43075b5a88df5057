/** Layers, initialisations, optimisers and schedules: PyTorch's positions, names, and nothing that nobody reads. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as gl from "../../engine";
import { manualSeed, nn, optim } from "../../engine";

type Constructor = new (...args: unknown[]) => unknown;

const weight = () => gl.ones([4, 3], { requiresGrad: true });
const parameters = () => [gl.ones([2], { requiresGrad: true })];

/** What two layers made from one seed hold, apart from functions. */
function made(make: () => unknown): string {
  manualSeed(1);
  return JSON.stringify(make(), (_, value) => (value instanceof gl.Tensor ? value.toArray() : value));
}

const same: Record<string, [() => unknown, () => unknown]> = {
  "Linear, bias": [() => new nn.Linear(3, 4, false), () => new nn.Linear(3, 4, { bias: false })],
  "Linear, names": [
    () => new nn.Linear(3, 4),
    () => new (nn.Linear as Constructor)({ inFeatures: 3, outFeatures: 4 }),
  ],
  Conv2d: [() => new nn.Conv2d(1, 8, 3, 1, 1), () => new nn.Conv2d(1, 8, 3, { stride: 1, padding: 1 })],
  "Conv2d, to its end": [
    () => new nn.Conv2d(2, 8, 3, 1, 0, 1, 2, false),
    () => new nn.Conv2d(2, 8, 3, { stride: 1, padding: 0, dilation: 1, groups: 2, bias: false }),
  ],
  "Conv2d, a position and a name": [
    () => new nn.Conv2d(1, 8, 3, 2, { padding: 1 }),
    () => new nn.Conv2d(1, 8, 3, { stride: 2, padding: 1 }),
  ],
  ConvTranspose2d: [
    () => new nn.ConvTranspose2d(2, 4, 3, 2, 1, 1),
    () => new nn.ConvTranspose2d(2, 4, 3, { stride: 2, padding: 1, outputPadding: 1 }),
  ],
  LeakyReLU: [() => new nn.LeakyReLU(0.2), () => new nn.LeakyReLU({ negativeSlope: 0.2 })],
  Dropout: [() => new nn.Dropout(0.3), () => new nn.Dropout({ p: 0.3 })],
  Softmax: [() => new nn.Softmax(1), () => new nn.Softmax({ dim: 1 })],
  MaxPool2d: [() => new nn.MaxPool2d(3, 2, 1), () => new nn.MaxPool2d(3, { stride: 2, padding: 1 })],
  BatchNorm2d: [
    () => new nn.BatchNorm2d(3, 1e-3, 0.2),
    () => new nn.BatchNorm2d(3, { eps: 1e-3, momentum: 0.2 }),
  ],
  LayerNorm: [() => new nn.LayerNorm([3], 1e-3), () => new nn.LayerNorm(3, { eps: 1e-3 })],
  Embedding: [() => new nn.Embedding(5, 2, 0), () => new nn.Embedding(5, 2, { paddingIdx: 0 })],
  LSTM: [
    () => new nn.LSTM(2, 3, 2, true, true),
    () => new nn.LSTM(2, 3, { numLayers: 2, bias: true, batchFirst: true }),
  ],
  RNN: [() => new nn.RNN(2, 3, 1, "relu"), () => new nn.RNN(2, 3, { numLayers: 1, nonlinearity: "relu" })],
  MultiheadAttention: [
    () => new nn.MultiheadAttention(4, 2, 0.1, false),
    () => new nn.MultiheadAttention(4, 2, { dropout: 0.1, bias: false }),
  ],
  "init.normal": [() => nn.init.normal(weight(), 0, 0.01), () => nn.init.normal(weight(), { std: 0.01 })],
  "init.uniform": [
    () => nn.init.uniform(weight(), -0.1, 0.1),
    () => nn.init.uniform(weight(), { a: -0.1, b: 0.1 }),
  ],
  "init.xavierUniform": [
    () => nn.init.xavierUniform(weight(), 2),
    () => nn.init.xavierUniform(weight(), { gain: 2 }),
  ],
  "init.kaimingNormal": [
    () => nn.init.kaimingNormal(weight(), 0, "fanIn", "relu"),
    () => nn.init.kaimingNormal(weight(), { mode: "fanIn", nonlinearity: "relu" }),
  ],
  SGD: [
    () => new optim.SGD(parameters(), 0.1, 0.9),
    () => new optim.SGD(parameters(), { lr: 0.1, momentum: 0.9 }),
  ],
  Adam: [
    () => new optim.Adam(parameters(), 0.1, [0.8, 0.9]),
    () => new optim.Adam(parameters(), { lr: 0.1, betas: [0.8, 0.9] }),
  ],
  RMSprop: [
    () => new optim.RMSprop(parameters(), 0.1, 0.9),
    () => new optim.RMSprop(parameters(), { lr: 0.1, alpha: 0.9 }),
  ],
  StepLR: [
    () => new optim.StepLR(new optim.SGD(parameters(), 1), 10, 0.5),
    () => new optim.StepLR(new optim.SGD(parameters(), 1), { stepSize: 10, gamma: 0.5 }),
  ],
};

function complains(fn: () => unknown, message: RegExp): void {
  assert.throws(fn, (error) => error instanceof gl.ModelError && message.test(error.message));
}

const isOpen = (entry: [string, unknown]): entry is [string, Constructor] => /^[A-Z]/.test(entry[0]);

describe("layers and optimisers", () => {
  for (const [name, [first, second]] of Object.entries(same)) {
    it(`positions and names say the same: ${name}`, () => assert.equal(made(first), made(second)));
  }

  const abstract = ["Module", "Optimizer", "Schedule", "Parameter"];
  // PyTorch's Identity takes anything; the others take modules or schedules, whatever their number.
  const lists = ["Identity", "Sequential", "SequentialLR", "ChainedScheduler"];
  const dictionaries = ["ModuleDict", "ParameterDict"];
  for (const [folder, things] of Object.entries({ nn, optim })) {
    for (const [name, Thing] of Object.entries(things).filter(isOpen)) {
      if (abstract.includes(name) || lists.includes(name)) continue;
      if (!dictionaries.includes(name))
        it(`${folder}.${name} refuses an option that it does not have`, () => {
          complains(
            () => new Thing({ nobodyReadsThis: 1 }),
            /unknown option "nobodyReadsThis"|found an object of/,
          );
        });
      it(`${folder}.${name} refuses more arguments than it has`, () => {
        const many = Array.from({ length: 15 }, () => undefined);
        complains(() => new Thing(...many, 7), /found 7 as argument 16/);
      });
    }
  }

  for (const [name, init] of Object.entries(nn.init)) {
    if (typeof init !== "function" || /fansOf/.test(name)) continue;
    it(`nn.init.${name} refuses more arguments than it has`, () => {
      const many = Array.from({ length: 6 }, () => undefined);
      complains(() => (init as (...args: unknown[]) => unknown)(...many, 7), /found 7 as argument 7/);
    });
  }

  const wrong: [() => unknown, RegExp][] = [
    [() => new (nn.Linear as Constructor)(3, 4, 1), /nn\.Linear\(\): bias is 1, expected true or false/],
    [
      () => new (nn.Conv2d as Constructor)(1, 2, 3, "2"),
      /nn\.Conv2d\(\): stride is "2", expected an integer/,
    ],
    [() => new (nn.ReLU as Constructor)(true), /nn\.ReLU\(\): inplace is true, expected false/],
    [() => new nn.Dropout(2), /nn\.Dropout\(\): p is 2, expected a probability/],
    [
      () => (nn.init.normal as (...args: unknown[]) => unknown)(weight(), "0"),
      /nn\.init\.normal\(\): mean is "0"/,
    ],
    [
      () => new optim.SGD(parameters(), Number.NaN),
      /optim\.SGD\(\): lr is NaN, expected a number of at least 0/,
    ],
    [
      () => new (optim.SGD as unknown as Constructor)(parameters(), { learningRate: 1 }),
      /unknown option "learningRate"/,
    ],
  ];
  for (const [fn, message] of wrong) it(`says no: ${message.source}`, () => complains(fn, message));
});

describe("keyPaddingMask", () => {
  const layer = () => {
    manualSeed(0);
    return new nn.MultiheadAttention(4, 2, { batchFirst: true });
  };
  const x = () =>
    gl.tensor(
      Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
      { shape: [2, 3, 4] },
    );
  const padding = () =>
    gl.tensor([
      [false, false, true],
      [false, false, false],
    ]);

  it("hides padding: what stands there does not matter", () => {
    const other = x();
    other.data.fill(9, 8, 12);
    const [first] = layer().forward(x(), x(), x(), { keyPaddingMask: padding() });
    const [second, weights] = layer().forward(x(), other, other, padding());
    assert.deepEqual(first.toArray(), second.toArray());
    assert.deepEqual(
      [2, 5, 8].map((at) => weights?.data[at]),
      [0, 0, 0],
    );
  });

  it("is refused when it does not fit", () => {
    complains(
      () => layer().forward(x(), x(), x(), { keyPaddingMask: gl.ones([3]) }),
      /keyPaddingMask has shape \[3\], expected \[2, 3\]/,
    );
  });

  it("comes together with attnMask", () => {
    const causal = gl.triu(gl.ones([3, 3]), 1).to("bool");
    const [, weights] = layer().forward(x(), x(), x(), { keyPaddingMask: padding(), attnMask: causal });
    const zeros = Array.from(weights?.data ?? []).filter((v) => v === 0).length;
    assert.equal(zeros, 7);
  });
});
