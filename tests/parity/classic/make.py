"""Makes one JSON per classic network, against which tests compare the network, its activations and its gradients.

    pip install torch torchvision numpy
    python tests/parity/classic/make.py [NAME …]

Weights and inputs are not stored: both sides compute them from `noise`, in integers, so that they agree to the bit
(src/models/formula.rs is the other side). The networks are torchvision's, in evaluation mode; the CIFAR variant is
written here. The expected values are PyTorch's in float64: they hold no rounding of their own worth speaking of, and
what is left is the rounding of the float32 network under test. How far PyTorch's own float32 run is from them is stored
beside them (`float32_error`), each tensor relative to its largest magnitude.

A layer's values are those of the module of that name, before anything changes them in place; those of a composite
(`layer1.0`, `inception3a`, `features.3` of SqueezeNet) are its output, after its last ReLU.
"""
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision
from torch import nn

LABEL = 3
SAMPLES = 24

# For each network the layers that are compared, from the first convolution to near the end.
ALEXNET = ["features.0", "features.1", "features.2", "features.5", "features.8", "features.12", "avgpool"]
ALEXNET += ["classifier.1", "classifier.5"]
VGG11 = ["features.0", "features.2", "features.8", "features.13", "features.15", "features.20", "classifier.3"]
VGG16 = ["features.0", "features.4", "features.12", "features.16", "features.23", "features.30", "classifier.3"]
VGG19 = ["features.0", "features.4", "features.14", "features.18", "features.27", "features.36", "classifier.3"]
GOOGLENET = ["conv1.conv", "conv1.bn", "conv1", "maxpool1", "maxpool2", "inception3a.branch2.0.conv", "inception3a"]
GOOGLENET += ["maxpool3", "inception4a.branch3.1", "inception4c", "maxpool4", "inception5b", "avgpool"]
RESNET = ["conv1", "bn1", "maxpool", "layer1.0.conv1", "layer1.0", "layer2.0.downsample.1", "layer2.1", "layer3.0"]
RESNET += ["layer4.1.bn2", "avgpool"]
SQUEEZENET = ["features.0", "features.2", "features.3.squeeze", "features.3", "features.5", "features.8", "features.9"]
SQUEEZENET += ["features.12", "classifier.1"]
CIFAR = ["conv1", "maxpool1", "conv3", "maxpool2", "inception3a.branch3.1", "inception3a", "maxpool3", "inception4a"]
CIFAR += ["inception4e", "maxpool4", "inception5b", "avgpool"]

LAYERS = {
    "alexnet": ALEXNET,
    "vgg11": VGG11,
    "vgg16": VGG16,
    "vgg19": VGG19,
    "googlenet": GOOGLENET,
    "resnet18": RESNET,
    "resnet34": RESNET + ["layer3.5"],
    "resnet50": RESNET + ["layer1.0.bn3", "layer3.5", "layer4.2.conv3"],
    "resnet101": RESNET + ["layer3.22", "layer4.2.conv3"],
    "resnet152": RESNET + ["layer2.7", "layer3.35", "layer4.2.conv3"],
    "squeezenet1_1": SQUEEZENET,
    "googlenet_cifar": CIFAR,
}
# Batch norms of residual blocks whose weights are near 0.5 instead of 1. Blocks that each double the variance would
# make the logits of ResNet-152 7e11, beside which a forgotten bias of 0.1 is no longer seen.
DAMPED = (".bn2.weight", ".bn3.weight")
WITH_GRADIENTS = ["resnet18", "squeezenet1_1", "googlenet_cifar"]


class InceptionCifar(nn.Module):
    """Four ways side by side, concatenated: 1x1; 1x1 then 3x3; 1x1 then 5x5; 3x3 max then 1x1. Nothing activates."""

    def __init__(self, channels, one, three, five, pool):
        super().__init__()
        self.branch1 = nn.Conv2d(channels, one, 1)
        self.branch2 = nn.Sequential(nn.Conv2d(channels, three[0], 1), nn.Conv2d(*three, 3, padding=1))
        self.branch3 = nn.Sequential(nn.Conv2d(channels, five[0], 1), nn.Conv2d(*five, 5, padding=2))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(channels, pool, 1))

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.children()], 1)


