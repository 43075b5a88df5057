// A network with one hidden layer that reads handwritten digits: 64 pixels → 32 → 10 classes.
//
// Run "Gradlens: Trace Backprop": the graph shows every operation with the gradient that went through it, and the
// Gradients panel the norm for each layer. Hover h to see how many hidden units got a gradient at all. Click
// "gradcheck this layer" over fc1 to compare its gradients with finite differences, element by element.
import { crossEntropy, data, manualSeed, nn, relu, type Tensor } from "gradlens";

// The same weights in every run, so that you can compare runs.
manualSeed(0);

// 64 images of 8 × 8 pixels, a row each, with values from 0 to 1; labels are the digits 0 to 9.
const { images, labels } = data.digits({ count: 64 });

class Net extends nn.Module {
  fc1 = new nn.Linear(64, 32);
  fc2 = new nn.Linear(32, 10);

  forward(x: Tensor) {
    // Where relu gives 0, no gradient comes back: such a unit does not learn from this image.
    const h = relu(this.fc1.forward(x));
    return this.fc2.forward(h);
  }
}

const net = new Net();

// What Gradlens differentiates. Cross entropy of a guess among ten classes is ln 10 = 2.3, where training begins.
export function loss() {
  return crossEntropy(net.forward(images), labels);
}
