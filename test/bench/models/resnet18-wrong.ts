// The same ResNet-18 with convolutions whose backward pass was written by hand, and is wrong: it swaps rows and columns of the kernel.
import {
  conv2d,
  convTranspose2d,
  crossEntropy,
  customOp,
  einsum,
  manualSeed,
  narrow,
  nn,
  pad,
  randn,
  reshape,
  stack,
  type Tensor,
  tensor,
} from "gradlens";
import { ResNet18 } from "./resnet";

manualSeed(0);

const convolve = customOp({
  name: "convolve",
  forward: (x, w) => conv2d(x, w, { padding: 1 }),
  backward({ grad, inputs }) {
    const [x, w] = inputs as [Tensor, Tensor];
    const [, , height, width] = grad.shape as [number, number, number, number];
    const padded = pad(x, [1, 1, 1, 1]);
    const taps: Tensor[] = [];
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const window = narrow(narrow(padded, 2, j, height), 3, i, width);
        taps.push(einsum("nohw,nihw->oi", grad, window));
      }
    }
    const dw = reshape(stack(taps, { dim: 2 }), w.shape);
    return [convTranspose2d(grad, w, { padding: 1 }), dw];
  },
});

class OwnConvolution extends nn.Module {
  weight: Tensor;

  constructor(channels: number) {
    super();
    this.weight = nn.init.kaimingNormal(new nn.Conv2d(channels, channels, 3, { bias: false }).weight);
  }

  forward(x: Tensor) {
    return convolve(x, this.weight);
  }
}

let made = 0;
const net = new ResNet18((from, to, stride) => {
  made++;
  // One of them is enough: the second convolution of layer2.1.
  return made === 8
    ? new OwnConvolution(to)
    : new nn.Conv2d(from, to, 3, { stride, padding: 1, bias: false });
});
const images = randn([2, 3, 64, 64]);
const labels = tensor([7, 421], { dtype: "int32" });

export function loss() {
  return crossEntropy(net.forward(images), labels);
}
