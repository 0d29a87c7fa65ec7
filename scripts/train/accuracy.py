#!/usr/bin/python3
"""Accuracy against bits: trains networks at every width and measures them with serac infer.

    scripts/train/accuracy.py fashion-small --seed 1 [--threads 1]
    scripts/train/accuracy.py --collect

A network is fashion-small, fashion-medium, fashion-large or text. Each width and method is
measured once and kept as a row of scripts/train/measured, so a run may be stopped and taken
up later, elsewhere if the rows are committed; --collect writes reports/accuracy.csv and .md of
all rows. See README.md here.
"""
import argparse
import copy
import csv
import ctypes
import json
import os
import subprocess

import torch

import accuracy_table
import export
import fashion
import idx
import loop
import text
from loop import Plan

WORK = "build/train/accuracy"
ROWS = "scripts/train/measured"
WIDTHS = ((8, 8), (4, 8), (2, 8), (1, 8), (4, 4), (2, 2), (1, 1))
DISTILLED = 2          # at most so many weight bits: distillation too
RATES = {8: 3e-4, 4: 1e-3, 2: 2e-3, 1: 3e-3}   # by the narrower width
FLOAT_EPOCHS, TUNE_EPOCHS = 12, 4
SCRATCH = Plan(3e-3, FLOAT_EPOCHS + TUNE_EPOCHS, 2, True)    # as long as float and tuning together
FASHION = {"fashion-small": 4, "fashion-medium": 8, "fashion-large": 24}
COLUMNS = ("network", "parameters", "seed", "method", "weight_bits", "act_bits", "epochs",
           "held_out_score", "held_out_accuracy", "held_out_log_loss", "accuracy", "log_loss", "images",
           "weight_bytes", "cycles")


class Fashion:
    def __init__(self, name):
        self.channels = FASHION[name]
        self.data = fashion.Data(idx.DEBIAN_DIR, split=1)   # as idx.py's held-out images
        self.held_out, self.test = "fashion-mnist-held-out", "fashion-mnist"

    def new(self, seed):
        return fashion.new_net(seed, self.channels)

    def sample(self):
        return fashion.to_net(self.data.plain[:1000])

    def train_float(self, net, seed, path):
        fashion.train_float(net, self.data, seed, path, FLOAT_EPOCHS)

    def float_scores(self, net):
        """(accuracy, log loss) of held-out and of test images, and how many these are."""
        images, labels = (torch.from_numpy(a) for a in idx.load("t10k"))
        return [scores(net, fashion.to_net, *part)
                for part in (self.data.val, (images, labels.long()))]


class Text:
    def __init__(self, name):
        self.data = text.Data()
        self.held_out, self.test = (f"{WORK}/text-{part}" for part in ("held-out", "test"))
        text.write(self.held_out, *self.data.val)
        text.write(self.test, *self.data.test)

    def new(self, seed):
        torch.manual_seed(seed)
        return text.TextNet()

    def sample(self):
        return self.data.sample()

    def train_float(self, net, seed, path):
        loop.fit(net, self.data, seed, SCRATCH._replace(epochs=FLOAT_EPOCHS), label="float")
        torch.save(net.state_dict(), path)

    def float_scores(self, net):
        return [scores(net, text.one_hot, *part) for part in (self.data.val, self.data.test)]


def scores(net, to_net, x, y):
    net.eval()
    right, loss = 0, 0.0
    with torch.no_grad():
        for some, labels in zip(x.split(500), y.split(500)):
            out = net(to_net(some))
            right += (out.argmax(1) == labels).sum().item()
            loss += torch.nn.functional.cross_entropy(out, labels, reduction="sum").item()
    return right / len(y), loss / len(y), len(y)


def measured(path, data):
    """The total row of serac infer."""
    out = subprocess.run(["build/serac", "infer", path, "--data", data, "--json"], check=True,
                         stdout=subprocess.PIPE).stdout
    return json.loads(out)[-1]


def narrowed(task, seed, method, widths, teacher):
    """A net of these widths before training, and how long it then is trained."""
    weight_bits, act_bits = widths
    if method == "scratch":
        net, plan = task.new(seed), SCRATCH
        net.train()
    else:
        net = copy.deepcopy(teacher)
        net.eval()
        plan = Plan(RATES[min(widths)], TUNE_EPOCHS, 2, True)
    net.calibrate(task.sample(), act_bits)
    net.prepare(dict.fromkeys(net.weighted(), weight_bits))
    return net, plan


