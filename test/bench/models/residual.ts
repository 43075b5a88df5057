// A deep residual network for the models beside it: how many blocks it has is up to them.
import { add, crossEntropy, manualSeed, nn, randn, relu, type Tensor, tensor } from "gradlens";

const width = 8;
const classes = 4;
const batch = 4;

/** Adds a little to what goes through: three operations, two parameters. */
class Block extends nn.Module {
  fc = new nn.Linear(width, width);

  constructor(share: number) {
    super();
    // However many blocks there are, together they change their input by about as much as one layer does.
    nn.init.normal(this.fc.weight, { std: share });
    nn.init.normal(this.fc.bias, { std: share });
  }

  forward(x: Tensor) {
    return add(x, relu(this.fc.forward(x)));
  }
}

class ResidualNet extends nn.Module {
  stem = new nn.Linear(width, width);
  blocks: nn.ModuleList;
  head = new nn.Linear(width, classes);

  constructor(depth: number) {
    super();
    this.blocks = new nn.ModuleList(Array.from({ length: depth }, () => new Block(1 / depth)));
  }

  forward(x: Tensor) {
    let h = relu(this.stem.forward(x));
    for (const block of this.blocks) h = block.forward(h);
    return this.head.forward(h);
  }
}

/** The loss of a network of so many operations. */
export function residualLoss(operations: number): () => Tensor {
  manualSeed(0);
  const x = randn([batch, width]);
  const y = tensor([0, 1, 2, 3]);
  // Beside the blocks: stem, relu, head and loss.
  const net = new ResidualNet(Math.ceil((operations - 4) / 3));
  return () => crossEntropy(net.forward(x), y);
}
