"""Computes ops-more.json, layers-more.json and optim-more.json with PyTorch, in float64. Run it with Debian's python3-torch.

The cases stand in make_ops.py, make_layers.py and make_optim.py; numbers come from PyTorch's generator, seeded here.
"""
import json
import math
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)

KINDS = {torch.float64: None, torch.int64: "int32", torch.bool: "bool"}


def number(value):
    if value != value:
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return int(value) if isinstance(value, (bool, int)) else value


def store(x, grad=None):
    """A tensor as the tests read it."""
    out = {"shape": list(x.shape), "data": [number(v) for v in x.detach().flatten().tolist()]}
    if KINDS[x.dtype] is not None:
        out["dtype"] = KINDS[x.dtype]
    if grad is not None:
        out["grad"] = grad
    return out


def listed(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def derivative(outputs, inputs):
    """Random cotangents of the outputs that have a gradient, and the gradient of every input that takes one."""
    cotangents = [torch.randn(o.shape) for o in outputs]
    pairs = [(o, c) for o, c in zip(outputs, cotangents) if o.requires_grad]
    wanted = [x for x in inputs if x.requires_grad]
    if not pairs or not wanted:
        return cotangents, [None] * len(inputs)
    found = iter(
        torch.autograd.grad([o for o, _ in pairs], wanted, [c for _, c in pairs], allow_unused=True)
    )
    grads = [next(found) if x.requires_grad else None for x in inputs]
    return cotangents, [None if x is None else torch.zeros_like(x) if g is None and x.requires_grad else g for x, g in zip(inputs, grads)]


def write(name, **content):
    source = f"PyTorch {torch.__version__}, float64, by test/reference/make.py"
    text = json.dumps({"source": source, **content}, separators=(",", ":"))
    Path(__file__).with_name(name).write_text(text)


if __name__ == "__main__":
    import make_layers
    import make_ops
    import make_optim

    torch.manual_seed(11)
    write("ops-more.json", cases=make_ops.cases(), created=make_ops.created())
    torch.manual_seed(12)
    write("layers-more.json", layers=make_layers.cases())
    torch.manual_seed(13)
    write("optim-more.json", **make_optim.cases())
