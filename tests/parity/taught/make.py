"""Makes expected.json: losses, fine-tuning and weight decay as PyTorch has them, for the network that is taught.

    pip install torch torchvision numpy
    python tests/parity/taught/make.py

Weights and pictures come from the formula of tests/parity/classic/make.py, which src/models/formula.rs computes too.
Everything is in float64, so that what is left is the rounding of the float32 network under test. Of what was learned the
changes are kept, not the weights themselves: an update that is missing would hardly show in those.
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1] / "classic"))
from make import build, noise, number, summary, values  # noqa: E402

SIDE = 224
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
# Of the pictures: the first four are learned from, the others validated on.
LABELS = [0, 1, 2, 1, 0, 2]
CLASS_WEIGHTS = [1.5, 0.5, 1.0]
BLOCK = "features.12"


def picture(index):
    """Noise on stripes, `[3, SIDE, SIDE]` bytes; each picture has stripes of its own width."""
    grain = ((noise(f"picture{index}", SIDE * SIDE * 3) + 1) * 128).astype(np.uint8).reshape(SIDE, SIDE, 3)
    stripes = (np.arange(SIDE) >> (index + 1) & 1).astype(np.uint8) * 127
    return ((grain >> 1) + stripes[None, :, None]).transpose(2, 0, 1)


def inputs():
    pictures = torch.from_numpy(np.stack([picture(index) for index in range(len(LABELS))])).double() / 255
    return (pictures - torch.tensor(MEAN).double().view(3, 1, 1)) / torch.tensor(DEVIATION).double().view(3, 1, 1)


class Taught(nn.Module):
    """SqueezeNet's layers, the mean of every feature map, one new layer."""

    def __init__(self, classes):
        super().__init__()
        self.features = build("squeezenet1_1").features
        self.head = nn.ModuleDict({"linear": nn.Linear(512, classes)})
        with torch.no_grad():
            for name, parameter in self.head.named_parameters():
                parameter.copy_(values(f"head.{name}", parameter.shape, False))
        self.double().requires_grad_(False)

    def forward(self, x):
        return self.head["linear"](self.features(x).mean((2, 3)))


def teach(learning, make_optimizer, steps, loss_function, cosine):
    """Losses before every step, and what `steps` steps change in the parameters whose names begin with `learning`."""
    net, x, labels = Taught(3), inputs(), torch.tensor(LABELS)
    parameters = {name: p for name, p in net.named_parameters() if name.startswith(learning)}
    before = {name: p.clone() for name, p in parameters.items()}
    for parameter in parameters.values():
        parameter.requires_grad_(True)
    optimizer = make_optimizer(list(parameters.values()))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps) if cosine else None
    plain = nn.functional.cross_entropy
    train, validation = [], []
    for _ in range(steps):
        logits = net(x[:4])
        train.append(number(plain(logits, labels[:4]).detach()))
        optimizer.zero_grad()
        loss_function(logits, labels[:4]).backward()
        optimizer.step()
        if schedule:
            schedule.step()
        with torch.no_grad():
            logits = net(x[4:])
        validation.append(number(plain(logits, labels[4:])))
    print("losses", train, validation)
    return {
        "train_losses": train,
        "validation_losses": validation,
        "logits": [[number(v) for v in row] for row in logits],
        "changes": {name: summary((p - before[name]).detach()) for name, p in parameters.items()},
    }


def losses():
    labels = [2, 0, 1, 2, 2]
    result = []
    for weights in ([1.0, 1.0, 1.0], [0.5, 2.0, 1.25]):
        for smoothing in (0.0, 0.1, 0.5):
            logits = torch.from_numpy(3 * noise("logits", 15)).double().reshape(5, 3).requires_grad_(True)
            weight = torch.tensor(weights).double()
            loss = nn.CrossEntropyLoss(weight=weight, label_smoothing=smoothing)(logits, torch.tensor(labels))
            loss.backward()
            result.append({
                "labels": labels,
                "weights": weights,
                "smoothing": smoothing,
                "loss": number(loss.detach()),
                "gradient": [number(v) for v in logits.grad.flatten()],
            })
    return result


def main():
    torch.set_num_threads(1)
    weighted = nn.CrossEntropyLoss(weight=torch.tensor(CLASS_WEIGHTS).double(), label_smoothing=0.1)

    def sgd(parameters):
        return torch.optim.SGD(parameters, lr=0.001, momentum=0.9, weight_decay=1e-3)

    def adam(parameters):
        return torch.optim.Adam(parameters, lr=1e-3, weight_decay=0.1)

    parts = {
        "made_by": "tests/parity/taught/make.py",
        "torch": torch.__version__.split("+")[0],
        "losses": losses(),
        "sgd": teach((BLOCK, "head"), sgd, 3, weighted, True),
        "adam": teach(("head",), adam, 5, nn.CrossEntropyLoss(), False),
    }
    lines = [f' "{key}": {json.dumps(value)}' for key, value in parts.items()]
    Path(__file__).with_name("expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
