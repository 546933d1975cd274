"""Does a yardstick see what people see? States of runs that differ are ranked by readers of sheets without names, by a
classifier where there are labels, and by each feature network.

  alias y=experiments/yardstick.py
  y networks OUT pixels lite1-128 lite1-240 lite2-160
  y sheets STATES --set faces --data faces/ --size 64 --out SHEETS
  y measure STATES --set faces --data faces/ --size 64 --table T.csv trained random-a pixels=OUT/pixels.pt
  y here STATES --set faces --data faces/ --size 64 --table T.csv --features KEPT trained-240=OUT/lite1-240.pt
  y ranks T.csv --sheets SHEETS --beside trained classifier
  y show faces emoji --sheets SHEETS --out docs/yardstick.jpg
  y speed lite1-128=OUT/lite1-128.pt lite1-240=OUT/lite1-240.pt

STATES is a folder of exported generators, SET-NAME.pt, or of folders of pictures, SET-NAME. Each command leaves what is
there already as it is: states may come one after another.

`measure` asks `dcgan eval`. `here` computes features and figures in Python, each group of features in its own unit, as
the program does; and of a network with groups a second row, NAME-last: of its last map alone, as papers do. It keeps
the features, so that both cost what one does.

`sheets` writes SHEETS/SET/a.png, b.png ... and real.png, and which is which into SHEETS/keys/SET.json. A reader sees
the folder SHEETS/SET alone, and says of every pair which is more like the real one: SHEETS/readers/READER-SET.json,
{"set": SET, "pairs": [["a", "b", "a"], ["a", "c", "="], ...]}, the better one last.
"""
import argparse
import datetime
import json
import pathlib
import random
import string
import subprocess
import sys
import time

import numpy

import own_figures
import ranking
import shared  # noqa: F401
import state_sheets
from common import PROGRAM, commit_now, processor
from state_sheets import REAL, drawn, pictures_of, states_of

FIGURES = ["kid", "fid", "precision", "recall", "density", "coverage", "memorised", "diversity"]
FIELDS = ["date", "commit", "processor", "set", "state", "yardstick", "samples", "real", *FIGURES, "kid_error"]
WARM = 3  # runs of a network that are not timed: TorchScript plans in the first ones
REAL_SEED = 3  # of the choice of real pictures that `here` compares with


def sheets(arguments: argparse.Namespace) -> None:
    states = states_of(arguments.states, arguments.set)
    folder, key = arguments.out / arguments.set, arguments.out / "keys" / f"{arguments.set}.json"
    if key.exists():
        names = json.loads(key.read_text())
        if sorted(names.values()) != sorted(states):
            sys.exit(f"yardstick: {folder} shows other states; remove it and {key} first")
    else:
        order = sorted(states)
        random.Random(f"{arguments.seed} {arguments.set}").shuffle(order)
        names = dict(zip(string.ascii_lowercase, order, strict=False))
        key.parent.mkdir(parents=True, exist_ok=True)
        key.write_text(json.dumps(names, indent=1))
    folder.mkdir(parents=True, exist_ok=True)
    for letter, state in names.items():
        if not (folder / f"{letter}.png").exists():
            state_sheets.sheet_of(drawn(arguments.program, states[state], arguments.size)).save(folder / f"{letter}.png")
    state_sheets.sheet_of(pictures_of(arguments.data, arguments.size)).save(folder / f"{REAL}.png")
    print(f"{len(names)} sheets of {arguments.set} in {folder}")


def evaluated(arguments: argparse.Namespace, state: pathlib.Path, features: str) -> dict:
    command = [arguments.program, "eval", state, "--data", arguments.data, "--features", features, "--samples",
               arguments.samples, "--real", arguments.real, "--threads", arguments.threads, "--cache",
               arguments.cache, "--json"]
    if features.endswith(".pt"):
        command.append("--run-code")
    if state.is_dir():
        command += ["--size", arguments.size]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"yardstick: {state.name}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def row_of(found: dict, field: str) -> dict:
    """`field`: "value" for the generated images, "real_against_real" for what real ones get."""
    family, figures = found["features"]["family"], found["figures"]
    error = {"value": "standard_error"}.get(field, f"{field}_error")
    row = {name: figures[f"{name}_{family}"][field] for name in FIGURES if f"{name}_{family}" in figures}
    row["kid_error"] = figures.get(f"kid_{family}", {}).get(error)
    return row


