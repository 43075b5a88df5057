# Forward and backward pass of a transformer block: attention, normalisation, two dense layers.
import torch
from torch.nn.functional import layer_norm

batch, tokens, width, heads, hidden = 8, 64, 64, 4, 256


def block():
    square = [width, width]
    shapes = [square, [width]] * 4 + [[width]] * 4 + [[width, hidden], [hidden], [hidden, width], [width]]
    p = [(torch.rand(*shape) * 0.2 - 0.1).requires_grad_() for shape in shapes]
    x = torch.rand(batch, tokens, width)

    def dense(h, i):
        return h @ p[i] + p[i + 1]

    def split(h):
        return h.reshape(batch, tokens, heads, width // heads).transpose(1, 2)

    def run():
        q, k, v = (split(dense(x, i)) for i in (0, 2, 4))
        weights = torch.softmax(q @ k.transpose(2, 3) / (width // heads) ** 0.5, -1)
        attended = (weights @ v).transpose(1, 2).reshape(batch, tokens, width)
        h = layer_norm(x + dense(attended, 6), [width], p[8], p[9])
        out = layer_norm(h + dense(torch.relu(dense(h, 12)), 14), [width], p[10], p[11])
        out.square().mean().backward()
        for each in p:
            each.grad = None

    return run


rows = {"transformer block, 8 × 64 tokens of 64, 4 heads": block}
