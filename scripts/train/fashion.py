#!/usr/bin/python3
"""Trains the Fashion-MNIST networks of configs/networks.

    scripts/train/fashion.py --seed 1 [float] [w8] [w4] [w2] [w1] [mixed]

First a float network, then one quantisation-aware fine-tuning per variant,
each from the float network and with it as a teacher. See README.md here.
"""
import argparse
import os
import time

import numpy as np
import torch
from torch.nn import functional

import export
import idx
import integer
import loop
from loop import Plan
from network import LAYERS, Net

HELD_OUT = 5000        # training images kept for selection
BATCH = 128
SHIFT = 2              # augmentation: pixels in each direction
FLOAT_EPOCHS, FLOAT_RATE, FLOAT_DECAY = 20, 0.1, 5e-4
MIXED_MARGIN = 15      # 1-bit middle layers if they lose at most so many images


def middle(bits):
    return {name: 8 if name in ("conv1", "fc") else bits for name in LAYERS}


# variant -> weight bits by layer, and how
PLANS = {
    "w8": (dict.fromkeys(LAYERS, 8), Plan(3e-4, 6, 3, False)),
    "w4": (dict.fromkeys(LAYERS, 4), Plan(1e-3, 8, 3, False)),
    "w2": (dict.fromkeys(LAYERS, 2), Plan(2e-3, 12, 3, False)),
    "w1": (dict.fromkeys(LAYERS, 1), Plan(3e-3, 15, 1, True)),
    "mixed-2": (middle(2), Plan(2e-3, 12, 3, False)),
    "mixed-1": (middle(1), Plan(2e-3, 12, 3, False)),
}
VARIANTS = ("w8", "w4", "w2", "w1", "mixed")


def to_net(images):
    """uint8 [n][28][28] to the network's input."""
    x = images.unsqueeze(1).float() / 255
    return x.contiguous(memory_format=torch.channels_last)


