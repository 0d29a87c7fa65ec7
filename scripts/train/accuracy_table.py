"""The tables of reports/accuracy.md, from the rows that accuracy.py measured."""
import csv
import glob
import math

METHODS = ("post", "scratch", "tuned", "distilled")
EXPLAINED = """\
# Accuracy against bits

Made by `scripts/train/accuracy.py --collect` from networks that it trained; every number but the float network's is
of the integers, through `build/serac infer` (design `serial`, memory `default`) on the whole test set, looked at once.
Of the last two epochs the better on held-out data was taken; schedules were set by short trial runs of the smallest
network and not by test data.

- All layers have the widths of the row (weights/activations), first and last too; only the network's input
  keeps its own: 8-bit pixels, 1-bit one-hot characters.
- post: from the float network without training: scales of least squared error, batch normalisation measured again.
  scratch: trained at these widths from random weights. tuned: from the float network. distilled: the same with the float
  network as teacher.
- A mean over the seeds, and behind +- half the distance of best and worst; in brackets how many seeds, where some are
  missing. What a test set of this size adds: about 0.3 points of 10,000 images (one standard error), 1 % of the perplexity
  of 20,000 characters. `bytes`: weights, packed. `cycles`: one input.
- lost: against float, by the method whose log loss on held-out data is the least: points of accuracy, or percent of
  perplexity. It is what `serac advise` and `serac claims` use.
- Characters are the 63 most frequent ones and one class for all others, 1 % of the text.
"""


def read(pattern):
    """The rows of the files that match, in the order of a study."""
    rows = []
    for path in sorted(glob.glob(pattern)):
        with open(path, newline="", encoding="utf-8") as stream:
            rows += csv.DictReader(stream)
    return rows


def metric(row):
    """Accuracy in percent; of a language model the perplexity of a character."""
    if row["network"] == "text":
        return math.exp(float(row["log_loss"]))
    return 100 * float(row["accuracy"])


def spread(rows, seeds):
    """Mean and half the range, as text; of how many seeds, if not all."""
    values = [metric(row) for row in rows]
    if not values:
        return "-"
    text = f"{sum(values) / len(values):.2f}"
    if len(values) > 1:
        text += f" +-{(max(values) - min(values)) / 2:.2f}"
    return text + (f" ({len(values)})" if len(values) < seeds else "")


def of(rows, **keys):
    return [r for r in rows if all(r[k] == v for k, v in keys.items())]


def lost(plain, rows):
    """What the method with the least log loss on held-out data loses against the float network."""
    def mean(some, key):
        return sum(float(r[key]) for r in some) / len(some)
    some = min((of(rows, method=m) for m in METHODS if of(rows, method=m)), key=lambda s: mean(s, "held_out_log_loss"))
    if rows[0]["network"] == "text":
        return f"{100 * math.expm1(mean(some, 'log_loss') - mean(plain, 'log_loss')):.2f} ({some[0]['method']})"
    return f"{100 * (mean(plain, 'accuracy') - mean(some, 'accuracy')):.2f} ({some[0]['method']})"


def epochs(rows, method):
    return ", ".join(sorted({r["epochs"] for r in of(rows, method=method)}))


def section(name, rows):
    one, seeds = rows[0], sorted({r["seed"] for r in rows})
    what = "perplexity of a character, less is better" if name == "text" else "accuracy in percent"
    yield f"\n## {name}: {int(one['parameters']):,} weights, {what}\n\n"
    yield (f"{len(seeds)} seed{'s' if len(seeds) > 1 else ''}, {int(one['images']):,} test "
           f"{'characters' if name == 'text' else 'images'}; epochs, those of the float network included: " +
           "; ".join(f"{m} {epochs(rows, m)}" for m in ("float", *METHODS)) + ".\n\n")
    yield "| w/a | bytes | of float | cycles | " + " | ".join(METHODS) + " | lost |\n"
    yield "|---|--:|--:|--:|" + "--:|" * (len(METHODS) + 1) + "\n"
    plain = of(rows, method="float")
    size = int(plain[0]["weight_bytes"])
    yield f"| float | {size:,} | | | {spread(plain, len(seeds))} | | | | |\n"
    widths = dict.fromkeys((r["weight_bits"], r["act_bits"]) for r in rows if r["method"] != "float")
    for w, a in widths:
        some = of(rows, weight_bits=w, act_bits=a)
        held = int(some[0]["weight_bytes"])
        yield (f"| {w}/{a} | {held:,} | {100 * held / size:.1f} % | {int(some[0]['cycles']):,} | " +
               " | ".join(spread(of(some, method=m), len(seeds)) for m in METHODS) + f" | {lost(plain, some)} |\n")


def collect(folder, stem):
    rows = read(f"{folder}/*.csv")
    if not rows:
        raise SystemExit(f"accuracy: nothing measured in {folder}")
    with open(f"{stem}.csv", "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with open(f"{stem}.md", "w", encoding="utf-8") as stream:
        stream.write(EXPLAINED)
        for name in dict.fromkeys(r["network"] for r in sorted(rows, key=lambda r: int(r["parameters"]))):
            stream.writelines(section(name, of(rows, network=name)))
