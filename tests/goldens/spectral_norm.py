"""Writes spectral_norm.json: what torch.nn.utils.spectral_norm makes of a convolution in three passes of training, and
of one in evaluation.

Run: .venv/bin/python3 tests/goldens/spectral_norm.py
torch's function keeps both singular vectors and its evaluation uses them; ours keeps `u` alone, so that the evaluation
here is written out. Order within a pass, and one iteration a pass, are the same.
"""
import json
import math
import pathlib

import torch

SHAPE = [5, 3, 2, 4]


def main() -> None:
    conv = torch.nn.Conv2d(3, 5, (2, 4), bias=False).double()
    count = math.prod(SHAPE)
    weight = torch.tensor([math.sin(1.7 * i) + 0.3 * math.cos(0.11 * i * i) for i in range(count)]).double().view(SHAPE)
    direction = torch.tensor([math.cos(0.9 * i) for i in range(count)]).double().view(SHAPE)
    start = torch.nn.functional.normalize(torch.tensor([1.0, -2.0, 0.5, 3.0, 0.25]).double(), dim=0)
    conv.weight.data.copy_(weight)
    conv = torch.nn.utils.spectral_norm(conv, n_power_iterations=1)
    conv.weight_u.copy_(start)
    image = torch.zeros(1, 3, 2, 4).double()
    passes = []
    for _ in range(3):
        conv(image)
        (gradient,) = torch.autograd.grad((conv.weight * direction).sum(), conv.weight_orig)
        passes.append({"u": conv.weight_u.tolist(), "normalised": conv.weight.flatten().tolist(),
                       "gradient": gradient.flatten().tolist()})
    matrix, u = weight.view(5, -1), conv.weight_u
    v = torch.nn.functional.normalize(matrix.t() @ u, dim=0)
    evaluated = weight / (u @ matrix @ v)
    out = {"torch": torch.__version__, "shape": SHAPE, "weight": weight.flatten().tolist(), "u": start.tolist(),
           "direction": direction.flatten().tolist(), "passes": passes, "evaluated": evaluated.flatten().tolist()}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
