# Forward and backward pass of fully connected networks.
import torch
from torch.nn.functional import cross_entropy


def step(parameters, loss):
    def run():
        loss().backward()
        for p in parameters:
            p.grad = None

    return run


def leaf(*shape, scale=0.05):
    return (torch.rand(*shape) * 2 * scale - scale).requires_grad_()


def classifier(widths, batch):
    def setup():
        ws = [leaf(m, n) for m, n in zip(widths, widths[1:])]
        bs = [leaf(n) for n in widths[1:]]
        x, y = torch.rand(batch, widths[0]), torch.arange(batch) * 7 % widths[-1]

        def loss():
            h = x
            for i, (w, b) in enumerate(zip(ws, bs)):
                h = (h if i == 0 else torch.relu(h)) @ w + b
            return cross_entropy(h, y)

        return step(ws + bs, loss)

    return setup


def tanh_layers():
    ws = [leaf(32, 32, scale=0.3) for _ in range(10)]
    bs = [leaf(32, scale=0.3) for _ in range(10)]
    x = torch.rand(8, 32)

    def loss():
        h = x
        for w, b in zip(ws, bs):
            h = torch.tanh(h @ w + b)
        return torch.mean(h.square())

    return step(ws + bs, loss)


rows = {
    "MLP 784-128-64-10, batch 32": classifier([784, 128, 64, 10], 32),
    "ten tanh layers of 32, batch 8": tanh_layers,
    "MLP 1024-1024-1024-10, batch 256": classifier([1024, 1024, 1024, 10], 256),
}
