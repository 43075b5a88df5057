# Forward and backward pass of ResNet-18 on one image of 3 × 64 × 64, in training mode.
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.first = convolution(before, after, 3, stride)
        self.second = convolution(after, after, 3, 1)
        self.shortcut = convolution(before, after, 1, stride) if stride != 1 else nn.Identity()

    def forward(self, h):
        return torch.relu(self.second(torch.relu(self.first(h))) + self.shortcut(h))


def convolution(before, after, kernel, stride):
    conv = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(after, track_running_stats=False))


def resnet():
    stages = [64, 128, 256, 512]
    blocks = [block for i, n in enumerate(stages) for block in (Block(n // 2 if i else 64, n, 2 if i else 1), Block(n, n, 1))]
    net = nn.Sequential(
        convolution(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000)
    )
    x, y = torch.rand(1, 3, 64, 64), torch.tensor([7])

    def run():
        nn.functional.cross_entropy(net(x), y).backward()
        net.zero_grad(set_to_none=True)

    return run


rows = {"ResNet-18, one image of 3×64×64": resnet}
