#!/usr/bin/python3
"""Fashion-MNIST in idx files: reading, writing, the 500-image excerpt and the held-out images.

    scripts/train/idx.py --out configs/datasets

writes the first 500 test images and labels, uncompressed, and which training images fashion.py
holds out for selection (seed 1): a bit each, the lowest first.
"""
import argparse
import gzip
import os
import struct

import numpy as np

DEBIAN_DIR = "/usr/share/datasets/fashion-mnist"
EXCERPT = 500
HELD_OUT = 5000         # as fashion.py


def read(path):
    """Returns the uint8 array of an idx file, compressed or not."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rb") as stream:
        data = stream.read()
    zero, kind, rank = struct.unpack(">HBB", data[:4])
    if zero != 0 or kind != 8:
        raise ValueError(f"{path}: not an idx file of unsigned bytes")
    shape = struct.unpack(f">{rank}I", data[4:4 + 4 * rank])
    values = np.frombuffer(data, np.uint8, offset=4 + 4 * rank)
    if values.size != np.prod(shape):
        raise ValueError(f"{path}: {values.size} bytes, header says {shape}")
    return values.reshape(shape).copy()


def write(path, array):
    """Writes a uint8 array as an uncompressed idx file."""
    with open(path, "wb") as stream:
        stream.write(struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim,
                                 *array.shape))
        stream.write(np.ascontiguousarray(array, np.uint8).tobytes())


def load(part, folder=DEBIAN_DIR):
    """Returns images [n][28][28] and labels [n]; part is train or t10k."""
    return (read(os.path.join(folder, f"{part}-images-idx3-ubyte.gz")),
            read(os.path.join(folder, f"{part}-labels-idx1-ubyte.gz")))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=DEBIAN_DIR)
    parser.add_argument("--out", default="configs/datasets")
    args = parser.parse_args()
    images, labels = load("t10k", args.data)
    stem = os.path.join(args.out, f"fashion-mnist-{EXCERPT}")
    write(f"{stem}-images.idx3-ubyte", images[:EXCERPT])
    write(f"{stem}-labels.idx1-ubyte", labels[:EXCERPT])
    count = len(load("train", args.data)[1])
    held = np.zeros(count, np.uint8)
    held[np.random.default_rng(1).permutation(count)[:HELD_OUT]] = 1
    with open(os.path.join(args.out, "fashion-mnist-held-out.bits"), "wb") as stream:
        stream.write(np.packbits(held, bitorder="little").tobytes())


if __name__ == "__main__":
    main()
