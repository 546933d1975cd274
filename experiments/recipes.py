"""Trains recipes for equal times, or equal numbers of images, and measures what they made: a row a run, appended to a
table, so that a long study can be done in pieces. A row that is there already is not run again.

  experiments/recipes.py --table docs/recipes.csv --data fashion=PATH --size 32 --time 5m --seeds 0,1,2 \\
      default="--preset default" example="--preset pytorch-example --eval-every 0"

Each recipe is a name and the options of `dcgan train`. A run of --time has the machine for itself: run nothing beside
it. A run of --images gives the same pictures on a busy machine; its seconds then mean nothing. With --runs it may be
stopped (Ctrl-C) and goes on where it was when the same command is given again; one of more images goes on from one of
fewer.
"""
import argparse
import csv
import datetime
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

import shared  # noqa: F401
from common import PROGRAM, commit_now, log_of, processor

FIELDS = ["date", "commit", "processor", "data", "size", "recipe", "options", "seed", "length", "threads", "images",
          "seconds", "kid_a", "kid_a_error", "kid_b", "kid_b_error", "kid_c", "kid_c_error", "fid_a", "precision_a",
          "recall_a", "coverage_a", "memorised_a", "verdicts"]


def figures(arguments: argparse.Namespace, run: pathlib.Path, data: str, features: str) -> dict:
    # The last moving average, not the best state: that is what the bars are about.
    command = [arguments.program, "eval", str(run), "--at", "newest", "--data", data, "--samples",
               str(arguments.samples), "--features", features, "--threads", str(arguments.threads), "--json"]
    if features.endswith(".pt"):  # the caller's own network
        command.append("--run-code")
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["figures"]


def measured(arguments: argparse.Namespace, data: str, options: str, seed: int, run: pathlib.Path) -> dict:
    command = [arguments.program, "train", data, "--run", str(run), "--threads", str(arguments.threads),
               "--time" if arguments.time else "--images", arguments.time or arguments.images, "--size",
               str(arguments.size), "--seed", str(seed), "--keep", "1", "--device", arguments.device,
               *shlex.split(options)]
    if arguments.images and (run / "log.jsonl").exists():
        command += ["--resume"]  # refuses a run of other options
    with open(f"{run}.out", "a") as out:
        subprocess.run(command, check=True, stdout=out, stderr=subprocess.STDOUT)
    records, events = log_of(run)
    verdicts = [f"{event['images']}: {event['verdict']}" for event in events if event["event"] == "verdict"]
    row = {"images": records[-1]["images"], "seconds": round(records[-1]["seconds"], 1), "verdicts": "; ".join(verdicts)}
    networks = {"a": ("random-a", "random_a"), "b": ("random-b", "random_b"), "c": (arguments.classifier, "file")}
    for letter, (features, family) in networks.items():
        if not features:
            continue
        found = figures(arguments, run, data, features)
        row[f"kid_{letter}"] = found[f"kid_{family}"]["value"]
        row[f"kid_{letter}_error"] = found[f"kid_{family}"]["standard_error"]
        if letter == "a":
            row.update({f"{name}_a": found[f"{name}_{family}"]["value"]
                        for name in ("fid", "precision", "recall", "coverage", "memorised")
                        if f"{name}_{family}" in found})  # of too few pictures some are left out
    return {key: f"{value:.6g}" if isinstance(value, float) else value for key, value in row.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", required=True, type=pathlib.Path)
    parser.add_argument("--data", required=True, help="NAME=PATH")
    parser.add_argument("--size", required=True, type=int)
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--time", help="like 5m")
    length.add_argument("--images", help="like 200k")
    parser.add_argument("--threads", default=2, type=int)
    parser.add_argument("--device", default="cpu", help="where to train: cpu (%(default)s) or cuda")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--samples", default=10_000, type=int)
    parser.add_argument("--classifier", help="feature network for KID C, of experiments/classifier.py for these pictures and size")
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--runs", type=pathlib.Path, help="folder in which runs stay; a temporary one otherwise")
    parser.add_argument("recipes", nargs="+", help='NAME="OPTIONS"')
    arguments = parser.parse_args()
    name, data = arguments.data.split("=", 1)
    commit = commit_now(but=arguments.table)
    done = list(csv.DictReader(open(arguments.table))) if arguments.table.exists() else []
    for seed in map(int, arguments.seeds.split(",")):
        for recipe in arguments.recipes:
            label, options = recipe.split("=", 1)
            key = {"data": name, "size": str(arguments.size), "recipe": label, "options": options, "seed": str(seed),
                   "length": arguments.time or f"{arguments.images} images", "threads": str(arguments.threads)}
            if any(all(row[field] == value for field, value in key.items()) for row in done):
                continue
            with tempfile.TemporaryDirectory() as temporary:
                folder = arguments.runs or pathlib.Path(temporary)
                folder.mkdir(parents=True, exist_ok=True)
                run = folder / f"{name}-{arguments.size}-{label}-{seed}{'-' + arguments.time if arguments.time else ''}"
                row = measured(arguments, data, options, seed, run)
            row.update(key, commit=commit, processor=processor(arguments.device), date=datetime.date.today().isoformat())
            is_new = not arguments.table.exists()
            with open(arguments.table, "a", newline="") as table:
                writer = csv.DictWriter(table, FIELDS, lineterminator="\n")
                if is_new:
                    writer.writeheader()
                writer.writerow(row)
            print(f"{name} {arguments.size} px {label} seed {seed}: {row['images']} images, KID A {row['kid_a']} "
                  f"+- {row['kid_a_error']}, B {row['kid_b']}, {row['verdicts'] or 'balanced throughout'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
