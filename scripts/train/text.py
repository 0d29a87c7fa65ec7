"""A character-level language model, trained on Debian's package `fortunes`.

The text is split by fortunes, of equal ones all but the first left out, into
training, held-out and test parts. The network sees the 32 characters before the one it predicts, each a one-hot vector
of 64: a tree of strided convolutions that halves them to one vector.
"""
import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import idx
from quant import ActQuant, QuantConv, QuantLinear, QuantNet

DEBIAN_DIR = "/usr/share/games/fortunes"
SPLIT_SEED = 1
CONTEXT, CLASSES, OTHER = 32, 64, 63
BATCH = 512
EPOCH_SHARE = 8      # an epoch is this fraction of the training characters
WINDOWS = 20000      # held out, and of the test text


class TextNet(QuantNet):
    STEPS = (("conv1", "input"), ("conv2", "conv1"), ("conv3", "conv2"),
             ("conv4", "conv3"))
    INPUT = {"height": 1, "width": CONTEXT, "channels": CLASSES, "bits": 1,
             "scale": 1.0}
    POOL = {}

    def __init__(self, channels=128):
        super().__init__()
        c = channels
        convs = (("conv1", CLASSES, 4), ("conv2", c, 2), ("conv3", c, 2),
                 ("conv4", c, 2))
        self.conv = nn.ModuleDict({
            name: QuantConv(inputs, c, (1, taps), (1, taps), bias=False)
            for name, inputs, taps in convs})
        self.bn = nn.ModuleDict({name: nn.BatchNorm2d(c)
                                 for name, *_ in convs})
        self.act = nn.ModuleDict({name: ActQuant() for name, *_ in convs})
        self.fc = QuantLinear(c, CLASSES)

    def forward(self, x):
        """x: [window, 64, 1, 32], one-hot."""
        for name, source in self.STEPS:
            x = self.block(name, x, source)
        return self.classify(x.flatten(1), "conv4")


def fortunes(folder):
    """Those of all files, in the order of their names; of several that differ
    in case, spaces and punctuation only the first."""
    texts = {}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if "." in name or not os.path.isfile(path):   # indices, links to texts
            continue
        with open(path, encoding="utf-8", errors="replace") as stream:
            for text in stream.read().split("\n%\n"):
                bare = "".join(c for c in text.lower() if c.isalnum())
                texts.setdefault(bare, text.strip("\n"))
    return [t for bare, t in texts.items() if bare]


def one_hot(windows):
    """[window][32] of classes to the network's input."""
    x = functional.one_hot(windows, CLASSES).float()
    return x.permute(0, 2, 1).unsqueeze(2).contiguous()


class Part:
    """Some fortunes as one row of classes, each behind a context of line ends."""

    def __init__(self, texts, table):
        gap = [table["\n"]] * CONTEXT
        row, predicted = [], []
        for text in texts:
            row += gap
            codes = [table.get(c, OTHER) for c in text] + [table["\n"]]
            predicted += range(len(row), len(row) + len(codes))
            row += codes
        self.row = torch.tensor(row)
        self.predicted = torch.tensor(predicted)

    def windows(self, at):
        """Contexts of the characters at `at`, and these."""
        return self.row[at[:, None] + torch.arange(-CONTEXT, 0)], self.row[at]

    def chosen(self):
        order = np.random.default_rng(SPLIT_SEED).permutation(
            len(self.predicted))[:WINDOWS]
        return self.windows(self.predicted[torch.from_numpy(order)])


class Data:
    TEMPERATURE = 1.0    # the score is a log loss

    def __init__(self, folder=DEBIAN_DIR):
        texts = fortunes(folder)
        order = np.random.default_rng(SPLIT_SEED).permutation(len(texts))
        twentieth = len(texts) // 20
        parts = np.split(order, [twentieth, 2 * twentieth])
        test, held_out, training = ([texts[i] for i in p] for p in parts)
        counts = {}
        for text in training:
            for c in text:
                counts[c] = counts.get(c, 0) + 1
        common = sorted(counts, key=lambda c: (-counts[c], c))[:OTHER]
        table = {c: i for i, c in enumerate(common)}
        self.training = Part(training, table)
        self.val = Part(held_out, table).chosen()
        self.test = Part(test, table).chosen()

    def batches(self, generator):
        at = self.training.predicted
        order = torch.randperm(len(at), generator=generator)
        for chosen in order.split(BATCH)[:self.steps()]:
            x, y = self.training.windows(at[chosen])
            yield one_hot(x), y

    def steps(self):
        return len(self.training.predicted) // BATCH // EPOCH_SHARE

    def sample(self):
        """For calibration: training text."""
        at = self.training.predicted
        return one_hot(self.training.windows(at[::len(at) // 1000])[0])

    def score(self, net):
        return -log_loss(net, *self.val)


def log_loss(net, windows, labels):
    """Mean, in nats a character."""
    net.eval()
    with torch.no_grad():
        total = sum(functional.cross_entropy(net(one_hot(x)), y,
                                             reduction="sum").item()
                    for x, y in zip(windows.split(1000), labels.split(1000)))
    return total / len(labels)


def write(prefix, windows, labels):
    """Writes what `serac infer --data PREFIX` reads, whole or not at all."""
    hot = functional.one_hot(windows, CLASSES).unsqueeze(1).numpy()
    for name, array in (("images-idx4", hot), ("labels-idx1", labels.numpy())):
        path = f"{prefix}-{name}-ubyte"
        idx.write(f"{path}.{os.getpid()}", array)
        os.replace(f"{path}.{os.getpid()}", path)
