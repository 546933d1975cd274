"""What a failure looks like, beside what `dcgan eval` says of it: a sheet, and a table.

  experiments/known_failures.py PICTURES run=STATE.pt later=LATER.pt --size 64 --out docs/metrics.jpg

The failures are made of PICTURES, a folder, whose first half is the real side: pictures blurred with a radius of 2
pixels, noise, one picture again and again, the mean of all, pictures of the real side with a little noise (copies). Real
ones are pictures of the other half. A state is an exported generator, or a folder of pictures. Each has 500 images.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy
from PIL import Image, ImageDraw, ImageFilter

import shared  # noqa: F401
import state_sheets
from common import PROGRAM

COUNT = 500  # images of a state
CORNER, CELL, GAP, LINE = 4, 48, 2, 13  # a tile: images a side, pixels of one, between them, of a line below
COLUMNS = 5
BLUR, NOISE = 2, 3  # pixels, levels


def failures_of(real: numpy.ndarray, other: numpy.ndarray) -> dict[str, numpy.ndarray]:
    """Bytes N x size x size x 3 each."""
    random = numpy.random.default_rng(0)

    def levels(values: numpy.ndarray) -> numpy.ndarray:
        return values.round().clip(0, 255).astype(numpy.uint8)

    blurred = [numpy.asarray(Image.fromarray(one).filter(ImageFilter.GaussianBlur(BLUR))) for one in other]
    return {
        "real pictures": other,
        "blurred": numpy.stack(blurred),
        "noise": random.integers(0, 256, other.shape, numpy.uint8),
        "one picture": numpy.repeat(other[:1], len(other), 0),
        "their mean": numpy.repeat(levels(other.mean(0, keepdims=True)), len(other), 0),
        "copies": levels(real[:len(other)] + random.normal(0, NOISE, other.shape)),
    }


def written(images: numpy.ndarray, folder: pathlib.Path) -> pathlib.Path:
    folder.mkdir()
    for i, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{i:05}.png")
    return folder


def judged(arguments: argparse.Namespace, images: pathlib.Path, real: pathlib.Path, cache: pathlib.Path) -> dict:
    command = [arguments.program, "eval", images, "--data", real, "--size", arguments.size, "--channels", "rgb", "--cache",
               cache, "--threads", arguments.threads, "--json"]
    done = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)
    return json.loads(done.stdout[done.stdout.index("{"):])


def lines_of(found: dict) -> list[str]:
    values = {name.split("_")[0]: figure["value"] for name, figure in found["figures"].items()}
    lines = [f"covers {100 * values['kinds']:.0f} %", f"could be yours: {100 * values['fitting']:.0f} %"]
    return [found["pictures"]["verdict"], *lines]


def tile(images: numpy.ndarray, title: str, lines: list[str]) -> Image.Image:
    side = CORNER * (CELL + GAP) - GAP
    out = Image.new("RGB", (side, side + (len(lines) + 1) * LINE + GAP), "white")
    draw = ImageDraw.Draw(out)
    for i, image in enumerate(images[:CORNER * CORNER]):
        cell = Image.fromarray(image).convert("RGB").resize((CELL, CELL), Image.Resampling.LANCZOS)
        out.paste(cell, (i % CORNER * (CELL + GAP), i // CORNER * (CELL + GAP)))
    for i, line in enumerate([f"{title}:", *lines]):
        draw.text((0, side + i * LINE), line, "black")
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("states", nargs="*", metavar="NAME=STATE")
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--program", default=PROGRAM)
    arguments = parser.parse_args()
    every = state_sheets.pictures_of(arguments.pictures, arguments.size, 10_000)
    real, other = every[:len(every) // 2], every[len(every) // 2:][:COUNT]
    shown = failures_of(real, other)
    for named in arguments.states:
        name, state = named.split("=", 1)
        shown[name] = state_sheets.drawn(arguments.program, pathlib.Path(state), arguments.size, COUNT)
    tiles = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        side = written(real, folder / "real")
        for i, (name, images) in enumerate(shown.items()):
            found = judged(arguments, written(images, folder / str(i)), side, folder / "cache")
            print(f"{name}: {found['pictures']['words']}; {found['pictures']['verdict']}", flush=True)
            tiles.append(tile(images, name, lines_of(found)))
    width, height = (size + 3 * GAP for size in tiles[0].size)
    rows = -(-len(tiles) // COLUMNS)
    out = Image.new("RGB", (width * COLUMNS, height * rows), "white")
    for i, one in enumerate(tiles):
        out.paste(one, (i % COLUMNS * width, i // COLUMNS * height))
    out.save(arguments.out, quality=88)


if __name__ == "__main__":
    main()
