"""Functions with options, at usual and at awkward inputs: what ops-more.json holds."""
import math

import torch
import torch.nn.functional as F

from make import derivative, listed, number, store

NAN, INF = math.nan, math.inf


def r(*shape):
    return torch.randn(*shape)


def pos(*shape):
    return torch.rand(*shape) + 0.1


def unit(*shape):
    return 0.05 + 0.9 * torch.rand(*shape)


def t(values):
    return torch.tensor(values, dtype=torch.float64)


def const(x):
    """A tensor that takes no gradient."""
    x = x.clone()
    x.constant = True
    return x


def signs(*shape):
    return const(torch.where(torch.rand(*shape) < 0.5, -1.0, 1.0))


def ints(low, high, *shape):
    return torch.randint(low, high, shape)


def mask(*shape):
    return torch.rand(*shape) < 0.5


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


# The function's name here, PyTorch's function, then calls: tensors, keywords of PyTorch, and perhaps a note. Keywords whose name
# differs here stand in RENAMED.
RENAMED = {"log_input": "logInput", "equal_nan": "equalNan"}
LOSS_REDUCTIONS = [{"reduction": "none"}, {"reduction": "sum"}, {}]


def with_reductions(*make):
    return [(m(), {**k, **red}) for m, k in make for red in LOSS_REDUCTIONS]


