"""Writes evaluation.json: KID, FID, precision, recall, density, coverage and mean distances of made-up features, by NumPy,
SciPy and scikit-learn. The features are a formula (tests/eval/golden.hpp has it too), so that only results are stored.

    pip install numpy scipy scikit-learn && python3 evaluation.py
"""
import json
import pathlib

import numpy as np
import scipy
import scipy.linalg
import scipy.spatial
import sklearn
import sklearn.metrics

# name: images of x, images of y, features. "few": covariances are singular. "blocks": more than one block of rows.
CASES = {"plain": (60, 50, 8), "few": (12, 15, 20), "blocks": (1300, 1100, 16)}


def mixed(word):
    """A 32-bit mixer, wrapping multiplications."""
    word = np.asarray(word, dtype=np.uint64)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        word = ((word ^ (word >> np.uint64(shift))) * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    return word ^ (word >> np.uint64(16))


def features(side, count, length):
    i, j = np.meshgrid(np.arange(count, dtype=np.uint64), np.arange(length, dtype=np.uint64), indexing="ij")
    word = (np.uint64(side) * np.uint64(1299709) + i * np.uint64(7919) + j * np.uint64(104729)) & np.uint64(0xFFFFFFFF)
    uniform = (mixed(word) >> np.uint64(8)).astype(np.float64) / 2**24
    return (uniform * (1.125 if side else 1.0) + 0.125 * side).astype(np.float32).astype(np.float64)


def mmd2(x, y):
    m, n = len(x), len(y)
    kernel = lambda a, b: (a @ b.T / a.shape[1] + 1) ** 3
    own = lambda k: (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))
    return own(kernel(x, x)) + own(kernel(y, y)) - 2 * kernel(x, y).mean()


def jackknife(x, y):
    """Every image left out, the whole computation anew."""
    without_x = np.array([mmd2(np.delete(x, i, 0), y) for i in range(len(x))])
    without_y = np.array([mmd2(x, np.delete(y, i, 0)) for i in range(len(y))])
    part = lambda values: (len(values) - 1) / len(values) * ((values - values.mean()) ** 2).sum()
    return np.sqrt(part(without_x) + part(without_y))


def frechet(x, y):
    cx, cy = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    start = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(cx) + np.trace(cy)
    if len(x) > x.shape[1]:
        return start - 2 * np.trace(scipy.linalg.sqrtm(cx @ cy)).real
    # Singular: Tr (Cx Cy)^1/2 is the sum of the singular values of Xc Yc' over sqrt((m - 1)(n - 1)), exactly.
    product = (x - x.mean(0)) @ (y - y.mean(0)).T / np.sqrt((len(x) - 1) * (len(y) - 1))
    return start - 2 * np.linalg.svd(product, compute_uv=False).sum()


def prdc(generated, real, k):
    distances = sklearn.metrics.pairwise_distances
    kth = lambda a: np.sort(distances(a), axis=1)[:, k]  # place 0 is the image itself
    cross, real_radii, generated_radii = distances(real, generated), kth(real), kth(generated)
    inside = cross <= real_radii[:, None]
    return {
        "precision": inside.any(0).mean(),
        "recall": (cross <= generated_radii[None]).any(1).mean(),
        "density": inside.sum(0).mean() / k,
        "coverage": (cross.min(1) <= real_radii).mean(),
    }


def main():
    out = {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__, "cases": {}}
    for name, (m, n, length) in CASES.items():
        x, y = features(0, m, length), features(1, n, length)
        out["cases"][name] = {
            "x": m, "y": n, "features": length,
            "corner": [x[0, 0], x[-1, -1], y[0, 0], y[-1, -1]],
            "kid": mmd2(x, y),
            "kid_error": jackknife(x, y) if m < 100 else None,
            "fid": frechet(x, y),
            "prdc5": prdc(x, y, 5),
            "prdc3": prdc(x, y, 3),
            "mean_distance": scipy.spatial.distance.pdist(x).mean(),
        }
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
