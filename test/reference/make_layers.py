"""Layers with their state, inputs, outputs and gradients: what layers-more.json holds."""
import torch
from torch import nn

from make import derivative, listed, number, store
from make_ops import camel, const, ints, mask, pos, r, signs, t, unit


class RMSNorm(nn.Module):
    """As PyTorch has it since 2.4."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        self.dims = tuple(range(-len(normalized_shape), 0))
        self.eps = torch.finfo(torch.float64).eps if eps is None else eps
        self.weight = nn.Parameter(torch.ones(normalized_shape)) if elementwise_affine else None

    def forward(self, x):
        out = x * torch.rsqrt(x.pow(2).mean(self.dims, keepdim=True) + self.eps)
        return out if self.weight is None else out * self.weight


def encoder(d_model, nhead, num_layers, norm=False, **options):
    layer = nn.TransformerEncoderLayer(d_model, nhead, dropout=0.0, **options)
    return nn.TransformerEncoder(layer, num_layers, nn.LayerNorm(d_model) if norm else None)


def classes(*shape):
    return const(torch.softmax(torch.randn(*shape), 1))


# The layer's name here, PyTorch's, keywords, inputs; "eval" after three calls in training where a fifth entry says so.
def table():
    yield "RNNCell", nn.RNNCell, {"input_size": 3, "hidden_size": 4}, [r(2, 3), r(2, 4)]
    yield "RNNCell", nn.RNNCell, {"input_size": 3, "hidden_size": 4, "bias": False, "nonlinearity": "relu"}, [r(2, 3)]
    yield "GRUCell", nn.GRUCell, {"input_size": 3, "hidden_size": 4}, [r(2, 3), r(2, 4)]
    yield "GRUCell", nn.GRUCell, {"input_size": 3, "hidden_size": 4}, [r(3)]
    yield "LSTMCell", nn.LSTMCell, {"input_size": 3, "hidden_size": 4}, [r(2, 3), r(2, 4), r(2, 4)]
    yield "LSTMCell", nn.LSTMCell, {"input_size": 3, "hidden_size": 4}, [r(3)]
    yield "RMSNorm", RMSNorm, {"normalized_shape": [4]}, [r(3, 4)]
    yield "RMSNorm", RMSNorm, {"normalized_shape": [3, 4], "eps": 0.1}, [r(2, 3, 4)]
    yield "RMSNorm", RMSNorm, {"normalized_shape": [4], "elementwise_affine": False}, [r(2, 4)]
    yield "InstanceNorm1d", nn.InstanceNorm1d, {"num_features": 3}, [r(2, 3, 5)]
    yield "InstanceNorm1d", nn.InstanceNorm1d, {"num_features": 3, "affine": True}, [r(3, 5)]
    yield "InstanceNorm2d", nn.InstanceNorm2d, {"num_features": 2, "affine": True, "eps": 0.1}, [r(2, 2, 3, 3)]
    yield "InstanceNorm2d", nn.InstanceNorm2d, {"num_features": 2, "affine": True, "track_running_stats": True, "momentum": 0.3}, [r(2, 2, 3, 3)]
    yield "InstanceNorm2d", nn.InstanceNorm2d, {"num_features": 2, "track_running_stats": True}, [r(2, 2, 3, 3)], "eval"
    yield "Upsample", nn.Upsample, {"scale_factor": 2}, [r(1, 2, 2, 3)]
    yield "Upsample", nn.Upsample, {"size": [5, 4], "mode": "bilinear", "align_corners": True}, [r(1, 2, 2, 3)]
    yield "Unflatten", nn.Unflatten, {"dim": 1, "unflattened_size": [2, 3]}, [r(2, 6)]
    yield "CosineSimilarity", nn.CosineSimilarity, {"dim": 1}, [r(3, 4), r(3, 4)]
    yield "PairwiseDistance", nn.PairwiseDistance, {"p": 1.0, "keepdim": True}, [r(3, 4), r(3, 4)]
    yield "Dropout2d", nn.Dropout2d, {"p": 0.5}, [r(1, 2, 2, 3)], "eval"
    yield "PReLU", nn.PReLU, {"num_parameters": 3, "init": 0.1}, [r(2, 3, 2)]
    for name in ["Hardsigmoid", "Hardswish", "Tanhshrink", "CELU", "Hardtanh", "Hardshrink", "Softshrink"]:
        yield name, (lambda: lambda x: nn.functional.hardtanh(x + 3, 0.0, 6.0) / 6) if name == "Hardsigmoid" else getattr(nn, name), {}, [2 * r(3, 4)]
    yield "Softshrink", nn.Softshrink, {"lambd": 0.2}, [r(3, 4)]
    yield "Threshold", nn.Threshold, {"threshold": 0.1, "value": 2.0}, [r(3, 4)]
    yield "GLU", nn.GLU, {"dim": 0}, [r(4, 3)]
    yield "Softmin", nn.Softmin, {"dim": 1}, [r(4, 3)]
    yield "ConstantPad1d", nn.ConstantPad1d, {"padding": 2, "value": 0.5}, [r(1, 2, 3)]
    yield "ConstantPad2d", nn.ConstantPad2d, {"padding": [1, 0, 2, 1], "value": 0.5}, [r(1, 2, 3, 3)]
    yield "ZeroPad2d", nn.ZeroPad2d, {"padding": 1}, [r(1, 2, 3, 3)]
    yield "ReflectionPad1d", nn.ReflectionPad1d, {"padding": [2, 1]}, [r(1, 2, 4)]
    yield "ReflectionPad2d", nn.ReflectionPad2d, {"padding": 1}, [r(1, 2, 3, 3)]
    yield "ReplicationPad1d", nn.ReplicationPad1d, {"padding": 2}, [r(1, 2, 3)]
    yield "ReplicationPad2d", nn.ReplicationPad2d, {"padding": [1, 2, 0, 1]}, [r(1, 2, 3, 3)]
    yield "AvgPool1d", nn.AvgPool1d, {"kernel_size": 3, "stride": 2, "padding": 1}, [r(1, 2, 7)]
    yield "AdaptiveAvgPool1d", nn.AdaptiveAvgPool1d, {"output_size": 3}, [r(1, 2, 7)]
    yield "PixelShuffle", nn.PixelShuffle, {"upscale_factor": 2}, [r(1, 4, 2, 3)]
    yield "PixelUnshuffle", nn.PixelUnshuffle, {"downscale_factor": 2}, [r(1, 1, 4, 6)]
    encoder_args = {"d_model": 8, "nhead": 2, "num_layers": 2, "dim_feedforward": 12, "batch_first": True}
    yield "TransformerEncoder", encoder, encoder_args, [r(2, 3, 8)]
    yield "TransformerEncoder", encoder, {**encoder_args, "norm": True, "norm_first": True}, [r(2, 3, 8)]
    yield "CrossEntropyLoss", nn.CrossEntropyLoss, {}, [r(4, 3), ints(0, 3, 4)]
    yield "CrossEntropyLoss", nn.CrossEntropyLoss, {"weight": pos(3), "ignore_index": 1, "label_smoothing": 0.1}, [r(4, 3), t([0, 1, 2, 2]).long()]
    yield "CrossEntropyLoss", nn.CrossEntropyLoss, {"weight": pos(3), "reduction": "sum"}, [r(4, 3), classes(4, 3)]
    yield "NLLLoss", nn.NLLLoss, {"weight": pos(3), "ignore_index": 0}, [r(4, 3), t([0, 1, 2, 2]).long()]
    yield "MSELoss", nn.MSELoss, {}, [r(4, 3), r(4, 3)]
    yield "L1Loss", nn.L1Loss, {"reduction": "sum"}, [r(4, 3), r(4, 3)]
    yield "SmoothL1Loss", nn.SmoothL1Loss, {"beta": 0.5}, [r(4, 3), r(4, 3)]
    yield "HuberLoss", nn.HuberLoss, {"delta": 0.5, "reduction": "none"}, [r(4, 3), r(4, 3)]
    yield "BCELoss", nn.BCELoss, {"weight": pos(3)}, [unit(4, 3), const(mask(4, 3).double())]
    yield "BCEWithLogitsLoss", nn.BCEWithLogitsLoss, {"weight": pos(3), "pos_weight": pos(3)}, [r(4, 3), const(mask(4, 3).double())]
    yield "KLDivLoss", nn.KLDivLoss, {"reduction": "batchmean"}, [torch.log_softmax(r(4, 3), 1), classes(4, 3)]
    yield "KLDivLoss", nn.KLDivLoss, {"log_target": True}, [torch.log_softmax(r(4, 3), 1), const(torch.log_softmax(r(4, 3), 1))]
    yield "PoissonNLLLoss", nn.PoissonNLLLoss, {"full": True}, [r(4, 3), const(3 * pos(4, 3))]
    yield "GaussianNLLLoss", nn.GaussianNLLLoss, {"full": True}, [r(4, 3), r(4, 3), pos(4, 3)]
    yield "SoftMarginLoss", nn.SoftMarginLoss, {}, [r(4, 3), signs(4, 3)]
    yield "MultiMarginLoss", nn.MultiMarginLoss, {"p": 2, "margin": 0.5, "weight": pos(3)}, [r(4, 3), ints(0, 3, 4)]
    yield "MultiLabelSoftMarginLoss", nn.MultiLabelSoftMarginLoss, {"weight": pos(3)}, [r(4, 3), const(mask(4, 3).double())]
    yield "HingeEmbeddingLoss", nn.HingeEmbeddingLoss, {"margin": 0.5}, [r(4, 3), signs(4, 3)]
    yield "MarginRankingLoss", nn.MarginRankingLoss, {"margin": 0.5}, [r(4), r(4), signs(4)]
    yield "CosineEmbeddingLoss", nn.CosineEmbeddingLoss, {"margin": 0.1}, [r(4, 3), r(4, 3), signs(4)]
    yield "TripletMarginLoss", nn.TripletMarginLoss, {"margin": 0.5, "p": 1.0, "swap": True}, [r(4, 3), r(4, 3), r(4, 3)]


def argument(value):
    return store(value) if isinstance(value, torch.Tensor) else number(value) if isinstance(value, float) else value


def kept(state):
    return {k: store(v) for k, v in state.items() if k != "num_batches_tracked"}


def case(name, make, options, inputs, mode="train"):
    layer = make(**options)
    module = layer if isinstance(layer, nn.Module) else None
    for p in [] if module is None else module.parameters():
        with torch.no_grad():
            p.add_(0.1 * torch.randn_like(p))
    leaves = [x if getattr(x, "constant", False) or x.dtype != torch.float64 else x.clone().requires_grad_() for x in inputs]
    if mode == "eval":
        for _ in range(3):
            module(*[x.detach() + torch.randn_like(x) for x in leaves])
        module.eval()
    state = {} if module is None else {k: v.clone() for k, v in module.state_dict().items()}
    call = [leaves[0], tuple(leaves[1:])] if name == "LSTMCell" and len(leaves) == 3 else leaves
    outputs = listed(layer(*call))
    parameters = {} if module is None else dict(module.named_parameters())
    cotangents, grads = derivative(outputs, [*leaves, *parameters.values()])
    after = {} if module is None else {k: v for k, v in module.state_dict().items() if k.startswith("running")}
    return {
        "layer": name,
        "args": {camel(k): argument(v) for k, v in options.items()},
        "mode": mode,
        "calls": 1,
        "state": kept(state),
        "stateAfter": kept(after),
        "inputs": [store(x) for x in leaves],
        "outputs": [store(o) for o in outputs],
        "cotangents": [store(c) for c in cotangents],
        "inputGrads": [None if g is None else store(g) for g in grads[: len(leaves)]],
        "parameterGrads": {k: store(g) for k, g in zip(parameters, grads[len(leaves) :])},
    }


def cases():
    return [case(*each) for each in table()]
