"""Pictures with 1,000 known modes: three gray pictures of ten classes become red, green and blue of one picture.

    .venv/bin/python3 data/make_letters.py data/letters-gray --gray --count 30000
    .venv/bin/python3 data/make_stacked.py data/letters-gray/letters-images-idx3-ubyte data/stacked
    build/release/dcgan train data/stacked/stacked-images-idx4-ubyte --size 32

A mode is a triple of classes; all are equally likely. `experiments/modes.py` counts those that a generator covers. Any IDX
file of gray pictures in ten classes serves, gzipped or not, with its labels beside it. Metz et al. 2017, "Unrolled
generative adversarial networks", section 3.3.1, and Srivastava et al. 2017, "VEEGAN", did so with MNIST. No labels are
written: IDX files hold bytes, and a mode's number is none.
"""

import argparse
import gzip
import os
import shutil
import struct
import sys

import numpy

CLASSES = 10
MODES = CLASSES ** 3


def read_idx(path):
    """Bytes of any shape (LeCun, Cortes and Burges, "The MNIST database")."""
    with open(path, "rb") as file:
        content = file.read()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    if content[:3] != b"\0\0\x08":
        sys.exit(f"'{path}' is no IDX file of bytes")
    dimensions = content[3]
    shape = struct.unpack(f">{dimensions}I", content[4:4 + 4 * dimensions])
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape)


def read_classes(path, size):
    """Gray pictures, N x size x size with black around them, and their classes."""
    images = read_idx(path)
    name = os.path.basename(path).replace("images", "labels").replace("idx3", "idx1")
    labels = read_idx(os.path.join(os.path.dirname(path), name))
    if images.ndim != 3 or max(images.shape[1:]) > size or labels.shape != images.shape[:1] or labels.max() >= CLASSES:
        sys.exit(f"'{path}' holds no gray pictures of ten classes of at most {size} x {size} pixels")
    more = [size - side for side in images.shape[1:]]
    return numpy.pad(images, [(0, 0)] + [(one // 2, one - one // 2) for one in more]), labels


def mode_of(classes):
    """Number 0 to 999 of class triples, N x 3."""
    return classes[..., 0] * CLASSES ** 2 + classes[..., 1] * CLASSES + classes[..., 2]


def stacks(images, labels, count, seed, missing=0):
    """Pictures N x size x size x 3 in parts, with their modes; `missing` of the modes never occur."""
    draw = numpy.random.Generator(numpy.random.Philox(seed))
    kept = numpy.sort(draw.permutation(MODES)[missing:])
    of_class = [numpy.flatnonzero(labels == one) for one in range(CLASSES)]
    part = 1000
    for first in range(0, count, part):
        modes = draw.choice(kept, min(part, count - first))
        channels = []
        for divisor in (CLASSES ** 2, CLASSES, 1):
            places = draw.random(len(modes))
            classes = modes // divisor % CLASSES
            chosen = [of_class[one][int(place * len(of_class[one]))] for one, place in zip(classes, places)]
            channels.append(images[chosen])
        yield numpy.stack(channels, axis=-1), modes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", help="IDX file of gray pictures, its labels beside it")
    parser.add_argument("out", help="the folder to make")
    parser.add_argument("--count", type=int, default=128_000)
    parser.add_argument("--size", type=int, default=32, help="side; smaller pictures get a black margin")
    parser.add_argument("--missing", type=int, default=0, help="leave out so many modes, drawn by the seed")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if os.path.exists(args.out):
        sys.exit(f"make_stacked: '{args.out}' is there; remove it or name another")
    images, labels = read_classes(args.images, args.size)
    aside = args.out.rstrip("/") + ".unfinished"
    shutil.rmtree(aside, ignore_errors=True)
    os.makedirs(aside)
    with open(os.path.join(aside, "stacked-images-idx4-ubyte"), "wb") as file:
        file.write(struct.pack(">BBBB4I", 0, 0, 8, 4, args.count, args.size, args.size, 3))
        for pictures, _ in stacks(images, labels, args.count, args.seed, args.missing):
            file.write(pictures.tobytes())
    os.rename(aside, args.out)
    print(f"{args.count:,} pictures of {MODES - args.missing} modes in {args.out}/stacked-images-idx4-ubyte")


if __name__ == "__main__":
    main()
