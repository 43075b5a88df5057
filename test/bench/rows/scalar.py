# A graph of single numbers: nothing but the cost of recording and sweeping.
import torch


def chain():
    x, w, b = (torch.tensor(value, requires_grad=True) for value in (0.3, 0.5, 0.1))

    def run():
        out = x
        for _ in range(10_000 // 3):
            out = torch.tanh(out * w + b)
        out.backward()
        for p in (x, w, b):
            p.grad = None

    return run


rows = {"scalar graph of 10,000 operations": chain}
