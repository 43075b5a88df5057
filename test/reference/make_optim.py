"""Paths of optimisers on a bowl and on Rosenbrock's valley, and learning rates of schedules."""
import torch
from torch import optim
from torch.optim import lr_scheduler as lrs

STEPS = 12
RATES = 14


def bowl(t):
    return t[0] ** 2 + 10 * t[1] ** 2 + t[0] * t[1]


def valley(t):
    return (1 - t[0]) ** 2 + 100 * (t[1] - t[0] ** 2) ** 2


LOSSES = {"bowl": bowl, "valley": valley}

OPTIMISERS = [
    ("Adamax", "bowl", {"lr": 0.1}),
    ("Adamax", "bowl", {"weight_decay": 0.1}),
    ("RAdam", "bowl", {"lr": 0.1}),
    ("RAdam", "bowl", {"lr": 0.1, "weight_decay": 0.1}),
    ("Rprop", "bowl", {"lr": 0.1}),
    ("LBFGS", "bowl", {}),
    ("LBFGS", "bowl", {"lr": 0.3, "max_iter": 4, "history_size": 2}),
    ("LBFGS", "valley", {"lr": 0.01, "max_iter": 5}),
    ("LBFGS", "valley", {"max_iter": 3, "line_search_fn": "strong_wolfe"}),
    ("LBFGS", "valley", {"line_search_fn": "strong_wolfe", "max_eval": 7}),
]


def path(name, loss, options):
    theta = torch.tensor([-1.3, 1.7], requires_grad=True)
    optimiser = getattr(optim, name)([theta], **options)

    def closure():
        optimiser.zero_grad()
        value = LOSSES[loss](theta)
        value.backward()
        return value

    points = []
    for _ in range(STEPS):
        optimiser.step(closure)
        points.append(theta.detach().tolist())
    return points


def camel(name):
    if name == "strong_wolfe":
        return "strongWolfe"
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def camels(options):
    return {camel(k): camel(v) if isinstance(v, str) and "_" in v else v for k, v in options.items()}


METRICS = [1.0, 0.8, 0.8, 0.9, 0.80001, 0.7, 0.75, 0.75, 0.71, 0.6, 0.65, 0.64, 0.62, 0.63]

SCHEDULES = [
    ("MultiStepLR", {"milestones": [2, 5, 5, 9], "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [3, 4]}),
    ("ConstantLR", {}),
    ("ConstantLR", {"factor": 0.5, "total_iters": 3}),
    ("PolynomialLR", {"total_iters": 6, "power": 2.0}),
    ("PolynomialLR", {}),
    ("CosineAnnealingWarmRestarts", {"T_0": 4}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2, "eta_min": 0.05}),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 0.9, "step_size_up": 3, "cycle_momentum": False}),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 0.9, "step_size_up": 2, "step_size_down": 3, "mode": "triangular2", "cycle_momentum": False}),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 0.9, "step_size_up": 2, "mode": "exp_range", "gamma": 0.9, "cycle_momentum": False}),
    ("ReduceLROnPlateau", {"patience": 1}),
    ("ReduceLROnPlateau", {"factor": 0.5, "patience": 0, "cooldown": 2, "min_lr": 0.15}),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 2, "threshold": 0.05, "threshold_mode": "abs"}),
]


def rates(make):
    theta = torch.zeros(1, requires_grad=True)
    optimiser = optim.SGD([theta], lr=0.4)
    schedules = make(optimiser)
    found = []
    for i in range(RATES):
        found.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        for each in schedules:
            if isinstance(each, lrs.ReduceLROnPlateau):
                each.step(METRICS[i])
            else:
                each.step()
    return found


def both(optimiser):
    return [lrs.ExponentialLR(optimiser, gamma=0.9), lrs.StepLR(optimiser, step_size=3, gamma=0.5)]


def warmed(optimiser):
    return [lrs.LinearLR(optimiser, start_factor=0.1, total_iters=4), lrs.CosineAnnealingLR(optimiser, T_max=12)]


def sequence(optimiser):
    parts = [
        lrs.LinearLR(optimiser, start_factor=0.1, total_iters=4),
        lrs.ExponentialLR(optimiser, gamma=0.8),
        lrs.CosineAnnealingLR(optimiser, T_max=5),
    ]
    return [lrs.SequentialLR(optimiser, parts, milestones=[4, 8])]


def chained(optimiser):
    return [lrs.ChainedScheduler([lrs.ConstantLR(optimiser, factor=0.1, total_iters=2), lrs.ExponentialLR(optimiser, gamma=0.9)])]


def multiplied(optimiser):
    return [lrs.MultiplicativeLR(optimiser, lambda epoch: 0.95 - 0.01 * epoch)]


def named(value):
    renamed = {"T_0": "t0", "T_mult": "tMult"}
    modes = {"exp_range": "expRange"}
    return {renamed.get(k, camel(k)): modes.get(v, v) if isinstance(v, str) else v for k, v in value.items() if k != "cycle_momentum"}


def cases():
    return {
        "paths": [{"optimiser": n, "loss": l, "options": camels(o), "points": path(n, l, o)} for n, l, o in OPTIMISERS],
        "schedules": [
            {"schedule": n, "options": named(o), "rates": rates(lambda opt: [getattr(lrs, n)(opt, **o)])}
            for n, o in SCHEDULES
        ],
        "metrics": METRICS,
        "together": {f.__name__: rates(f) for f in (both, warmed, sequence, chained, multiplied)},
    }