class GoogLeNetCifar(nn.Sequential):
    """GoogLeNet for 10 classes of 32x32 pictures: ReLU after the first three convolutions only, no batch norm."""

    BLOCKS = {
        "3a": (64, (96, 128), (16, 32), 32),
        "3b": (128, (128, 192), (32, 96), 64),
        "4a": (192, (96, 208), (16, 48), 64),
        "4b": (160, (112, 224), (24, 64), 64),
        "4c": (128, (128, 256), (24, 64), 64),
        "4d": (112, (144, 288), (32, 64), 64),
        "4e": (256, (160, 320), (32, 128), 128),
        "5a": (256, (160, 320), (32, 128), 128),
        "5b": (384, (192, 384), (48, 128), 128),
    }

    def __init__(self):
        super().__init__()
        pools = iter(range(1, 5))

        def pool():
            self.add_module(f"maxpool{next(pools)}", nn.MaxPool2d(3, 2, 1))

        def conv(number, *shape, **options):
            self.add_module(f"conv{number}", nn.Conv2d(*shape, **options))
            self.add_module(f"relu{number}", nn.ReLU())

        conv(1, 3, 64, 7, stride=2, padding=3)
        pool()
        conv(2, 64, 64, 1)
        conv(3, 64, 192, 3, padding=1)
        pool()
        channels = 192
        for name, (one, three, five, projection) in self.BLOCKS.items():
            self.add_module(f"inception{name}", InceptionCifar(channels, one, three, five, projection))
            channels = one + three[1] + five[1] + projection
            if name in ("3b", "4e"):
                pool()
        self.add_module("avgpool", nn.AdaptiveAvgPool2d(1))
        self.add_module("flatten", nn.Flatten())
        self.add_module("fc", nn.Linear(channels, 10))