class Data:
    """Fashion-MNIST: the training images, less those held out by `split`."""
    TEMPERATURE = 3.0

    def __init__(self, folder, split):
        images, labels = idx.load("train", folder)
        order = np.random.default_rng(split).permutation(len(images))
        images = torch.from_numpy(images[order])
        labels = torch.from_numpy(labels[order]).long()
        self.val = images[:HELD_OUT], labels[:HELD_OUT]
        self.labels = labels[HELD_OUT:]
        padded = functional.pad(images[HELD_OUT:], [SHIFT] * 4)
        self.plain = images[HELD_OUT:]
        self.shifted = padded.unfold(1, 28, 1).unfold(2, 28, 1)

    def batches(self, generator):
        """One epoch of augmented batches: shifted and mirrored at random."""
        order = torch.randperm(len(self.labels), generator=generator)
        for chosen in order.split(BATCH)[:len(order) // BATCH]:
            dy, dx = torch.randint(0, 2 * SHIFT + 1, (2, BATCH),
                                   generator=generator)
            flip = torch.rand(BATCH, generator=generator) < 0.5
            images = self.shifted[chosen, dy, dx]
            images = torch.where(flip[:, None, None], images.flip(2), images)
            yield to_net(images), self.labels[chosen]

    def steps(self):
        return len(self.labels) // BATCH

    def score(self, net):
        return accuracy(net, *self.val)


def accuracy(net, images, labels):
    net.eval()
    with torch.no_grad():
        right = sum((net(to_net(x)).argmax(1) == y).sum().item()
                    for x, y in zip(images.split(500), labels.split(500)))
    return right / len(labels)


def new_net(seed, channels=16):
    torch.manual_seed(seed)
    return Net(channels).to(memory_format=torch.channels_last)


def train_float(net, data, seed, path, epochs=FLOAT_EPOCHS):
    generator = torch.Generator().manual_seed(seed)
    decayed = [p for p in net.parameters() if p.dim() > 1]
    rest = [p for p in net.parameters() if p.dim() == 1]
    optimiser = torch.optim.SGD(
        [{"params": decayed, "weight_decay": FLOAT_DECAY},
         {"params": rest, "weight_decay": 0.0}],
        FLOAT_RATE, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, FLOAT_RATE, total_steps=epochs * data.steps())
    for epoch in range(epochs):
        start, total = time.time(), 0.0
        net.train()
        for x, y in data.batches(generator):
            loss = functional.cross_entropy(net(x), y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"float epoch {epoch + 1}/{epochs}: loss "
              f"{total / data.steps():.4f}, val {data.score(net):.4f}"
              f", {time.time() - start:.0f} s", flush=True)
    torch.save(net.state_dict(), path)


def train_quantised(data, seed, plan, teacher, path):
    """Fine-tunes PLANS[plan]; saves the best frozen epoch on held-out images
    to `path`; returns the net and its held-out accuracy."""
    bits, how = PLANS[plan]
    net = new_net(seed)
    net.load_state_dict(teacher.state_dict())
    net.eval()
    net.calibrate(to_net(data.plain[:1000]))
    net.prepare(bits)
    best = loop.fit(net, data, seed, how, teacher, plan)
    torch.save({"state": net.state_dict(), "val": best}, path)
    return net, best


def restore(plan, path):
    saved = torch.load(path)
    net = Net()
    net.prepare(PLANS[plan][0])
    net.load_state_dict(saved["state"])
    return net, saved["val"]


class Session:
    def __init__(self, args):
        self.args = args
        self.data = Data(args.data, args.seed)
        self.test = idx.load("t10k", args.data)
        self.teacher = None

    def path(self, stage):
        return os.path.join(self.args.work, f"seed{self.args.seed}-{stage}.pt")

    def float_net(self):
        """The teacher; also measures it on the held-out and test sets."""
        if not os.path.exists(self.path("float")):
            train_float(new_net(self.args.seed), self.data, self.args.seed,
                        self.path("float"))
        self.teacher = Net().to(memory_format=torch.channels_last)
        self.teacher.load_state_dict(torch.load(self.path("float")))
        self.float_val = self.data.score(self.teacher)
        images, labels = (torch.from_numpy(a) for a in self.test)
        self.float_test = accuracy(self.teacher, images, labels.long())
        print(f"float: val {self.float_val:.4f}, test {self.float_test:.4f}")

    def quantised(self, plan):
        path = self.path(plan)
        if self.args.reuse and os.path.exists(path):
            return restore(plan, path)
        return train_quantised(self.data, self.args.seed, plan, self.teacher,
                               path)

    def variant(self, variant):
        start = time.time()
        if variant == "mixed":
            two, one = self.quantised("mixed-2"), self.quantised("mixed-1")
            lost = round((two[1] - one[1]) * HELD_OUT)
            plan = "mixed-1" if lost <= MIXED_MARGIN else "mixed-2"
            net, val = one if plan == "mixed-1" else two
        else:
            plan, (net, val) = variant, self.quantised(variant)
        net.eval()
        self.write(variant, plan, net, val)
        print(f"fashion-{variant}: {time.time() - start:.0f} s", flush=True)

    def write(self, variant, plan, net, val):
        """Exports; measures the files written; exports again with the result.
        The second export differs in comments and test_accuracy only."""
        name = f"fashion-{variant}"
        path = os.path.join(self.args.out, f"{name}.cfg")
        command = f"scripts/train/fashion.py --seed {self.args.seed} {variant}"
        bits = PLANS[plan][0]
        int_val = test = 0.0
        for measured in (False, True):
            header = [
                f"{name}.cfg - Fashion-MNIST network, 8-bit activations.", "",
                "Weight bits: " + ", ".join(
                    f"{layer} {bits[layer]}" for layer in LAYERS),
                f"Made by: {command}", "",
                f"{'Accuracy':<31}{'held out':>10}{'test':>10}",
                f"{'float network':<31}{self.float_val:10.4f}"
                f"{self.float_test:10.4f}",
                f"{'fake-quantised, in training':<31}{val:10.4f}{'-':>10}",
                f"{'these integers (integer.py)':<31}{int_val:10.4f}"
                f"{test:10.4f}", "",
                f"{len(self.data.labels)} training, {HELD_OUT} held-out, "
                f"{len(self.test[1])} test images."]
            export.write(net, self.args.out, name, header, [
                f'source = "{command}"',
                f"float_accuracy = {export.number(self.float_test)}",
                f"test_accuracy = {export.number(test)}",
                'dataset = "fashion-mnist"'])
            if not measured:
                integers = integer.load(path)
                worst = integer.check(integers)
                images, labels = (a.numpy() for a in self.data.val)
                int_val = (integer.logits(integers, images).argmax(1)
                           == labels).mean()
                images, labels = self.test
                test = (integer.logits(integers, images).argmax(1)
                        == labels).mean()
        print(f"{name} ({plan}): val {val:.4f}, integer val {int_val:.4f}, "
              f"integer test {test:.4f}, largest possible accumulator {worst}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stages", nargs="*", default=VARIANTS,
                        help="float, " + ", ".join(VARIANTS) + "; default all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data", default=idx.DEBIAN_DIR)
    parser.add_argument("--out", default="configs/networks")
    parser.add_argument("--work", default="build/train",
                        help="checkpoints; an existing float one is reused")
    parser.add_argument("--reuse", action="store_true",
                        help="reuse the variants' checkpoints too: export only")
    args = parser.parse_args()
    unknown = set(args.stages) - {"float", *VARIANTS}
    if unknown:
        parser.error(f"unknown stage {sorted(unknown)}")
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(True)
    os.makedirs(args.work, exist_ok=True)
    session = Session(args)
    session.float_net()
    for stage in args.stages:
        if stage != "float":
            session.variant(stage)


if __name__ == "__main__":
    main()