class Rows:
    """The rows of one set that a table lacks."""

    def __init__(self, arguments: argparse.Namespace):
        self.table = arguments.table
        self.done = {(row["set"], row["state"], row["yardstick"]) for row in ranking.read_table(self.table)}
        self.about = {"date": datetime.date.today().isoformat(), "commit": commit_now(but=self.table),
                      "processor": processor("cpu"), "set": arguments.set}

    def has(self, state: str, yardstick: str) -> bool:
        return (self.about["set"], state, yardstick) in self.done

    def add(self, state: str, yardstick: str, samples: int, real: int, found: dict) -> None:
        if self.has(state, yardstick):
            return
        self.done.add((self.about["set"], state, yardstick))
        rounded = {name: "" if value is None else f"{value:.6g}" for name, value in found.items()}
        ranking.append_row(self.table, FIELDS, {**self.about, "state": state, "yardstick": yardstick,
                                                "samples": samples, "real": real, **rounded})
        print(f"{self.about['set']} {state} {yardstick}: KID {rounded.get('kid')}, coverage {rounded.get('coverage')}",
              flush=True)


def named(yardsticks: list[str]) -> list[tuple[str, str]]:
    """NAME=FILE.pt, or what is its own name."""
    return [(one.partition("=")[0], one.partition("=")[2] or one) for one in yardsticks]


def measure(arguments: argparse.Namespace) -> None:
    rows = Rows(arguments)
    for name, features in named(arguments.yardsticks):
        for state, path in states_of(arguments.states, arguments.set).items():
            if rows.has(state, name):
                continue
            found = evaluated(arguments, path, features)
            rows.add(state, name, found["generated"], found["real"]["used"], row_of(found, "value"))
            half = found["real_against_real"]["images_each"]
            rows.add(REAL, name, half, half, row_of(found, "real_against_real"))


def here(arguments: argparse.Namespace) -> None:
    import feature_networks

    feature_networks.use_threads(arguments.threads)
    rows = Rows(arguments)
    arguments.features.mkdir(parents=True, exist_ok=True)
    states = states_of(arguments.states, arguments.set)
    for name, file in named(arguments.yardsticks):
        def features(state: str, images) -> numpy.ndarray:
            kept = arguments.features / f"{arguments.set}-{state}-{name}.npy"
            if not kept.exists():
                numpy.save(kept, feature_networks.features_of(file, images()))
            return numpy.load(kept)

        real = features(REAL, lambda: pictures_of(arguments.data, arguments.size, arguments.real, REAL_SEED))
        groups = feature_networks.groups_of(file)
        for state, path in states.items():
            if rows.has(state, name):
                continue
            made = features(state, lambda: drawn(arguments.program, path, arguments.size, arguments.samples))
            found = own_figures.figures(*(own_figures.in_units(one, real, groups) for one in (made, real)))
            rows.add(state, name, len(made), len(real), found)
            if groups:
                last = (one[:, -groups[-1]:] for one in (made, real))
                rows.add(state, f"{name}-last", len(made), len(real), own_figures.figures(*last))


def networks(arguments: argparse.Namespace) -> None:
    import feature_networks

    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names:
        feature_networks.write_network(name, arguments.out / f"{name}.pt")