def noise(name, count):
    """`count` numbers in -1..1, multiples of 2^-23: an integer hash of the index, started by FNV-1a of the name."""
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 % 2**32
    # Unsigned arithmetic of numpy wraps around.
    h = np.arange(1, count + 1, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(seed)
    h ^= h >> np.uint32(15)
    h *= np.uint32(2246822519)
    h ^= h >> np.uint32(13)
    return (h >> np.uint32(8)).astype(np.float32) / np.float32(2**23) - np.float32(1)


def values(name, shape, is_norm):
    """A parameter or statistic in float32: kernels and matrices scaled as by He, others near their usual values.

    `fc.weight` is 16 times smaller, so that the softmax is not saturated and all classes have gradients.
    """
    h = noise(name, int(np.prod(shape)))
    kind = name.split(".")[-1]
    if len(shape) > 1:
        bound = np.float32(np.sqrt(6 / np.prod(shape[1:])))
        result = (bound / np.float32(16) if name == "fc.weight" else bound) * h
    elif kind == "running_var":
        result = np.float32(1) + np.float32(0.5) * h
    elif kind == "weight" and is_norm:
        usual = np.float32(0.5 if name.endswith(DAMPED) else 1)
        result = usual + np.float32(0.25) * h
    else:
        result = np.float32(0.1) * h
    assert result.dtype == np.float32
    return torch.from_numpy(result).reshape(shape)


def build(name):
    """The network in float32, with the weights of the formula."""
    if name == "googlenet_cifar":
        net = GoogLeNetCifar()
    else:
        options = {"aux_logits": False, "transform_input": False, "init_weights": False} if name == "googlenet" else {}
        net = torchvision.models.get_model(name, weights=None, **options)
    with torch.no_grad():
        for module_name, module in net.named_modules():
            is_norm = isinstance(module, nn.BatchNorm2d)
            tensors = [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]
            for part, tensor in tensors:
                if part != "num_batches_tracked":
                    tensor.copy_(values(f"{module_name}.{part}", tensor.shape, is_norm))
    return net.eval()


def picture(name):
    side = 32 if name == "googlenet_cifar" else 224
    return torch.from_numpy(2 * noise("input", 3 * side * side)).reshape(1, 3, side, side)


def run(name, net, dtype):
    net.to(dtype)
    layers = {}

    def keep(layer):
        # A copy: torchvision's ReLUs write into what they are given.
        return lambda module, inputs, output: layers.update({layer: output.detach().clone().double()[0]})

    modules = dict(net.named_modules())
    hooks = [modules[layer].register_forward_hook(keep(layer)) for layer in LAYERS[name]]
    with_gradients = name in WITH_GRADIENTS
    with torch.set_grad_enabled(with_gradients):
        logits = net(picture(name).to(dtype))
        result = {"layers": layers, "logits": {"logits": logits.detach().double()[0]}}
        if with_gradients:
            net.zero_grad()
            loss = nn.functional.cross_entropy(logits, torch.tensor([LABEL]))
            loss.backward()
            result["loss"] = {"loss": loss.detach().double()}
            result["gradients"] = {parameter: p.grad.double() for parameter, p in net.named_parameters()}
    for hook in hooks:
        hook.remove()
    # In the order of LAYERS, not in that in which modules end.
    result["layers"] = {layer: layers[layer] for layer in LAYERS[name]}
    return result


def number(value):
    return float(f"{float(value):.9g}")


def summary(tensor):
    """Shape, sum, sum of magnitudes, largest magnitude, and every stride-th of the flat values.

    The stride is far from whole channels and shares no factor with the sizes, so that the samples lie all over the maps
    and all over the kernels.
    """
    flat = tensor.flatten()
    stride = max(1, int(len(flat) / (SAMPLES + 1.2)))
    while math.gcd(stride, len(flat)) > 1:
        stride += 1
    return {
        "shape": list(tensor.shape),
        "sum": number(flat.sum()),
        "abs_sum": number(flat.abs().sum()),
        "max": number(flat.abs().max()),
        "stride": stride,
        "samples": [number(v) for v in flat[::stride]],
    }


def error(exact, rounded):
    """Largest difference of two dictionaries of tensors, each relative to the tensor's largest magnitude."""
    return float(f"{max(float((exact[k] - rounded[k]).abs().max() / exact[k].abs().max()) for k in exact):.3g}")


def make(name):
    net = build(name)
    rounded = run(name, net, torch.float32)
    exact = run(name, net, torch.float64)
    fixture = {
        "made_by": "tests/parity/classic/make.py",
        "torch": torch.__version__.split("+")[0],
        "torchvision": torchvision.__version__.split("+")[0],
        "network": name,
        "parameters": sum(p.numel() for p in net.parameters()),
        "layers": {layer: summary(tensor) for layer, tensor in exact["layers"].items()},
        "logits": summary(exact["logits"]["logits"]),
    }
    if "loss" in exact:
        fixture["label"] = LABEL
        fixture["loss"] = number(exact["loss"]["loss"])
        fixture["gradients"] = {parameter: summary(tensor) for parameter, tensor in exact["gradients"].items()}
    fixture["float32_error"] = {part: error(exact[part], rounded[part]) for part in exact}
    return fixture


def text(fixture):
    """JSON with one line for each summary."""
    parts = []
    for key, value in fixture.items():
        if key in ("layers", "gradients"):
            lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in value.items())
            parts.append(f' "{key}": {{\n{lines}\n }}')
        else:
            parts.append(f' "{key}": {json.dumps(value)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main():
    torch.set_num_threads(1)
    for name in sys.argv[1:] or LAYERS:
        fixture = make(name)
        Path(__file__).with_name(f"{name}.json").write_text(text(fixture))
        print(name, fixture["parameters"], fixture["float32_error"], "largest logit", fixture["logits"]["max"])


if __name__ == "__main__":
    main()
