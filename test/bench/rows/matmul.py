# Matrix products.
import torch


def product(n, dtype):
    def setup():
        x, y = torch.randn(n, n, dtype=dtype), torch.randn(n, n, dtype=dtype)
        return lambda: x @ y

    return setup


rows = {
    "matmul 256 f32": product(256, torch.float32),
    "matmul 512 f32": product(512, torch.float32),
    "matmul 1024 f32": product(1024, torch.float32),
    "matmul 512 f64": product(512, torch.float64),
}
