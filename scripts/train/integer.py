#!/usr/bin/python3
"""Evaluates a network of configs/networks in exact integer arithmetic.

    scripts/train/integer.py configs/networks/fashion-w2.cfg

prints the accuracy on the Fashion-MNIST test set; --dump FILE also writes the
raw logits, one line of integers per image. Needs numpy only.

Computes what the accelerator computes in the modes double and raw. Sums are
formed in float64, which is exact: they stay far below 2^53 (checked).
"""
import argparse
import os
import re
import zlib

import numpy as np

import idx

TOKEN = re.compile(r"""
    (?P<skip>\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
  | (?P<string>"[^"]*")
  | (?P<float>[-+]?(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?)
  | (?P<int>[-+]?(?:0[xX][0-9a-fA-F]+|\d+)L?)
  | (?P<name>[A-Za-z*][-A-Za-z0-9_*]*)
  | (?P<punct>[=:;,(){}\[\]])""", re.VERBOSE | re.DOTALL)
INT32_MAX = 2**31 - 1
BATCH = 100


def tokens(text, path):
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            line = text.count("\n", 0, at) + 1
            raise ValueError(f"{path}:{line}: cannot read {text[at:at + 10]!r}")
        if match.lastgroup != "skip":
            yield match.lastgroup, match.group()
        at = match.end()
    yield "end", ""


def parse_value(stream, kind, word):
    if kind == "string":
        return word[1:-1]
    if kind == "float":
        return float(word)
    if kind == "int":
        return int(word.rstrip("L"), 0)
    if kind == "name" and word.lower() in ("true", "false"):
        return word.lower() == "true"
    if word == "{":
        return parse_group(stream, "}")
    if word in ("(", "["):
        values, close = [], {"(": ")", "[": "]"}[word]
        kind, word = next(stream)
        while word != close:
            if word != ",":
                values.append(parse_value(stream, kind, word))
            kind, word = next(stream)
        return values
    raise ValueError(f"unexpected {word!r}")


def parse_group(stream, close):
    group = {}
    for kind, word in stream:
        if word == close:
            return group
        if word in (";", ","):
            continue
        name, equals = word, next(stream)[1]
        if kind != "name" or equals not in ("=", ":"):
            raise ValueError(f"expected a key, found {word!r}")
        group[name] = parse_value(stream, *next(stream))
    raise ValueError("ends inside a group")


