"""Makes lenet5.json, against which tests/parity.rs compares the network, its gradients and its optimizers.

    pip install torch numpy
    python tests/parity/lenet5/make.py

Weights and inputs are not stored: both sides compute them from `noise`, in integers, so that they agree to the bit.
The expected values are PyTorch's in float64: they hold no rounding of their own worth speaking of, and what is left is
the rounding of the float32 network under test. How far PyTorch's own float32 run is from them is stored beside them
(`float32_error`), and the test allows a small multiple of it.
"""
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

# Bounds are powers of two near 1/sqrt(fan in), so that scaling is exact.
PARAMETERS = [
    ("conv1", (6, 1, 5, 5), 0.25),
    ("conv2", (16, 6, 5, 5), 0.125),
    ("fc1", (120, 400), 0.0625),
    ("fc2", (84, 120), 0.125),
    ("fc3", (10, 84), 0.125),
]
LABELS = [3, 0, 7, 9]
STEPS = 5
SAMPLES = 24
OPTIMIZERS = {
    "adam": lambda p: torch.optim.Adam(p, lr=1e-3),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "plain-sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "rms-prop": lambda p: torch.optim.RMSprop(p, lr=1e-3),
}


def noise(first, count):
    """`count` numbers in -1..1, multiples of 2^-23: an integer hash of first, first + 1, …"""
    mask = np.uint64(0xFFFFFFFF)
    h = (np.arange(first + 1, first + count + 1, dtype=np.uint64) * np.uint64(2654435761)) & mask
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(2246822519)) & mask
    h ^= h >> np.uint64(13)
    return (h >> np.uint64(8)).astype(np.float64) / 2**23 - 1


class LeNet5(nn.Module):
    def __init__(self, activation, pooling):
        super().__init__()
        self.activate = {"tanh": torch.tanh, "relu": torch.relu}[activation]
        self.pool = {"average": nn.functional.avg_pool2d, "max": nn.functional.max_pool2d}[pooling]
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)
        first = 0
        with torch.no_grad():
            for name, shape, bound in PARAMETERS:
                layer = getattr(self, name)
                for parameter in (layer.weight, layer.bias):
                    count = parameter.numel()
                    parameter.copy_(torch.from_numpy(bound * noise(first, count)).reshape(parameter.shape))
                    first += count
            assert first == 61_706

    def forward(self, x, tap=None):
        tap = {} if tap is None else tap
        for i, conv in ((1, self.conv1), (2, self.conv2)):
            x = tap[f"conv{i}"] = conv(x)
            x = tap[f"act{i}"] = self.activate(x)
            x = tap[f"pool{i}"] = self.pool(x, 2)
        x = tap["fc1"] = self.activate(self.fc1(x.flatten(1)))
        x = tap["fc2"] = self.activate(self.fc2(x))
        x = tap["logits"] = self.fc3(x)
        return x


def inputs(dtype):
    """Four pictures of noise in 0..1."""
    pixels = (noise(1_000_000, 4 * 32 * 32) + 1) / 2
    return torch.from_numpy(pixels).reshape(4, 1, 32, 32).to(dtype)


def run(activation, pooling, dtype):
    net = LeNet5(activation, pooling).to(dtype)
    tap = {}
    logits = net(inputs(dtype), tap)
    loss = nn.functional.cross_entropy(logits, torch.tensor(LABELS))
    loss.backward()
    return {
        "logits": logits.detach().double().flatten(),
        "loss": loss.detach().double(),
        # Of the first picture alone.
        "layers": {name: value[0].detach().double() for name, value in tap.items()},
        "gradients": {name: p.grad.double() for name, p in net.named_parameters()},
    }


def learn(optimizer, dtype):
    net = LeNet5("tanh", "average").to(dtype)
    step = OPTIMIZERS[optimizer](net.parameters())
    losses = []
    for _ in range(STEPS):
        step.zero_grad()
        loss = nn.functional.cross_entropy(net(inputs(dtype)), torch.tensor(LABELS))
        loss.backward()
        step.step()
        losses.append(loss.item())
    return losses, {name: p.detach().double() for name, p in net.named_parameters()}


def number(value):
    return float(f"{float(value):.9g}")


def summary(tensor, whole=False):
    """Sum, sum of magnitudes, and every stride-th of the flat values (all of them where `whole`)."""
    flat = tensor.flatten()
    stride = 1 if whole else max(1, len(flat) // SAMPLES)
    return {
        "sum": number(flat.sum()),
        "abs_sum": number(flat.abs().sum()),
        "stride": stride,
        "samples": [number(v) for v in flat[::stride]],
    }


def error(exact, rounded):
    """Largest difference of two dictionaries of tensors, each relative to the tensor's largest magnitude."""
    return number(max((exact[k] - rounded[k]).abs().max() / exact[k].abs().max() for k in exact))


def main():
    torch.set_num_threads(1)
    cases = []
    for activation in ("tanh", "relu"):
        for pooling in ("average", "max"):
            exact, rounded = (run(activation, pooling, dtype) for dtype in (torch.float64, torch.float32))
            cases.append({
                "activation": activation,
                "pooling": pooling,
                "logits": [number(v) for v in exact["logits"]],
                "loss": number(exact["loss"]),
                "layers": {name: summary(v) for name, v in exact["layers"].items()},
                "gradients": {name: summary(v, name.startswith("conv1")) for name, v in exact["gradients"].items()},
                "float32_error": {part: error(exact[part], rounded[part]) for part in ("layers", "gradients")},
            })
    optimizers = []
    for name in OPTIMIZERS:
        losses, weights = learn(name, torch.float64)
        rounded_losses, rounded = learn(name, torch.float32)
        optimizers.append({
            "optimizer": name,
            "learning_rate": OPTIMIZERS[name]([torch.zeros(1)]).param_groups[0]["lr"],
            "losses": [number(v) for v in losses],
            "weights": {name: summary(v) for name, v in weights.items()},
            "float32_error": {
                "losses": number(max(abs(a - b) for a, b in zip(losses, rounded_losses))),
                "weights": error(weights, rounded),
            },
        })
    fixture = {
        "made_by": "tests/parity/lenet5/make.py",
        "torch": torch.__version__.split("+")[0],
        "labels": LABELS,
        "cases": cases,
        "optimizers": optimizers,
    }
    text = json.dumps(fixture, indent=1)
    # One line per list of numbers.
    text = "\n".join(join_lists(text.splitlines()))
    Path(__file__).with_name("lenet5.json").write_text(text + "\n")
    for case in cases + optimizers:
        print({k: v for k, v in case.items() if k in ("activation", "pooling", "optimizer", "float32_error", "losses")})


def join_lists(lines):
    joined = []
    inside = False
    for line in lines:
        if inside:
            gap = "" if joined[-1].endswith("[") or line.strip().startswith("]") else " "
            joined[-1] += gap + line.strip()
            inside = not line.strip().startswith("]")
        else:
            joined.append(line)
            inside = line.endswith("[") and '"cases"' not in line and '"optimizers"' not in line
    return joined


if __name__ == "__main__":
    main()