def speed(arguments: argparse.Namespace) -> None:
    """In turns, so that what else the machine does falls on all of them."""
    import torch

    torch.set_num_threads(arguments.threads)
    loaded = {name: torch.jit.load(file) for name, file in named(arguments.networks)}
    images = torch.rand(arguments.batch, 3, arguments.size, arguments.size) * 255
    taken = {name: [] for name in loaded}
    with torch.no_grad():
        for turn in range(-WARM, arguments.turns):
            for name, network in loaded.items():
                start = time.perf_counter()
                network(images)
                if turn >= 0:
                    taken[name].append(time.perf_counter() - start)
    print(f"{processor('cpu')}, {arguments.threads} threads\n")
    print("| network | images/s | seconds for 1,000 |\n|---|---|---|")
    for name, seconds in taken.items():
        each = float(numpy.median(seconds)) / len(images)
        print(f"| {name} | {1 / each:.0f} | {1000 * each:.1f} |")


def show(arguments: argparse.Namespace) -> None:
    readers = {name: ranking.Readers(arguments.sheets, name) for name in arguments.sets}
    state_sheets.corners(arguments.sheets, readers, arguments.width).save(arguments.out, quality=88)


def ranks(arguments: argparse.Namespace) -> None:
    print(ranking.tables(ranking.read_table(arguments.table), arguments.sheets, arguments.beside))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)

    def verb(run, about: str) -> argparse.ArgumentParser:
        one = verbs.add_parser(run.__name__, help=about, description=about)
        one.set_defaults(run=run)
        return one

    def of_states(one: argparse.ArgumentParser) -> None:
        one.add_argument("states", type=pathlib.Path, help="folder of states")
        one.add_argument("--set", required=True, help="whose states")
        one.add_argument("--data", required=True, type=pathlib.Path, help="its real pictures: a folder or an IDX file")
        one.add_argument("--size", required=True, type=int, help="side of its images")
        one.add_argument("--program", default=PROGRAM)

    def to_a_table(one: argparse.ArgumentParser, samples: int, real: int) -> None:
        one.add_argument("--table", required=True, type=pathlib.Path)
        one.add_argument("--samples", default=samples, type=int, help="images of a state (%(default)s)")
        one.add_argument("--real", default=real, type=int, help="real pictures (%(default)s)")
        one.add_argument("--threads", default=2, type=int)

    one = verb(networks, "write feature networks as TorchScript files")
    one.add_argument("out", type=pathlib.Path)
    one.add_argument("names", nargs="+", help="pixels, or a kind and the side of its input: lite1-128, lite2-260")
    one = verb(sheets, "draw a sheet a state, under a name that says nothing")
    of_states(one)
    one.add_argument("--out", required=True, type=pathlib.Path)
    one.add_argument("--seed", default=0, type=int, help="of the names")
    one = verb(measure, "add a row a state and yardstick to a table, by the program")
    of_states(one)
    to_a_table(one, samples=1000, real=2000)
    one.add_argument("--cache", default="auto", help="where features of real pictures stay")
    one.add_argument("yardsticks", nargs="+", help="what --features takes, or NAME=FILE.pt")
    one = verb(here, "the same in Python, with the features of a last map beside those of all")
    of_states(one)
    to_a_table(one, samples=200, real=500)
    one.add_argument("--features", required=True, type=pathlib.Path, help="folder that features are kept in")
    one.add_argument("yardsticks", nargs="+", help="NAME=FILE.pt")
    one = verb(ranks, "compare the yardsticks' order of states with that of the readers")
    one.add_argument("table", type=pathlib.Path)
    one.add_argument("--sheets", required=True, type=pathlib.Path, help="folder with keys/ and readers/")
    one.add_argument("--beside", nargs="*", default=[], help="yardsticks that the others are compared with, too")
    one = verb(show, "draw a corner of each sheet, in the readers' order")
    one.add_argument("sets", nargs="+")
    one.add_argument("--sheets", required=True, type=pathlib.Path)
    one.add_argument("--out", required=True, type=pathlib.Path, help="a .jpg or .png")
    one.add_argument("--width", default=1300, type=int)
    one = verb(speed, "time feature networks in turns")
    one.add_argument("networks", nargs="+", help="NAME=FILE.pt")
    one.add_argument("--size", default=64, type=int)
    one.add_argument("--threads", default=2, type=int)
    one.add_argument("--batch", default=4, type=int, help="images at once")
    one.add_argument("--turns", default=20, type=int)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