def table():
    e = torch.empty
    yield "remainder", torch.remainder, [([3 * r(3, 4), r(3, 4)], {}), ([3 * r(2, 1), r(3)], {}), ([t([5, -5, 5, -5, 0, 4, -4]), t([3, 3, -3, -3, 3, 2, -2])], {}, "signs and multiples"), ([const(t([1, INF, 2, NAN])), const(t([0, 2, INF, 1]))], {}, "no number"), ([t([1.0, 0.3]), t([0.1, 0.1])], {}, "nearly whole quotients"), ([e(0, 3), r(3)], {}, "empty")]
    yield "fmod", torch.fmod, [([3 * r(3, 4), r(3, 4)], {}), ([3 * r(2, 1), r(3)], {}), ([t([5, -5, 5, -5, 0, 4, -4]), t([3, 3, -3, -3, 3, 2, -2])], {}, "signs and multiples")]
    yield "frac", torch.frac, [([3 * r(2, 3)], {}), ([t([0, 1, -1, 2.5, -2.5])], {}, "whole numbers")]
    yield "nanToNum", torch.nan_to_num, [([t([1, NAN, INF, -INF, -2])], {}), ([t([1, NAN, INF, -INF, -2])], {"nan": 7.0, "posinf": 3.0, "neginf": -3.0})]
    # PyTorch's own backward pass of hardsigmoid rounds 1/6 to float32.
    lines = {"hardsigmoid": lambda x: F.hardtanh(x + 3, 0.0, 6.0) / 6, "hardswish": F.hardswish, "tanhshrink": F.tanhshrink}
    for name, f in lines.items():
        yield name, f, [([4 * r(3, 4)], {}), ([t([-3, 0, 3, -4, 4, 100, -100])], {}, "kinks"), ([e(0)], {}, "empty")]
    for name in ["hardshrink", "softshrink"]:
        yield name, getattr(F, name), [([r(3, 4)], {}), ([r(3, 4)], {"lambd": 0.1}), ([t([-0.5, 0, 0.5, 2])], {}, "kinks")]
    yield "threshold", F.threshold, [([r(3, 4)], {"threshold": 0.1, "value": 20.0}), ([t([0.5, 1, 0.4])], {"threshold": 0.5, "value": -1.0}, "at the threshold")]
    yield "prelu", F.prelu, [([r(2, 3, 4), pos(3)], {}), ([r(2, 3), pos(1)], {}), ([t([0, 1, -1]), t([0.3])], {}, "kink"), ([r(4), pos(1)], {})]
    yield "softmin", F.softmin, [([r(3, 4)], {"dim": 1}), ([r(3, 4)], {"dim": 0})]
    yield "logit", torch.logit, [([unit(3, 4)], {}), ([torch.rand(8)], {"eps": 0.2}), ([t([0.25, 0, 1])], {"eps": 0.25}, "at the bound")]
    yield "xlogy", torch.xlogy, [([r(3, 4), pos(3, 4)], {}), ([r(2, 1), pos(3)], {}), ([t([0, 0, 1, 2]), t([0, 2, 1, 3])], {}, "zeros")]
    yield "logaddexp", torch.logaddexp, [([r(3, 4), r(3, 4)], {}), ([r(2, 1), r(3)], {}), ([t([800, -800, 0]), t([799, 5, 0])], {}, "large")]
    yield "exp2", torch.exp2, [([r(3, 4)], {})]
    yield "all", torch.all, [([mask(3, 4)], {}), ([mask(3, 4)], {"dim": 1}), ([mask(3, 4)], {"dim": 0, "keepdim": True}), ([const(t([1, 2, 0]))], {}), ([const(e(0))], {}, "empty"), ([const(e(2, 0))], {"dim": 1}, "empty")]
    yield "any", torch.any, [([mask(3, 4)], {}), ([mask(3, 4)], {"dim": 1}), ([mask(3, 4)], {"dim": 0, "keepdim": True}), ([const(t([0, 0, NAN]))], {}), ([const(e(0))], {}, "empty")]
    yield "countNonzero", torch.count_nonzero, [([mask(3, 4)], {}), ([const(t([[0, 2, 0], [1, 1, 0]]))], {"dim": 1})]
    yield "median", torch.median, [([r(3, 5)], {}), ([r(4)], {}), ([t([2, 1, 2, 2, 5])], {}, "ties share"), ([t([1, NAN, 3])], {}, "NaN")]
    yield "median", lambda x, **k: torch.median(x, **k)[0], [([r(3, 5)], {"dim": 1}), ([r(3, 4)], {"dim": 0, "keepdim": True}), ([r(2, 3, 4)], {"dim": -2}), ([t([[1, NAN, 3], [3, 1, 2]])], {"dim": 1}, "NaN")]
    yield "kthvalue", lambda x, k, **o: torch.kthvalue(x, k, **o)[0], [([r(3, 5)], {"k": 2}), ([r(3, 4)], {"k": 3, "dim": 0, "keepdim": True})]
    quantiles = [([r(3, 5)], {"q": 0.3}), ([r(3, 5)], {"q": 0.5, "dim": 1}), ([r(3, 4)], {"q": 0.25, "dim": 0, "keepdim": True}), ([r(3, 4)], {"q": 1.0, "keepdim": True}), ([r(5)], {"q": 0.0}), ([t([1, NAN, 3])], {"q": 0.5}, "NaN")]
    quantiles += [([r(3, 5)], {"q": 0.6, "dim": 1, "interpolation": kind}) for kind in ["lower", "higher", "midpoint", "nearest"]]
    quantiles += [([r(3, 6)], {"q": 0.3, "dim": 1, "interpolation": "nearest"}, "half way")]
    yield "quantile", torch.quantile, quantiles
    yield "quantile", lambda x, q, **k: torch.quantile(x, q, **k), [([r(3, 5), const(t([0.1, 0.5, 0.9]))], {"dim": 1})]
    nans = t([[1, NAN, 3], [NAN, NAN, 2]])
    yield "nansum", torch.nansum, [([nans], {}), ([nans], {"dim": 0}), ([nans], {"dim": 1, "keepdim": True})]
    yield "nanmean", torch.nanmean, [([nans], {}), ([nans], {"dim": 1})]
    yield "varMean", torch.var_mean, [([r(3, 4)], {"dim": 1}), ([r(3, 4)], {"dim": 0, "keepdim": True})]
    yield "stdMean", torch.std_mean, [([r(3, 4)], {"dim": 1})]
    yield "normalize", F.normalize, [([r(3, 4)], {}), ([r(2, 3, 2)], {}), ([r(3, 4)], {"p": 1.0, "dim": 0}), ([r(3, 4)], {"p": INF, "dim": -1}), ([r(5)], {"dim": 0, "p": 3.0}), ([t([[0, 0], [3, 4]])], {}, "zeros"), ([r(3, 4)], {"eps": 3.0})]
    yield "pairwiseDistance", F.pairwise_distance, [([r(3, 4), r(3, 4)], {}), ([r(3, 4), r(4)], {"p": 1.0}), ([r(3, 4), r(3, 4)], {"keepdim": True, "eps": 0.1}), ([r(4), r(4)], {"p": 3.0}), ([t([[1, 2]]), t([[1, 2]])], {}, "equal"), ([t([[1, 2]]), t([[1, 2]])], {"eps": 0.0}, "equal")]
    yield "poissonNllLoss", F.poisson_nll_loss, with_reductions((lambda: [r(3, 4), const(3 * pos(3, 4))], {}), (lambda: [r(3, 4), const(3 * pos(3, 4))], {"full": True}), (lambda: [pos(3, 4), const(3 * pos(3, 4))], {"log_input": False})) + [([pos(3), const(t([0, 1, 2]))], {"log_input": False, "full": True, "eps": 0.1}, "targets up to 1"), ([r(3), 1.5 + pos(3)], {"full": True})]
    yield "gaussianNllLoss", lambda x, y, v, **k: F.gaussian_nll_loss(x, y, v, **k), with_reductions((lambda: [r(3, 4), r(3, 4), pos(3, 4)], {}), (lambda: [r(3, 4), r(3, 4), pos(3, 1)], {"full": True}), (lambda: [r(3, 4), r(3, 4), pos(3)], {})) + [([r(3), r(3), t([0.0, 0.01, 1])], {"eps": 0.1}, "variances below eps")]
    yield "tripletMarginLoss", F.triplet_margin_loss, with_reductions((lambda: [r(4, 3), r(4, 3), r(4, 3)], {}), (lambda: [r(4, 3), r(4, 3), r(4, 3)], {"swap": True, "margin": 2.0}), (lambda: [r(4, 3), r(4, 3), r(4, 3)], {"p": 1.0, "eps": 1e-3}))
    yield "hingeEmbeddingLoss", F.hinge_embedding_loss, with_reductions((lambda: [r(3, 4), signs(3, 4)], {}), (lambda: [r(3, 4), signs(3, 4)], {"margin": 0.3})) + [([t([1, 2, 0.5]), const(t([-1, -1, 1]))], {}, "at the margin")]
    yield "marginRankingLoss", F.margin_ranking_loss, with_reductions((lambda: [r(5), r(5), signs(5)], {}), (lambda: [r(2, 3), r(2, 3), signs(2, 3)], {"margin": 0.5})) + [([t([1, 1]), t([1, 2]), const(t([1, -1]))], {}, "ties")]
    yield "cosineEmbeddingLoss", F.cosine_embedding_loss, with_reductions((lambda: [r(4, 3), r(4, 3), signs(4)], {}), (lambda: [r(4, 3), r(4, 3), signs(4)], {"margin": 0.3}))
    yield "softMarginLoss", F.soft_margin_loss, with_reductions((lambda: [r(3, 4), signs(3, 4)], {}))
    yield "multilabelSoftMarginLoss", F.multilabel_soft_margin_loss, with_reductions((lambda: [r(3, 4), const(mask(3, 4).double())], {}))
    yield "multilabelSoftMarginLoss", lambda x, y, w: F.multilabel_soft_margin_loss(x, y, w), [([r(3, 4), const(mask(3, 4).double()), const(pos(4))], {})]
    yield "mm", torch.mm, [([r(2, 3), r(3, 4)], {}), ([e(0, 3), r(3, 2)], {}, "empty")]
    yield "mv", torch.mv, [([r(2, 3), r(3)], {})]
    yield "bmm", torch.bmm, [([r(2, 3, 4), r(2, 4, 2)], {}), ([r(1, 1, 1), r(1, 1, 1)], {})]
    yield "addmm", torch.addmm, [([r(2, 4), r(2, 3), r(3, 4)], {}), ([r(4), r(2, 3), r(3, 4)], {"beta": 0.5, "alpha": 2.0})]
    yield "baddbmm", torch.baddbmm, [([r(2, 2, 4), r(2, 2, 3), r(2, 3, 4)], {"beta": 0.5, "alpha": 2.0})]
    yield "cross", torch.cross, [([r(2, 3), r(2, 3)], {}), ([r(3, 4), r(3, 4)], {"dim": 0})]
    yield "select", torch.select, [([r(3, 4)], {"dim": 1, "index": 2}), ([r(3, 4, 2)], {"dim": -2, "index": -1}), ([r(3)], {"dim": 0, "index": 0})]
    yield "unbind", torch.unbind, [([r(3, 2)], {}), ([r(2, 3, 2)], {"dim": 1}), ([r(2)], {})]
    yield "clone", torch.clone, [([r(2, 3)], {}), ([r(())], {})]
    yield "take", torch.take, [([r(3, 4), ints(0, 12, 2, 3)], {})]
    yield "nonzero", torch.nonzero, [([const(t([[0, 2, 0], [1, NAN, 0]]))], {}), ([mask(3, 4)], {}), ([const(t([0, 0]))], {}, "none")]
    yield "maskedSelect", torch.masked_select, [([r(3, 4), mask(3, 4)], {}), ([r(3, 1), mask(4)], {}), ([r(3), torch.zeros(3, dtype=torch.bool)], {}, "none")]
    yield "repeat", lambda x, sizes: x.repeat(sizes), [([r(2, 3)], {"sizes": [2, 1]}), ([r(3)], {"sizes": [4, 2]}), ([r(2, 3)], {"sizes": [2, 1, 3]}), ([r(2)], {"sizes": [0]}, "none")]
    yield "repeatInterleave", torch.repeat_interleave, [([r(2, 3)], {"repeats": 2}), ([r(2, 3)], {"repeats": 3, "dim": 1})]
    yield "repeatInterleave", lambda x, n, **k: torch.repeat_interleave(x, n, **k), [([r(3, 2), ints(0, 4, 3)], {"dim": 0})]
    yield "movedim", torch.movedim, [([r(2, 3, 4)], {"source": 0, "destination": 2}), ([r(2, 3, 4)], {"source": [0, -1], "destination": [1, 0]})]
    yield "unflatten", lambda x, dim, sizes: x.unflatten(dim, sizes), [([r(2, 6)], {"dim": 1, "sizes": [2, 3]}), ([r(4, 2)], {"dim": 0, "sizes": [2, -1]})]
    yield "hstack", lambda *xs: torch.hstack(xs), [([r(2, 3), r(2, 1)], {}), ([r(2), r(3)], {})]
    yield "vstack", lambda *xs: torch.vstack(xs), [([r(2, 3), r(1, 3)], {}), ([r(3), r(3)], {})]
    yield "meshgrid", lambda *xs, **k: torch.meshgrid(*xs, **k), [([r(2), r(3)], {"indexing": "ij"}), ([r(2), r(3), r(2)], {"indexing": "xy"})]
    yield "diag", torch.diag, [([r(3)], {}), ([r(3)], {"diagonal": -1}), ([r(3, 4)], {"diagonal": 1}), ([r(3, 4)], {})]
    yield "diagEmbed", torch.diag_embed, [([r(2, 3)], {}), ([r(2, 3)], {"offset": 1, "dim1": 0, "dim2": 2}), ([r(3)], {"offset": -2})]
    yield "diff", torch.diff, [([r(2, 5)], {}), ([r(4, 2)], {"n": 2, "dim": 0}), ([r(2, 3)], {"n": 3}, "nothing left")]
    yield "fliplr", torch.fliplr, [([r(2, 3)], {})]
    yield "flipud", torch.flipud, [([r(2, 3)], {})]
    yield "rot90", torch.rot90, [([r(2, 3)], {"k": k}) for k in (0, 1, 2, 3, -1)] + [([r(2, 3, 4)], {"k": 1, "dims": [1, 2]})]
    yield "lerp", torch.lerp, [([r(3), r(3), pos(3)], {}), ([r(2, 3), r(2, 3), const(t(0.7))], {})]
    yield "addcmul", torch.addcmul, [([r(3), r(3), r(3)], {"value": 0.5}), ([r(2, 1), r(3), r(2, 3)], {})]
    yield "addcdiv", torch.addcdiv, [([r(3), r(3), pos(3)], {"value": 0.5})]
    yield "floorDivide", torch.floor_divide, [([const(5 * r(6)), const(r(6))], {}), ([ints(-9, 9, 6), ints(1, 4, 6)], {})]
    yield "clampMin", torch.clamp_min, [([r(4)], {"min": 0.1}), ([t([0, 1])], {"min": 0.0}, "kink")]
    yield "clampMax", torch.clamp_max, [([r(4)], {"max": 0.1})]
    places = torch.tensor([[2, 0], [1, 2]])
    yield "scatter", lambda x, i, src, dim: torch.scatter(x, dim, i, src), [([r(2, 3), places, r(2, 2)], {"dim": 1}), ([r(3, 2), torch.tensor([[1, 2]]), r(1, 2)], {"dim": 0})]
    yield "scatter", lambda x, i, src, dim: torch.scatter(x, dim, i, src), [([r(2, 3), places], {"src": 2.5, "dim": 1})]
    yield "takeAlongDim", lambda x, i, **k: torch.take_along_dim(x, i, **k), [([r(2, 3), places], {"dim": 1}), ([r(2, 3), places], {})]
    yield "inner", torch.inner, [([r(2, 3), r(4, 3)], {}), ([r(3), r(3)], {}), ([r(2, 2, 3), r(3)], {})]
    yield "tensordot", torch.tensordot, [([r(2, 3, 4), r(3, 4, 2)], {}), ([r(2, 3), r(3, 2)], {"dims": 1}), ([r(2, 3, 4), r(4, 2)], {"dims": [[2, 0], [0, 1]]}), ([r(2), r(3)], {"dims": 0})]
    yield "kron", torch.kron, [([r(2, 2), r(2, 3)], {}), ([r(2), r(2, 3)], {})]
    yield "vdot", torch.vdot, [([r(3), r(3)], {})]
    yield "addmv", torch.addmv, [([r(2), r(2, 3), r(3)], {"beta": 0.5, "alpha": 2.0})]
    yield "matrixPower", torch.matrix_power, [([r(3, 3)], {"n": n}) for n in (0, 1, 2, 5, -2)]
    yield "dist", torch.dist, [([r(2, 3), r(2, 3)], {}), ([r(3), r(3)], {"p": 1.0})]
    yield "pixelShuffle", F.pixel_shuffle, [([r(2, 8, 2, 3)], {"upscale_factor": 2})]
    yield "pixelUnshuffle", F.pixel_unshuffle, [([r(2, 2, 4, 6)], {"downscale_factor": 2})]
    yield "avgPool1d", F.avg_pool1d, [([r(2, 2, 7)], {"kernel_size": 3}), ([r(2, 7)], {"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False}), ([r(1, 1, 6)], {"kernel_size": [3], "stride": 2, "ceil_mode": True})]
    yield "adaptiveAvgPool1d", F.adaptive_avg_pool1d, [([r(2, 2, 7)], {"output_size": 3})]
    for name in ["erfc", "deg2rad", "rad2deg"]:
        yield name, getattr(torch, name), [([r(3, 4)], {}), ([t([0, -5, 5])], {}, "far out")]
    yield "columnStack", lambda *xs: torch.column_stack(xs), [([r(2), r(2, 3)], {}), ([r(3), r(3)], {})]
    yield "isinf", torch.isinf, [([const(t([1, INF, -INF, NAN]))], {})]
    yield "isclose", torch.isclose, [([const(t([1, 1, NAN, INF, INF, 1])), const(t([1.000001, 1.1, NAN, INF, -INF, INF]))], k) for k in ({}, {"equal_nan": True}, {"rtol": 0.5, "atol": 0.0})]
    yield "logicalXor", torch.logical_xor, [([mask(4), mask(4)], {})]
    for ours, theirs in [("subtract", "subtract"), ("multiply", "multiply"), ("divide", "divide"), ("greater", "greater"), ("arctan2", "arctan2")]:
        yield ours, getattr(torch, theirs), [([r(3), r(3)], {})]


def case(fn, theirs, tensors, options, note=None):
    inputs = [x if getattr(x, "constant", False) or x.dtype != torch.float64 else x.clone().requires_grad_() for x in tensors]
    outputs = theirs(*inputs, **options)
    many = isinstance(outputs, (list, tuple))
    cotangents, grads = derivative(listed(outputs), inputs)
    found = {
        "fn": fn,
        "tensors": [store(x, x.requires_grad) for x in inputs],
        "options": {RENAMED.get(k, camel(k)): number(v) if isinstance(v, float) else v for k, v in options.items()},
        "output": [store(o) for o in outputs] if many else store(outputs),
        "cotangent": [store(c) for c in cotangents] if many else store(cotangents[0]),
        "grads": [None if g is None else store(g) for g in grads],
    }
    if note is not None:
        found["note"] = note
    return found


def cases():
    return [case(fn, theirs, *each) for fn, theirs, calls in table() for each in calls]


def created():
    """Tensors made of numbers alone, with the arguments in Gradlens's order."""
    calls = [
        ("eye", [3], torch.eye(3)),
        ("eye", [2, 4], torch.eye(2, 4)),
        ("eye", [0], torch.eye(0)),
        ("linspace", [0, 1, 5], torch.linspace(0, 1, 5)),
        ("linspace", [3, -2, 7], torch.linspace(3, -2, 7)),
        ("linspace", [2, 9, 1], torch.linspace(2, 9, 1)),
        ("linspace", [2, 9, 0], torch.linspace(2, 9, 0)),
        ("logspace", [0, 3, 4], torch.logspace(0, 3, 4)),
        ("logspace", [-1, 1, 5, 2], torch.logspace(-1, 1, 5, base=2)),
        ("arange", [5], torch.arange(5)),
        ("arange", [2, 9, 3], torch.arange(2, 9, 3)),
        ("arange", [0, 1, 0.25], torch.arange(0, 1, 0.25)),
        ("arange", [3, 0, -0.5], torch.arange(3, 0, -0.5)),
        ("arange", [1.5], torch.arange(1.5)),
        ("trilIndices", [3, 4, 1], torch.tril_indices(3, 4, 1)),
        ("triuIndices", [3, 4, -1], torch.triu_indices(3, 4, -1)),
        ("full", [[2, 2], 7.5], torch.full((2, 2), 7.5)),
    ]
    return [{"fn": fn, "args": args, "output": store(out)} for fn, args, out in calls]
