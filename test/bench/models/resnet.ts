// ResNet-18 for the models beside it: how its convolutions are made is up to them.
import { add, flatten, nn, relu, type Tensor } from "gradlens";

export interface Convolution extends nn.Module {
  forward(x: Tensor): Tensor;
}

/** A 3 × 3 convolution with padding 1 and without bias. */
export type MakeConvolution = (from: number, to: number, stride: number) => Convolution;

class BasicBlock extends nn.Module {
  conv1: Convolution;
  bn1: nn.BatchNorm2d;
  conv2: Convolution;
  bn2: nn.BatchNorm2d;
  shortcut: nn.Sequential | null;

  constructor(make: MakeConvolution, from: number, to: number, stride: number) {
    super();
    this.conv1 = make(from, to, stride);
    this.bn1 = new nn.BatchNorm2d(to);
    this.conv2 = make(to, to, 1);
    this.bn2 = new nn.BatchNorm2d(to);
    this.shortcut =
      stride === 1
        ? null
        : new nn.Sequential(new nn.Conv2d(from, to, 1, { stride, bias: false }), new nn.BatchNorm2d(to));
  }

  forward(x: Tensor) {
    const h = relu(this.bn1.forward(this.conv1.forward(x)));
    const out = this.bn2.forward(this.conv2.forward(h));
    return relu(add(out, this.shortcut === null ? x : this.shortcut.forward(x)));
  }
}

export class ResNet18 extends nn.Module {
  conv1 = new nn.Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false });
  bn1 = new nn.BatchNorm2d(64);
  pool = new nn.MaxPool2d(3, { stride: 2, padding: 1 });
  layer1: nn.Sequential;
  layer2: nn.Sequential;
  layer3: nn.Sequential;
  layer4: nn.Sequential;
  average = new nn.AdaptiveAvgPool2d(1);
  fc = new nn.Linear(512, 1000);

  constructor(make: MakeConvolution) {
    super();
    const stage = (from: number, to: number, stride: number) =>
      new nn.Sequential(new BasicBlock(make, from, to, stride), new BasicBlock(make, to, to, 1));
    this.layer1 = stage(64, 64, 1);
    this.layer2 = stage(64, 128, 2);
    this.layer3 = stage(128, 256, 2);
    this.layer4 = stage(256, 512, 2);
  }

  forward(x: Tensor) {
    let h = this.pool.forward(relu(this.bn1.forward(this.conv1.forward(x))));
    for (const layer of [this.layer1, this.layer2, this.layer3, this.layer4]) h = layer.forward(h);
    return this.fc.forward(flatten(this.average.forward(h), { startDim: 1 }));
  }
}
