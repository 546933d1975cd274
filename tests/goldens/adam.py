"""Writes adam.json: twenty steps of torch.optim.Adam (float32) with gradients from a formula.

Run: .venv/bin/python3 tests/goldens/adam.py
"""
import json
import math
import pathlib

import torch

SETTINGS = {"lr": 0.01, "beta1": 0.5, "beta2": 0.999}
SHAPES = {"weight": [2, 3], "scale": [4]}


def gradient(step: int, number: int, i: int) -> float:
    """Changes sign and size from step to step; one element is exactly zero now and then."""
    if number == 1 and i == 2 and step % 3 == 0:
        return 0.0
    return math.sin(1.7 * step + 0.9 * i + 2.3 * number) * 10.0 ** (i % 3 - 2)


def main() -> None:
    parameters = [torch.linspace(-1, 1, math.prod(shape)).reshape(shape).requires_grad_() for shape in SHAPES.values()]
    start = [p.detach().flatten().tolist() for p in parameters]
    adam = torch.optim.Adam(parameters, lr=SETTINGS["lr"], betas=(SETTINGS["beta1"], SETTINGS["beta2"]))
    steps = []
    for step in range(20):
        gradients = []
        for number, p in enumerate(parameters):
            p.grad = torch.tensor([gradient(step, number, i) for i in range(p.numel())], dtype=torch.float32).reshape(p.shape)
            gradients.append(p.grad.flatten().tolist())
        adam.step()
        steps.append({"gradients": gradients, "after": [p.detach().flatten().tolist() for p in parameters]})
    out = {"torch": torch.__version__, **SETTINGS, "shapes": SHAPES, "start": start, "steps": steps}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
