"""Training: the loop that every network goes through, and its losses.

`data` is what a task gives: batches(generator), one epoch of (x, y); steps(),
their number; score(net), on held-out data, more is better; TEMPERATURE, of
distillation: 1 keeps probabilities as they are.
"""
import time
from typing import NamedTuple

import torch
from torch.nn import functional

TEACHER_SHARE = 0.7


class Plan(NamedTuple):
    rate: float        # peak learning rate of Adam, one cycle
    epochs: int
    frozen: int        # the last ones, with fixed batch normalisation: training
    #                    sees the factors that are exported
    afresh: bool       # its statistics are first measured anew: low widths flip
    #                    faster than the running averages follow


def loss_with_teacher(scores, taught, labels, temperature):
    hard = functional.cross_entropy(scores, labels)
    soft = functional.kl_div(functional.log_softmax(scores / temperature, 1),
                             functional.softmax(taught / temperature, 1),
                             reduction="batchmean") * temperature ** 2
    return (1 - TEACHER_SHARE) * hard + TEACHER_SHARE * soft


def loss_of(net, x, y, teacher, temperature):
    if teacher is None:
        return functional.cross_entropy(net(x), y)
    with torch.no_grad():
        taught = teacher(x)
    return loss_with_teacher(net(x), taught, y, temperature)


def measure_statistics(net, data):
    """Sets the batch normalisation to averages over 100 batches."""
    for bn in net.bn.values():
        bn.reset_running_stats()
        bn.momentum = None   # plain averages
    net.train()
    with torch.no_grad():
        for _, (x, _) in zip(range(100),
                             data.batches(torch.Generator().manual_seed(0))):
            net(x)


def epoch_of(net, data, generator, optimiser, schedule, teacher):
    """Returns the mean loss."""
    total = 0.0
    for x, y in data.batches(generator):
        loss = loss_of(net, x, y, teacher, data.TEMPERATURE)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        for module in net.weighted().values():
            module.clip_latent()
        total += loss.item()
    return total / data.steps()


def fit(net, data, seed, plan, teacher=None, label=""):
    """Trains `net` with Adam and leaves the frozen epoch with the best score in
    it; returns that score."""
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(
        [p for p in net.parameters() if p.requires_grad], plan.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, plan.rate, total_steps=plan.epochs * data.steps(),
        pct_start=0.1, cycle_momentum=False)
    best, best_state = float("-inf"), None
    for epoch in range(plan.epochs):
        start = time.time()
        frozen = epoch >= plan.epochs - plan.frozen
        if plan.afresh and epoch == plan.epochs - plan.frozen:
            measure_statistics(net, data)
        net.train()
        if frozen:
            net.bn.eval()
        loss = epoch_of(net, data, generator, optimiser, schedule, teacher)
        score = data.score(net)
        if frozen and score > best:
            best = score
            best_state = {k: v.clone() for k, v in net.state_dict().items()}
        print(f"{label} epoch {epoch + 1}/{plan.epochs}: loss {loss:.4f}, "
              f"held out {score:.4f}, {time.time() - start:.0f} s", flush=True)
    net.load_state_dict(best_state)
    net.eval()
    return best
