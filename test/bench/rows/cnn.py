# Forward and backward pass of a small convolutional network on 32 images of 28 × 28.
import torch
from torch.nn.functional import conv2d, cross_entropy, max_pool2d


def cnn():
    shapes = [[8, 1, 3, 3], [8], [16, 8, 3, 3], [16], [400, 10], [10]]
    p = [(torch.rand(*shape) * 0.2 - 0.1).requires_grad_() for shape in shapes]
    x, y = torch.rand(32, 1, 28, 28), torch.arange(32) * 7 % 10

    def run():
        h = max_pool2d(torch.relu(conv2d(x, p[0], p[1])), 2)
        h = max_pool2d(torch.relu(conv2d(h, p[2], p[3])), 2)
        cross_entropy(h.reshape(32, 400) @ p[4] + p[5], y).backward()
        for each in p:
            each.grad = None

    return run


rows = {"CNN, 32 images of 28×28": cnn}
