"""Makes grad_cam.json, against which tests/explain.rs compares Grad-CAM.

    pip install torch torchvision numpy
    python tests/parity/classic/make_grad_cam.py

The networks, weights and picture are those of make.py; the heat map is written here from the paper (Selvaraju and
others, ICCV 2017): maps weighted with the mean gradient of the class score, summed, cut at zero, the largest 1.
"""
import json
from pathlib import Path

import torch

from make import build, number, picture

# Network, layer, class. In the middle of a network, in one branch of a block, and at its end.
CASES = [
    ("alexnet", "features.10", 3),
    ("squeezenet1_1", "features.12", 5),
    ("squeezenet1_1", "features.6.expand3x3", 5),
    ("resnet18", "layer3.0.conv1", 7),
    ("googlenet", "inception4c", 2),
]


def heat(name, layer, label):
    net = build(name).double()
    kept = {}

    def keep(module, inputs, output):
        # What goes on from here is a copy, because torchvision's ReLUs write into what they are given.
        kept["maps"] = output
        output.retain_grad()
        return output.clone()

    dict(net.named_modules())[layer].register_forward_hook(keep)
    net(picture(name).double())[0, label].backward()
    maps = kept["maps"]
    weights = maps.grad.mean(dim=(2, 3), keepdim=True)
    heat = torch.relu((maps * weights).sum(1)[0])
    return (heat / heat.max()).detach()


def main():
    cases = []
    for name, layer, label in CASES:
        values = heat(name, layer, label)
        cases.append({
            "network": name, "layer": layer, "class": label, "shape": list(values.shape),
            "values": [number(f"{v:.6g}") for v in values.flatten()],
        })
        print(name, layer, tuple(values.shape), float((values > 0).double().mean()))
    lines = ",\n".join(" " + json.dumps(case) for case in cases)
    Path(__file__).with_name("grad_cam.json").write_text("[\n" + lines + "\n]\n")


if __name__ == "__main__":
    main()
