"""Trains recipes for equal times, or equal numbers of images, and measures what they made: a row a run, appended to a
table, so that a long study can be done in pieces. A row that is there already is not run again.

  experiments/recipes.py --table runs.csv --data fashion=PATH --size 32 --time 5m --seeds 0,1,2 \\
      default="--preset default" example="--preset pytorch-example --eval-every 0"

Each recipe is a name and the options of `dcgan train`. A run of --time has the machine for itself: run nothing beside
it. A run of --images gives the same pictures on a busy machine; its seconds then mean nothing, so that --jobs may be as
many as there are cores, of a thread each. With --runs it may be stopped (Ctrl-C) and goes on where it was when the same
command is given again; one of more images goes on from one of fewer.
"""
import argparse
import concurrent.futures
import datetime
import json
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading

import shared  # noqa: F401
from common import PROGRAM, commit_now, log_of, processor
from ranking import append_row, read_table

SHARES = ["precision", "recall", "coverage", "kinds", "fitting", "memorised"]
KEY = ["data", "size", "recipe", "options", "seed", "length", "threads"]
FIELDS = ["date", "commit", "processor", *KEY, "images", "seconds", "kid", "kid_error", "second", "second_error",
          *SHARES, "diversity", "verdicts"]


class Study:
    """The runs of one command line. Thread-safe."""

    def __init__(self, arguments: argparse.Namespace):
        self.arguments = arguments
        self.about = {"date": datetime.date.today().isoformat(), "commit": commit_now(but=arguments.table),
                      "processor": processor(arguments.device)}
        self.lock = threading.Lock()

    def run(self, data: str, label: str, options: str, seed: int) -> None:
        given = self.arguments
        name, pictures = data.split("=", 1)
        key = {"data": name, "size": str(given.size), "recipe": label, "options": options, "seed": str(seed),
               "length": given.time or f"{given.images} images", "threads": str(given.threads)}
        if any(all(row[field] == key[field] for field in KEY) for row in read_table(given.table)):
            return
        with tempfile.TemporaryDirectory() as temporary:
            folder = given.runs or pathlib.Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            run = folder / f"{name}-{given.size}-{label}-{seed}{'-' + given.time if given.time else ''}"
            self.train(run, pictures, options, seed)
            row = {**self.about, **key, **self.measured(run, pictures)}
            self.keep_sheet(run, f"{name}-{given.size}-{label}-{seed}-{given.time or given.images}.png")
        with self.lock:
            append_row(given.table, FIELDS, row)
            print(f"{name} {given.size} px {label} seed {seed}: {row['images']} images, KID {row['kid']} +- "
                  f"{row['kid_error']}, second {row.get('second', '-')}, {row['verdicts'] or 'balanced throughout'}",
                  flush=True)

    def train(self, run: pathlib.Path, data: str, options: str, seed: int) -> None:
        given = self.arguments
        command = [given.program, "train", data, "--run", str(run), "--threads", str(given.threads),
                   "--time" if given.time else "--images", given.time or given.images, "--size", str(given.size),
                   "--seed", str(seed), "--keep", "1", "--device", given.device, *shlex.split(options)]
        if given.images and (run / "log.jsonl").exists():
            command += ["--resume"]  # refuses a run of other options
        with open(f"{run}.out", "a") as out:
            subprocess.run(command, check=True, stdout=out, stderr=subprocess.STDOUT)

    def figures(self, run: pathlib.Path, data: str, features: str) -> dict:
        """By name, without the network's. Of the last moving average, not of the best state."""
        given = self.arguments
        command = [given.program, "eval", str(run), "--at", "newest", "--data", data, "--samples", str(given.samples),
                   "--features", features, "--threads", str(given.threads), "--json"]
        if features.endswith(".pt"):  # the caller's own network
            command.append("--run-code")
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        family = "_" + found["features"]["family"]
        return {name.removesuffix(family): figure for name, figure in found["figures"].items()}

    def measured(self, run: pathlib.Path, data: str) -> dict:
        records, events = log_of(run)
        verdicts = [f"{event['images']}: {event['verdict']}" for event in events if event["event"] == "verdict"]
        found = self.figures(run, data, self.arguments.features)
        row = {"images": records[-1]["images"], "seconds": records[-1]["seconds"], "verdicts": "; ".join(verdicts),
               "kid": found["kid"]["value"], "kid_error": found["kid"]["standard_error"]}
        # of too few pictures some are left out
        row.update({name: found[name]["value"] for name in [*SHARES, "diversity"] if name in found})
        if self.arguments.second:
            kid = self.figures(run, data, self.arguments.second)["kid"]
            row.update(second=kid["value"], second_error=kid["standard_error"])
        return {name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()}

    def keep_sheet(self, run: pathlib.Path, name: str) -> None:
        if not self.arguments.sheets:
            return
        self.arguments.sheets.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            grid = pathlib.Path(folder) / "grid.png"
            subprocess.run([self.arguments.program, "sample", str(run), "--at", "newest", "--count", "64", "--seed",
                            "1", "--out", str(grid)], check=True, capture_output=True)
            shutil.move(grid, self.arguments.sheets / name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", required=True, type=pathlib.Path)
    parser.add_argument("--data", required=True, action="append", help="NAME=PATH; again for another set")
    parser.add_argument("--size", required=True, type=int)
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--time", help="like 5m")
    length.add_argument("--images", help="like 200k")
    parser.add_argument("--threads", default=2, type=int)
    parser.add_argument("--jobs", default=1, type=int, help="runs at once")
    parser.add_argument("--device", default="cpu", help="where to train: cpu (%(default)s) or cuda")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--samples", default=10_000, type=int)
    parser.add_argument("--features", default="trained", help="network that figures are measured in (%(default)s)")
    parser.add_argument("--second", help="feature network for a KID beside: one that nothing was chosen by")
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--runs", type=pathlib.Path, help="folder in which runs stay; a temporary one otherwise")
    parser.add_argument("--sheets", type=pathlib.Path, help="folder for a grid of 64 images of each run")
    parser.add_argument("recipes", nargs="+", help='NAME="OPTIONS"')
    arguments = parser.parse_args()
    if arguments.time and arguments.jobs > 1:
        parser.error("a run of --time has the machine for itself: --jobs 1")
    known = read_table(arguments.table)
    if known and list(known[0]) != FIELDS:
        parser.error(f"--table {arguments.table} has other columns: it was made by another version. Give a new file")
    study = Study(arguments)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = [pool.submit(study.run, data, *recipe.split("=", 1), seed) for seed in map(int, arguments.seeds.split(","))
                for recipe in arguments.recipes for data in arguments.data]
        try:
            for run in concurrent.futures.as_completed(runs):
                run.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)  # what has not begun
            raise


if __name__ == "__main__":
    sys.exit(main())
