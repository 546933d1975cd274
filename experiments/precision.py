#!/usr/bin/env python3
"""Does training in bf16 give the pictures that fp32 gives?

  experiments/precision.py PICTURES --build build/release [--images 30000] [--seeds 3]

Trains with every seed in both precisions, everything else alike, draws samples and compares them with the pictures and with
each other by the unbiased squared maximum mean discrepancy (Gretton et al. 2012, lemma 6) under KID's kernel (x.y / d + 1)^3
(Binkowski et al. 2018), on features that need no download: pixels at 16 x 16, and gradients' sizes beside them. Needs numpy
and Pillow in the Python that runs it.
"""

import argparse
import itertools
import os
import subprocess
import tempfile
from pathlib import Path

import numpy
from PIL import Image

import shared  # noqa: F401
from common import log_of


def features(paths):
    rows = []
    for path in paths:
        image = Image.open(path).convert("RGB")
        small = numpy.asarray(image.resize((16, 16), Image.BOX), dtype=numpy.float64) / 127.5 - 1
        gray = numpy.asarray(image.convert("L"), dtype=numpy.float64) / 127.5 - 1
        edges = numpy.hypot(*numpy.gradient(gray))
        side = min(edges.shape) // 8
        coarse = edges[:8 * side, :8 * side].reshape(8, side, 8, side).mean(axis=(1, 3))
        rows.append(numpy.concatenate([small.ravel(), 4 * coarse.ravel()]))
    return numpy.stack(rows)


def discrepancy(x, y):
    def kernel(a, b):
        return (a @ b.T / a.shape[1] + 1) ** 3
    n, m = len(x), len(y)
    xx, yy = kernel(x, x), kernel(y, y)
    return ((xx.sum() - numpy.trace(xx)) / (n * (n - 1)) + (yy.sum() - numpy.trace(yy)) / (m * (m - 1))
            - 2 * kernel(x, y).mean())


def train(options, precision, seed, work):
    run = work / f"{precision}-{seed}"
    command = [options.build / "dcgan", "train", options.pictures, "--run", run, "--images", options.images, "--precision", precision,
               "--seed", seed, "--threads", options.threads, "--size", options.size, "--base-channels", options.base_channels, "--json"]
    subprocess.run([str(word) for word in command], check=True, capture_output=True)
    subprocess.run([str(word) for word in [options.build / "dcgan", "sample", run, "--out", run / "drawn", "--count",
                                           options.samples, "--seed", 1]], check=True, capture_output=True)
    records, _ = log_of(run)
    late = [one for one in records if one["images"] > options.images / 2]
    means = {key: float(numpy.mean([one[key] for one in late])) for key in ("loss_d_real", "loss_d_fake", "loss_g", "d_real", "d_fake_before")}
    return features(sorted((run / "drawn").glob("*.png"))), means, records[-1]["images"] / records[-1]["seconds"]


def show(name, values):
    values = [1000 * value for value in values]
    print(f"  {name:<44} {min(values):8.2f} {numpy.mean(values):8.2f} {max(values):8.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, help="a folder")
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--images", type=int, default=30_000, help="length of each run (%(default)s)")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--base-channels", type=int, default=32)
    options = parser.parse_args()
    real_paths = sorted(path for path in options.pictures.rglob("*") if path.suffix.lower() in (".png", ".jpg", ".jpeg"))
    chosen = [real_paths[i] for i in numpy.random.default_rng(0).permutation(len(real_paths))[:2 * options.samples]]
    real = features(chosen)
    halves = real[:len(real) // 2], real[len(real) // 2:]
    drawn = {}
    with tempfile.TemporaryDirectory() as work:
        print(f"{options.images} images a run, {options.size} px, base {options.base_channels}; means over the second half of each run")
        for seed in range(options.seeds):
            for precision in ("fp32", "bf16"):
                samples, means, speed = train(options, precision, seed, Path(work))
                drawn[precision, seed] = samples
                print(f"  seed {seed} {precision} {speed:7.1f} images/s  " + "  ".join(f"{key} {value:.3f}" for key, value in means.items()), flush=True)
    print(f"squared MMD x 1000, {options.samples} samples                        min     mean      max")
    show("real against real", [discrepancy(*halves)])
    for precision in ("fp32", "bf16"):
        show(f"{precision} against real", [discrepancy(drawn[precision, seed], halves[0]) for seed in range(options.seeds)])
    show("fp32 against fp32 of another seed", [discrepancy(drawn["fp32", a], drawn["fp32", b]) for a, b in itertools.combinations(range(options.seeds), 2)])
    show("bf16 against fp32 of another seed", [discrepancy(drawn["bf16", a], drawn["fp32", b]) for a, b in itertools.permutations(range(options.seeds), 2)])
    show("bf16 against fp32 of the same seed", [discrepancy(drawn["bf16", seed], drawn["fp32", seed]) for seed in range(options.seeds)])


if __name__ == "__main__":
    main()