def load(path):
    """Reads the .cfg and its blob; adds arrays `w` and `p` to each layer.

    w: int64 [out][k], k in the order ky, kx, in. p: one int64 [channels][4]
    (bias, mult, shift, add) per operand."""
    with open(path, encoding="utf-8") as stream:
        network = parse_group(tokens(stream.read(), path), "")
    blob_path = os.path.join(os.path.dirname(path), network["blob"])
    with open(blob_path, "rb") as stream:
        blob = stream.read()
    if len(blob) != network["blob_bytes"]:
        raise ValueError(f"{blob_path}: {len(blob)} bytes, not blob_bytes")
    if zlib.crc32(blob) != int(network["blob_crc32"], 16):
        raise ValueError(f"{blob_path}: wrong CRC-32")
    source = network["input"]
    shapes = {source["name"]: [source[k] for k in ("height", "width",
                                                   "channels")]}
    for layer in network["layers"]:
        height, width, channels = shapes[layer["inputs"][0]]
        operands = len(layer["inputs"])
        if layer["op"] == "conv":
            (ky, kx), (sy, sx) = layer["kernel"], layer["stride"]
            top, left, bottom, right = layer["pad"]
            taps = ky * kx * channels
            height = ((height + top + bottom - ky) // sy + 1) // layer["pool"]
            width = ((width + left + right - kx) // sx + 1) // layer["pool"]
        elif layer["op"] == "gemm":
            taps, height, width = height * width * channels, 1, 1
        if layer["op"] != "add":
            channels = layer["out_channels"]
            layer["w"] = np.frombuffer(
                blob, np.int8, channels * taps,
                layer["weights"]).reshape(channels, taps).astype(np.int64)
        layer["p"] = np.frombuffer(
            blob, "<i4", operands * channels * 4,
            layer["params"]).reshape(operands, channels, 4).astype(np.int64)
        shapes[layer["name"]] = [height, width, channels]
    return network


def check(network):
    """Raises if a weight is out of range or an accumulator could overflow.

    Returns the largest |accumulator| that any input could cause."""
    worst = 0
    for layer in network["layers"]:
        name = layer["name"]
        if layer["requant"] == "double":
            mult, shift = layer["p"][..., 1], layer["p"][..., 2]
            if mult.min() < 2**30 or mult.max() > INT32_MAX:
                raise ValueError(f"{name}: mult outside 2^30..2^31-1")
            if shift.min() < -31 or shift.max() > 7:
                raise ValueError(f"{name}: shift outside -31..7")
        if layer["op"] == "add":
            continue
        weights, bits = layer["w"], layer["weight_bits"]
        legal = ({-1, 1} if layer["weight_kind"] == "bipolar" else
                 set(range(1 - 2**(bits - 1), 2**(bits - 1))))
        if not set(np.unique(weights)) <= legal:
            raise ValueError(f"{name}: weight outside its {bits} bits")
        bound = np.abs(weights).sum(1) * 255 + np.abs(layer["p"][0, :, 0])
        left = np.maximum(layer["p"][0, :, 2], 0)
        worst = max(worst, int((bound << left).max()))
    if worst > INT32_MAX:
        raise ValueError(f"an accumulator could reach {worst}")
    return worst


def mbqm(x, mult, shift):
    """TFLite's MultiplyByQuantizedMultiplier with two roundings, on int64."""
    x = x << np.maximum(shift, 0)
    right = np.maximum(-shift, 0)
    product = x * mult
    nudged = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    y = np.where(nudged >= 0, nudged >> 31, -(-nudged >> 31))
    y = np.where((x == -2**31) & (mult == -2**31), INT32_MAX, y)
    mask = (np.int64(1) << right) - 1
    return (y >> right) + ((y & mask) > (mask >> 1) + (y < 0))


def patches(x, layer):
    """[image][oy][ox][ky, kx, in] of x [image][y][x][in]."""
    (ky, kx), (sy, sx) = layer["kernel"], layer["stride"]
    top, left, bottom, right = layer["pad"]
    x = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    height = (x.shape[1] - ky) // sy + 1
    width = (x.shape[2] - kx) // sx + 1
    return np.concatenate(
        [x[:, i:i + sy * (height - 1) + 1:sy, j:j + sx * (width - 1) + 1:sx]
         for i in range(ky) for j in range(kx)], axis=3)


def pool(y, size):
    height, width = y.shape[1] // size, y.shape[2] // size
    y = y[:, :height * size, :width * size]
    return y.reshape(len(y), height, size, width, size, -1).max((2, 4))


def run_layer(layer, operands):
    if layer["op"] == "add":
        y = sum(mbqm(x, p[:, 1], p[:, 2])
                for x, p in zip(operands, layer["p"]))
    else:
        x = operands[0]
        x = (patches(x, layer) if layer["op"] == "conv" else
             x.reshape(len(x), 1, 1, -1))
        acc = x.astype(np.float64) @ layer["w"].T.astype(np.float64)
        y = acc.astype(np.int64) + layer["p"][0, :, 0]
        if layer["requant"] == "raw":
            return y
        y = mbqm(y, layer["p"][0, :, 1], layer["p"][0, :, 2])
    out = layer["output"]
    y = np.clip(y + out["zero_point"], out["min"], out["max"])
    return pool(y, layer.get("pool", 1))


def logits(network, images):
    """int64 [image][class] for uint8 images [image][y][x]."""
    rows = []
    for start in range(0, len(images), BATCH):
        batch = images[start:start + BATCH, :, :, None].astype(np.int64)
        values = {network["input"]["name"]: batch}
        for layer in network["layers"]:
            values[layer["name"]] = run_layer(
                layer, [values[name] for name in layer["inputs"]])
        rows.append(values[network["layers"][-1]["name"]][:, 0, 0])
    return np.concatenate(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network")
    parser.add_argument("--images",
                        default=f"{idx.DEBIAN_DIR}/t10k-images-idx3-ubyte.gz")
    parser.add_argument("--labels",
                        default=f"{idx.DEBIAN_DIR}/t10k-labels-idx1-ubyte.gz")
    parser.add_argument("--limit", type=int, help="first images only")
    parser.add_argument("--dump", help="write the logits to this file")
    args = parser.parse_args()
    network = load(args.network)
    worst = check(network)
    images = idx.read(args.images)[:args.limit]
    labels = idx.read(args.labels)[:args.limit]
    scores = logits(network, images)
    right = int((scores.argmax(1) == labels).sum())
    print(f"{network['name']}: {right} of {len(images)} right, accuracy "
          f"{right / len(images):.4f}; largest possible accumulator {worst}")
    if args.dump:
        np.savetxt(args.dump, scores, "%d")


if __name__ == "__main__":
    main()
