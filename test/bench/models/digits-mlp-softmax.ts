// The digits MLP with a softmax too many, which the diagnosis finds and offers to leave out.
import { crossEntropy, data, manualSeed, nn, relu, softmax, type Tensor } from "gradlens";

manualSeed(0);
const { images, labels } = data.digits({ count: 64 });

class Net extends nn.Module {
  fc1 = new nn.Linear(64, 32);
  fc2 = new nn.Linear(32, 10);

  forward(x: Tensor) {
    const h = relu(this.fc1.forward(x));
    return softmax(this.fc2.forward(h), { dim: 1 });
  }
}

const net = new Net();

export function loss() {
  return crossEntropy(net.forward(images), labels);
}
