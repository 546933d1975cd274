"""Writes augment.json: DiffAugment in NumPy, image by image and pixel by pixel, for color, gray and RGBA pictures.

Formulas from Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training", section 3 and appendix.
Run: .venv/bin/python3 tests/goldens/augment.py
"""
import json
import pathlib

import numpy as np

HEIGHT, WIDTH, COUNT, P = 12, 8, 4, 0.7
GATES = [[0.1, 0.2, 0.3], [0.69, 0.71, 0.0], [0.9, 0.5, 0.8], [0.0, 0.6999, 0.6]]  # of color, translation, cutout


def color(x: np.ndarray, brightness: float, saturation: float, contrast: float) -> np.ndarray:
    """x is [C, H, W] without alpha."""
    x = x + (brightness - 0.5)
    if len(x) == 3:
        gray = x.mean(axis=0)
        x = (x - gray) * (2 * saturation) + gray
    mean = x.mean()
    return (x - mean) * (contrast + 0.5) + mean


def translation(x: np.ndarray, down: float, right: float) -> np.ndarray:
    moved = np.zeros_like(x)
    most = [int(side / 8 + 0.5) for side in x.shape[1:]]
    dy, dx = (int(u * (2 * m + 1)) - m for u, m in zip((down, right), most))
    for i in range(x.shape[1]):
        for j in range(x.shape[2]):
            if 0 <= i - dy < x.shape[1] and 0 <= j - dx < x.shape[2]:
                moved[:, i, j] = x[:, i - dy, j - dx]
    return moved


def cutout(x: np.ndarray, line: float, column: float) -> np.ndarray:
    x = x.copy()
    boxes = [int(side / 2 + 0.5) for side in x.shape[1:]]
    centres = [int(u * (side + 1 - box % 2)) for u, side, box in zip((line, column), x.shape[1:], boxes)]
    for i in range(centres[0] - boxes[0] // 2, centres[0] - boxes[0] // 2 + boxes[0]):
        for j in range(centres[1] - boxes[1] // 2, centres[1] - boxes[1] // 2 + boxes[1]):
            if 0 <= i < x.shape[1] and 0 <= j < x.shape[2]:
                x[:, i, j] = 0
    return x


def augmented(x: np.ndarray, draws: np.ndarray, kinds: str) -> np.ndarray:
    if kinds in ("color", "all") and draws[0] < P:
        x = np.concatenate([color(x[:3], *draws[1:4]), x[3:]])
    if kinds in ("translation", "all") and draws[4] < P:
        x = translation(x, *draws[5:7])
    if kinds in ("cutout", "all") and draws[8] < P:
        x = cutout(x, *draws[9:11])
    return x


def main() -> None:
    random = np.random.default_rng(20260401)
    draws = random.random((COUNT, 12)).astype(np.float32)
    draws[:, [0, 4, 8]] = GATES
    cases = []
    for channels in (3, 1, 4):
        pixels = random.integers(0, 256, (COUNT, channels, HEIGHT, WIDTH))
        images = pixels / 127.5 - 1
        case = {"channels": channels, "pixels": pixels.flatten().tolist()}
        for kinds in ("color", "translation", "cutout", "all") if channels == 3 else ("color", "all"):
            out = np.stack([augmented(x, d, kinds) for x, d in zip(images, draws.astype(np.float64))])
            case[kinds] = [round(value, 7) + 0.0 for value in out.flatten().tolist()]
        cases.append(case)
    out = {"height": HEIGHT, "width": WIDTH, "p": P, "draws": draws.tolist(), "cases": cases}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
