# The gradient check of every parameter of a small network, in float64, one by one.
import torch
from torch.nn.functional import cross_entropy, linear

BATCH, INPUTS, HIDDEN, CLASSES = 16, 64, 64, 10


def setup():
    def leaf(*shape):
        return (torch.rand(*shape, dtype=torch.float64) - 0.5).requires_grad_()

    parameters = [leaf(HIDDEN, INPUTS), leaf(HIDDEN), leaf(CLASSES, HIDDEN), leaf(CLASSES)]
    x = torch.rand(BATCH, INPUTS, dtype=torch.float64)
    y = torch.arange(BATCH) * 7 % CLASSES

    def loss(w, b, v, c):
        return cross_entropy(linear(torch.tanh(linear(x, w, b)), v, c), y)

    return lambda: torch.autograd.gradcheck(loss, parameters)


rows = {"gradcheck, all 4,810 parameters": setup}
