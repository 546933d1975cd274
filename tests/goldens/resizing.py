"""Writes resizing.json: made-up pictures resized as other programs do it, which src/eval/resizing is held against.

  resizing.py   with the packages numpy and pillow

- "antialiased": Pillow's bilinear, of bytes.
- "clean-fid": Pillow's bicubic of floats, cut off at 0 and 255 (Parmar et al. 2022).
- "torch-fidelity": TensorFlow 1's resize_bilinear(align_corners=False): pixel i lies at i * in / out.
- "pytorch-fid": centres over centres: pixel i lies at (i + 1/2) * in / out - 1/2.
Neither of the last two averages. The pictures are a formula (tests/eval/resizing_test.cpp has it too)."""
import json
import pathlib

import numpy
from PIL import Image

CASES = [(20, 13, 24), (9, 31, 20), (64, 48, 16), (40, 40, 17), (16, 16, 37), (1, 5, 16)]  # width, height, side


def levels(width, height):
    """Waves, and hard edges, at which bicubic goes beyond 0 and 255."""
    y, x = numpy.meshgrid(numpy.arange(height), numpy.arange(width), indexing="ij")
    return numpy.where((x // 3 + y // 4) % 3 == 0, 255 * ((x + y) % 2), (x * 7 + y * 5 + x * y // 3) % 256)


def two_of(size, side, centred):
    """For each new pixel: the old ones on its left and right, and how far it is from the left to the right."""
    at = (numpy.arange(side) + (0.5 if centred else 0)) * size / side - (0.5 if centred else 0)
    at = numpy.maximum(at, 0)
    left = numpy.minimum(numpy.floor(at).astype(int), size - 1)
    return left, numpy.minimum(left + 1, size - 1), at - left


def bilinear(picture, side, centred):
    top, bottom, down = two_of(picture.shape[0], side, centred)
    left, right, across = two_of(picture.shape[1], side, centred)
    rows = picture[top] * (1 - down[:, None]) + picture[bottom] * down[:, None]
    return rows[:, left] * (1 - across) + rows[:, right] * across


def main():
    out = []
    for width, height, side in CASES:
        picture = levels(width, height)
        floats = Image.fromarray(picture.astype(numpy.float32))
        ways = {"antialiased": Image.fromarray(picture.astype(numpy.uint8)).resize((side, side), Image.BILINEAR),
                "clean-fid": numpy.clip(floats.resize((side, side), Image.BICUBIC), 0, 255),
                "torch-fidelity": bilinear(picture.astype(float), side, False),
                "pytorch-fid": bilinear(picture.astype(float), side, True)}
        for name, pixels in ways.items():
            rounded = [round(float(value), 2) for value in numpy.asarray(pixels, dtype=float).ravel()]
            out.append({"how": name, "width": width, "height": height, "side": side,
                        "pixels": [int(value) if value == int(value) else value for value in rounded]})
    target = pathlib.Path(__file__).resolve().with_suffix(".json")
    target.write_text("[" + ",\n ".join(json.dumps(case, separators=(",", ":")) for case in out) + "]\n")


main()
