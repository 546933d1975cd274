"""KID, FID, precision, recall, density, coverage and diversity in NumPy, by the definitions that docs/metrics.md names:
for features that no option of the program gives, and beside the program's own."""

import numpy


def in_units(features: numpy.ndarray, real: numpy.ndarray, groups: list[int]) -> numpy.ndarray:
    """Each group of features from its mean among the real ones, in units of their mean deviation there."""
    out, first = features.astype(numpy.float64), 0
    for size in groups:
        group = slice(first, first + size)
        out[:, group] = (out[:, group] - real[:, group].mean()) / real[:, group].std(0, ddof=1).mean()
        first += size
    return out


def left_out(within: numpy.ndarray, across: numpy.ndarray, other: float, count: int) -> float:
    """Variance of KID by leaving out each image of one side. `within`, `across`: its sums of the kernel."""
    n = len(within)
    values = (within.sum() - 2 * within) / ((n - 1) * (n - 2)) - 2 * (across.sum() - across) / ((n - 1) * count) + other
    return (n - 1) / n * float(((values - values.mean()) ** 2).sum())


def kid(x: numpy.ndarray, y: numpy.ndarray) -> tuple[float, float]:
    """And its standard error, of the jackknife."""
    def kernel(a, b):
        return (a @ b.T / a.shape[1] + 1) ** 3

    n, m, across = len(x), len(y), kernel(x, y)
    of_x, of_y = (kernel(one, one) for one in (x, y))
    rows_x, rows_y = of_x.sum(1) - of_x.diagonal(), of_y.sum(1) - of_y.diagonal()
    mean_x, mean_y = rows_x.sum() / (n * (n - 1)), rows_y.sum() / (m * (m - 1))
    variance = left_out(rows_x, across.sum(1), mean_y, m) + left_out(rows_y, across.sum(0), mean_x, n)
    return float(mean_x + mean_y - 2 * across.mean()), variance ** 0.5


def fid(x: numpy.ndarray, y: numpy.ndarray) -> float:
    """The trace of the covariances' root is the sum of the singular values of the centred sides' product."""
    a, b = ((one - one.mean(0)) / numpy.sqrt(len(one) - 1) for one in (x, y))
    root = numpy.linalg.svd(a @ b.T, compute_uv=False).sum()
    return float(((x.mean(0) - y.mean(0)) ** 2).sum() + (a * a).sum() + (b * b).sum() - 2 * root)


def squared(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    return numpy.maximum((a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T, 0)


def figures(generated: numpy.ndarray, real: numpy.ndarray, k: int = 5) -> dict[str, float]:
    x, y = generated.astype(numpy.float64), real.astype(numpy.float64)
    across = squared(x, y)
    of_x, of_y = squared(x, x), squared(y, y)
    radius_x, radius_y = (numpy.sort(one, 1)[:, k] for one in (of_x, of_y))  # place 0 is the image itself
    inside = across <= radius_y
    value, error = kid(x, y)
    return {"kid": value, "kid_error": error, "fid": fid(x, y), "precision": inside.any(1).mean(),
            "recall": (across <= radius_x[:, None]).any(0).mean(), "density": inside.sum(1).mean() / k,
            "coverage": inside.any(0).mean(), "diversity": (numpy.sqrt(of_x).sum() / (len(x) * (len(x) - 1)))
            / (numpy.sqrt(of_y).sum() / (len(y) * (len(y) - 1)))}