def make(task, seed, method, widths, teacher):
    """The trained net, its score on held-out data in training's arithmetic, and its epochs, those of
    the float network included."""
    net, plan = narrowed(task, seed, method, widths, teacher)
    net.round_bias = True
    if method == "post":
        loop.measure_statistics(net, task.data)
        return net.eval(), task.data.score(net), FLOAT_EPOCHS
    label = f"{method} {widths[0]}/{widths[1]}"
    score = loop.fit(net, task.data, seed, plan, teacher if method == "distilled" else None, label)
    return net, score, plan.epochs + (0 if method == "scratch" else FLOAT_EPOCHS)


def methods(weight_bits):
    return ("post", "scratch", "tuned") + (("distilled",) if weight_bits <= DISTILLED else ())


class Study:
    def __init__(self, name, seed):
        self.name, self.seed = name, seed
        self.task = Text(name) if name == "text" else Fashion(name)
        self.path = f"{ROWS}/{name}-{seed}.csv"
        self.done = {(r["method"], r["weight_bits"], r["act_bits"])
                     for r in accuracy_table.read(self.path)}

    def add(self, **row):
        row.update(network=self.name, parameters=self.parameters, seed=self.seed)
        fresh = not os.path.exists(self.path)
        with open(self.path, "a", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            if fresh:
                writer.writeheader()
            writer.writerow(row)

    def float_net(self):
        path = f"{WORK}/{self.name}-{self.seed}.pt"
        net = self.task.new(self.seed)
        if not os.path.exists(path):
            self.task.train_float(net, self.seed, path)
        net.load_state_dict(torch.load(path))
        self.parameters = sum(m.weight.numel() for m in net.weighted().values())
        if ("float", "32", "32") not in self.done:
            held_out, test = self.task.float_scores(net)
            self.add(method="float", weight_bits=32, act_bits=32, epochs=FLOAT_EPOCHS,
                     held_out_score=f"{self.task.data.score(net):.6g}",
                     held_out_accuracy=f"{held_out[0]:.6g}", held_out_log_loss=f"{held_out[1]:.6g}",
                     accuracy=f"{test[0]:.6g}", log_loss=f"{test[1]:.6g}", images=test[2],
                     weight_bytes=4 * self.parameters)
        return net.eval()

    def measure(self, net, method, widths, score, epochs):
        name = f"{self.name}-{self.seed}-{method}-w{widths[0]}a{widths[1]}"
        command = f"scripts/train/accuracy.py {self.name} --seed {self.seed}"
        export.write(net, WORK, name, [f"{name}.cfg"], [f'source = "{command}"', f'dataset = "{self.task.test}"'],
                     requant="single")
        path = f"{WORK}/{name}.cfg"
        held_out, test = measured(path, self.task.held_out), measured(path, self.task.test)
        self.add(method=method, weight_bits=widths[0], act_bits=widths[1], epochs=epochs, held_out_score=f"{score:.6g}",
                 held_out_accuracy=held_out["accuracy"], held_out_log_loss=held_out["log_loss"],
                 **{key: test[key] for key in COLUMNS[10:]})

    def run(self):
        teacher = self.float_net()
        for widths in WIDTHS:
            for method in methods(widths[0]):
                if (method, str(widths[0]), str(widths[1])) in self.done:
                    continue
                net, score, epochs = make(self.task, self.seed, method, widths, teacher)
                self.measure(net, method, widths, score, epochs)


def keep_memory():
    """Freed tensors stay with the process: asking the system for them anew, page by page, takes longer
    than computing them does."""
    libc = ctypes.CDLL(None)
    for option, value in ((-4, 0), (-1, (1 << 31) - 1), (-2, 1 << 26)):   # M_MMAP_MAX, M_TRIM_THRESHOLD, M_TOP_PAD
        if not libc.mallopt(option, value):
            raise SystemExit(f"accuracy: mallopt({option}, {value}) is refused")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", nargs="?", choices=(*FASHION, "text"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--collect", action="store_true", help="write reports/accuracy.*")
    args = parser.parse_args()
    if not args.network and not args.collect:
        parser.error("give a network, or --collect")
    os.makedirs(WORK, exist_ok=True)
    os.makedirs(ROWS, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(True)
    keep_memory()
    if args.network:
        Study(args.network, args.seed).run()
    if args.collect:
        accuracy_table.collect(ROWS, "reports/accuracy")


if __name__ == "__main__":
    main()
