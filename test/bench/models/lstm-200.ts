// A recurrent network that reads 200 steps, and says what the sequence was.
import { crossEntropy, manualSeed, nn, randn, select, type Tensor, tensor } from "gradlens";

manualSeed(0);
const [steps, batch, inputs, width] = [200, 4, 8, 16];

class Reader extends nn.Module {
  cell = new nn.LSTMCell(inputs, width);
  head = new nn.Linear(width, 3);

  forward(x: Tensor) {
    let state: [Tensor, Tensor] | undefined;
    for (let step = 0; step < steps; step += 1) state = this.cell.forward(select(x, 0, step), state);
    const [h] = state ?? [x];
    return this.head.forward(h);
  }
}

const reader = new Reader();
const x = randn([steps, batch, inputs]);
const y = tensor([0, 1, 2, 0], { dtype: "int32" });

export function loss() {
  return crossEntropy(reader.forward(x), y);
}
