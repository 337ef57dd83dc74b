"""Training speed of LeNet-5 in native PyTorch, by the rules of bench/timing.js: one JSON row for each optimizer.

    pip install torch numpy
    python bench/pytorch_lenet.py [--optimizer adam|sgd] [--seconds 10] [--threads 1]

The work is the browser's: the same network, the same 6,000 MNIST digits with a blank border, batch 64.
"""
import argparse
import gzip
import json
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

BATCH = 64
LEARNING_RATE = 1e-3
REPETITIONS = 3
MNIST = Path(__file__).parents[1] / "public/datasets/mnist"
OPTIMIZERS = {
    "adam": ("lenet-train", torch.optim.Adam),
    "sgd": ("lenet-train-sgd", torch.optim.SGD),
}


def batches():
    """Pictures `[64, 1, 32, 32]` in 0..1 and their labels."""
    def unpacked(name, header):
        return np.frombuffer(gzip.decompress((MNIST / name).read_bytes()), np.uint8, offset=header)

    pixels = unpacked("train-images-00.idx.gzip", 16).reshape(-1, 1, 28, 28)
    pixels = torch.from_numpy(np.pad(pixels, ((0, 0), (0, 0), (2, 2), (2, 2)))).float().div(255)
    labels = torch.from_numpy(unpacked("train-labels.idx.gzip", 8)[: len(pixels)].astype(np.int64))
    whole = len(pixels) // BATCH * BATCH
    return list(zip(pixels[:whole].split(BATCH), labels[:whole].split(BATCH)))


def measure(make_optimizer, seconds):
    """Images per second: the seconds are shared out over three repetitions, of which the median counts."""
    torch.manual_seed(1)
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    )
    optimizer = make_optimizer(net.parameters(), lr=LEARNING_RATE)
    data = batches()
    steps = 0

    def timed(count):
        nonlocal steps
        start = time.perf_counter()
        for _ in range(count):
            x, y = data[steps % len(data)]
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
            steps += 1
        loss.item()
        return time.perf_counter() - start

    warming = timed(1)
    while warming < 3:
        single = timed(1)
        warming += single
    chunk = min(50, max(1, round(0.5 / single)))
    rates = []
    for _ in range(REPETITIONS):
        done, elapsed = 0, 0.0
        while elapsed < seconds / REPETITIONS:
            elapsed += timed(chunk)
            done += chunk
        rates.append(done * BATCH / elapsed)
    return statistics.median(rates)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--optimizer", choices=OPTIMIZERS, help="only this one")
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--threads", type=int, default=1)
    arguments = arguments.parse_args()
    torch.set_num_threads(arguments.threads)
    for name in [arguments.optimizer] if arguments.optimizer else OPTIMIZERS:
        work, make_optimizer = OPTIMIZERS[name]
        value = round(measure(make_optimizer, arguments.seconds), 1)
        row = {"work": work, "who": f"pytorch-native-{arguments.threads}", "value": value, "unit": "images/s"}
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
