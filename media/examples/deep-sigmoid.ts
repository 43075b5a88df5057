// Twelve sigmoid layers in a row, and why the first ones hardly learn: vanishing gradients.
//
// The derivative of sigmoid is σ(x)(1 − σ(x)), at most 1/4. Each layer multiplies the gradient by such a number on
// its way back, so that little is left of it after twelve. Trace this file, then look at the Gradients panel: the norm
// falls from layer to layer like a straight line on the log axis. Problems shows the warning at its line.
//
// What helps: relu or tanh in place of sigmoid, a larger initialisation, normalisation, or connections that skip layers.
import { crossEntropy, data, manualSeed, nn, sigmoid, type Tensor } from "gradlens";

manualSeed(0);
const { images, labels } = data.digits({ count: 64 });

class DeepNet extends nn.Module {
  input = new nn.Linear(64, 32);
  hidden = Array.from({ length: 11 }, () => new nn.Linear(32, 32));
  output = new nn.Linear(32, 10);

  forward(x: Tensor) {
    let h = sigmoid(this.input.forward(x));
    for (const layer of this.hidden) {
      h = sigmoid(layer.forward(h));
    }
    return this.output.forward(h);
  }
}

const net = new DeepNet();

export function loss() {
  return crossEntropy(net.forward(images), labels);
}
