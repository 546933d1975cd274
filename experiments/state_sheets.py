"""States of runs that experiments/yardstick.py compares, and sheets of their images."""

import pathlib
import random
import subprocess
import sys
import tempfile

import numpy
from PIL import Image, ImageDraw

import ranking
import shared
from make_stacked import read_idx

SIDE = 8  # of a sheet, in images
SHEET = 1024  # the same in pixels, without the gaps
GAP = 4
CORNER = 4  # images of a sheet's side that corners() shows
LABEL = 14  # height of what stands under them
REAL = "real"  # the state that real pictures are, against other real ones


def states_of(folder: pathlib.Path, name: str) -> dict[str, pathlib.Path]:
    """Of one set, by what follows the set's name."""
    found = {path.name.removeprefix(f"{name}-").removesuffix(".pt"): path for path in sorted(folder.glob(f"{name}-*"))
             if path.suffix == ".pt" or path.is_dir()}
    if not found:
        sys.exit(f"yardstick: {folder} holds no state {name}-*.pt")
    return found


def pictures_of(data: pathlib.Path, size: int, count: int = SIDE * SIDE, seed: int = 0) -> numpy.ndarray:
    """Some of a folder or an IDX file, bytes N x size x size x 3."""
    every = shared.picture_files(data) if data.is_dir() else read_idx(data)
    chosen = random.Random(seed).sample(range(len(every)), min(count, len(every)))
    opened = (Image.open(every[i]) if data.is_dir() else Image.fromarray(every[i]) for i in chosen)
    return numpy.stack([shared.fitted(picture, size) for picture in opened])


def sheet_of(images: numpy.ndarray) -> Image.Image:
    """Without a name, a text or a date in it. Bytes N x size x size x (1 or 3)."""
    cell = SHEET // SIDE
    out = Image.new("RGB", [SIDE * (cell + GAP) + GAP] * 2, "white")
    for i, image in enumerate(images[:SIDE * SIDE]):
        picture = Image.fromarray(image.squeeze()).convert("RGB").resize((cell, cell), Image.Resampling.BICUBIC)
        out.paste(picture, (GAP + i % SIDE * (cell + GAP), GAP + i // SIDE * (cell + GAP)))
    return out


def drawn(program: str, state: pathlib.Path, size: int, count: int = SIDE * SIDE) -> numpy.ndarray:
    """Bytes N x size x size x (1 or 3)."""
    if state.is_dir():
        return pictures_of(state, size, count)
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "images.npy"
        subprocess.run([program, "sample", state, "--count", str(count), "--out", out], check=True, capture_output=True)
        return numpy.load(out)


def corners(folder: pathlib.Path, readers: dict[str, ranking.Readers], width: int) -> Image.Image:
    """A corner of each sheet, a row a set: real pictures, then the states in the readers' order, the best one first."""
    corner, count = (SHEET // SIDE + GAP) * CORNER + GAP, 0
    tiles = []
    for row, name in enumerate(readers):
        said = readers[name]
        wins, letters = said.total(), {state: letter for letter, state in said.key.items()}
        if not said.answers:
            sys.exit(f"yardstick: nobody has read {name} yet: {folder / 'readers'} holds no *-{name}.json")
        most = (len(wins) - 1) * len(said.answers)
        order = sorted(wins, key=wins.get, reverse=True)
        shown = [(REAL, REAL)] + [(letters[state], f"{state}: {100 * wins[state] / most:.0f} %") for state in order]
        count = max(count, len(shown))
        tiles += [(row, column, f"{name}/{letter}.png", label) for column, (letter, label) in enumerate(shown)]
    side, height = width // count, width // count + LABEL
    out = Image.new("RGB", (side * count, height * len(readers)), "white")
    draw = ImageDraw.Draw(out)
    for row, column, file, label in tiles:
        tile = Image.open(folder / file).crop((0, 0, corner, corner))
        out.paste(tile.resize((side, side), Image.Resampling.LANCZOS), (column * side, row * height))
        draw.text((column * side + GAP, row * height + side), label, "black")
    return out
