/** Small models learn the digits: layers, losses, optimisers and data work together. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { data, nn, optim } from "../../engine";
import { manualSeed } from "../../engine/core/random";
import { noGrad } from "../../engine/core/tape";
import type { Tensor } from "../../engine/core/tensor";
import { argmax, crossEntropy } from "../../engine/ops";
import { backward } from "../../engine/sweeps/reverse";

interface Task {
  readonly net: nn.Module & { forward(x: Tensor): Tensor };
  readonly images: Tensor;
  readonly labels: Tensor;
}

/** Trains on all images at once; gives the part of them that is recognised afterwards. */
function train({ net, images, labels }: Task, steps: number): number {
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.02 });
  const schedule = new optim.OneCycleLR(optimizer, { maxLr: 0.02, totalSteps: steps + 1 });
  for (let i = 0; i < steps; i++) {
    optimizer.zeroGrad();
    backward(crossEntropy(net.forward(images), labels));
    nn.utils.clipGradNorm(net.parameters(), 5);
    optimizer.step();
    schedule.step();
  }
  const guesses = noGrad(() => argmax(net.eval().forward(images), { dim: 1 }));
  const right = Array.from(guesses.data).filter((guess, i) => guess === labels.data[i]).length;
  return right / labels.size;
}

describe("training on the digits", () => {
  it("a multilayer perceptron learns them", () => {
    manualSeed(0);
    const net = new nn.Sequential(
      new nn.Linear(64, 32),
      new nn.ReLU(),
      new nn.Dropout(0.1),
      new nn.Linear(32, 10),
    );
    const accuracy = train({ net, ...data.digits({ count: 500 }) }, 60);
    assert.ok(accuracy > 0.9, `${accuracy} of the images are recognised`);
  });

  it("a convolutional network with batch norm learns them", () => {
    manualSeed(0);
    const net = new nn.Sequential(
      new nn.Conv2d(1, 6, 3, { padding: 1 }),
      new nn.BatchNorm2d(6),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Conv2d(6, 8, 3),
      new nn.ReLU(),
      new nn.Flatten(),
      new nn.Linear(32, 10),
    );
    const accuracy = train({ net, ...data.digits({ count: 100, shape: "image" }) }, 30);
    assert.ok(accuracy > 0.9, `${accuracy} of the images are recognised`);
  });

  it("a recurrent network reads them row by row", () => {
    manualSeed(0);
    class Reader extends nn.Module {
      readonly lstm = new nn.LSTM(8, 16, { batchFirst: true });
      readonly head = new nn.Linear(16, 10);
      forward(x: Tensor): Tensor {
        const [, [h]] = this.lstm.forward(x);
        return this.head.forward(h.squeeze(0));
      }
    }
    const accuracy = train({ net: new Reader(), ...data.digits({ count: 100, shape: [8, 8] }) }, 50);
    assert.ok(accuracy > 0.8, `${accuracy} of the images are recognised`);
  });
});
