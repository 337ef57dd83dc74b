"""Training speed of the GoogLeNet variant for CIFAR-10 in native PyTorch, on made-up pictures: one JSON row.

    pip install torch torchvision numpy
    python bench/pytorch_googlenet.py [--seconds 10] [--threads 1]

`value` is in pictures a second; `forward`, `backward` and `optimizer` are in seconds for a picture. All are of the
median step. The pictures are ready before the clock starts.
"""
import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/parity/classic"))
from make import GoogLeNetCifar  # noqa: E402

BATCH = 128
PARAMETERS = 5_983_802
WARM_STEPS = 3
STEPS_AT_LEAST = 5


def network():
    """With the dropout that the network of the tests, which never trains, can do without."""
    *features, last = GoogLeNetCifar().children()
    net = nn.Sequential(*features, nn.Dropout(0.4), last)
    parameters = sum(parameter.numel() for parameter in net.parameters())
    assert parameters == PARAMETERS, f"the network has {parameters} parameters"
    return net.train()


def measure(seconds):
    torch.manual_seed(1)
    net = network()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    x = torch.rand(BATCH, 3, 32, 32) * 2 - 1
    y = torch.arange(BATCH) % 10

    def step():
        """Seconds of the forward pass, the backward pass and the optimizer."""
        times = [time.perf_counter()]
        loss = nn.functional.cross_entropy(net(x), y)
        times.append(time.perf_counter())
        loss.backward()
        times.append(time.perf_counter())
        optimizer.step()
        optimizer.zero_grad()
        times.append(time.perf_counter())
        return [after - before for before, after in zip(times, times[1:])]

    for _ in range(WARM_STEPS):
        step()
    steps = []
    while len(steps) < STEPS_AT_LEAST or sum(map(sum, steps)) < seconds:
        steps.append(step())
    parts = [statistics.median(part) / BATCH for part in zip(*steps)]
    value = BATCH / statistics.median(map(sum, steps))
    return {"value": value, **dict(zip(["forward", "backward", "optimizer"], parts))}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--threads", type=int, default=1)
    arguments = arguments.parse_args()
    torch.set_num_threads(arguments.threads)
    row = {"work": "googlenet-cifar-train", "who": f"pytorch-native-{arguments.threads}", "unit": "images/s"}
    print(json.dumps({**row, **measure(arguments.seconds)}), flush=True)


if __name__ == "__main__":
    main()
