// A small convolutional network on the digits, as a model file: what tracing costs is measured on it.
import { crossEntropy, data, flatten, manualSeed, maxPool2d, nn, relu, type Tensor } from "gradlens";

manualSeed(0);
const { images, labels } = data.digits({ count: 64, shape: "image" });

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 8, 3, { padding: 1 });
  conv2 = new nn.Conv2d(8, 16, 3, { padding: 1 });
  head = new nn.Linear(64, 10);

  forward(x: Tensor) {
    const h1 = maxPool2d(relu(this.conv1.forward(x)), 2);
    const h2 = maxPool2d(relu(this.conv2.forward(h1)), 2);
    return this.head.forward(flatten(h2, { startDim: 1 }));
  }
}
const net = new Net();

export function loss() {
  return crossEntropy(net.forward(images), labels);
}
