"""Do the words of `dcgan eval` agree with people who look? Readers of sheets name what they see; the program says its word
and its shares of the same states; the rest is counting.

  experiments/words.py sheets STATES.json --out SHEETS
  experiments/words.py table STATES.json --sheets SHEETS --table docs/yardstick/words.csv

STATES.json: {"name": {"state": "RUN, checkpoint or export", "data": "PICTURES", "size": 64}, ...}. `sheets` writes
SHEETS/a.png, a-real.png ... and which is which into SHEETS/key.json. A reader sees them without the key and writes
SHEETS/words-READER.json: {"a": {"words": ["shapes"], "could": 20, "covers": 30}, ...}: the likelier of two words
first; per cent of the images that could be pictures of the set, and of the kinds of pictures that are to be found.
"""
import argparse
import csv
import json
import pathlib
import random
import statistics
import string
import subprocess
import sys

import shared  # noqa: F401
import state_sheets
from common import PROGRAM

WORDS = ["noise", "smears", "shapes", "good"]
FIGURES = ["kinds", "fitting", "precision", "coverage", "kid", "diversity"]
FIELDS = ["state", "readers_word", "could", "covers", "word", *FIGURES]


def sheets(arguments: argparse.Namespace, states: dict) -> None:
    arguments.out.mkdir(parents=True, exist_ok=True)
    names = sorted(states)
    random.Random(0).shuffle(names)
    key = dict(zip(string.ascii_lowercase, names, strict=False))
    for letter, name in key.items():
        one = states[name]
        size = one["size"]
        state = pathlib.Path(one["state"])
        state = state / "generator.pt" if (state / "generator.pt").exists() else state  # what is best of a run
        drawn = state_sheets.drawn(arguments.program, state, size)
        state_sheets.sheet_of(drawn).save(arguments.out / f"{letter}.png")
        real = state_sheets.pictures_of(pathlib.Path(one["data"]), size)
        state_sheets.sheet_of(real).save(arguments.out / f"{letter}-real.png")
    (arguments.out / "key.json").write_text(json.dumps(key, indent=1))


def evaluated(arguments: argparse.Namespace, one: dict) -> dict:
    command = [arguments.program, "eval", one["state"], "--data", one["data"], "--samples", arguments.samples, "--threads",
               arguments.threads, "--all", "--json"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"words: {one['state']}: {done.stderr.strip()}")
    return json.loads(done.stdout[done.stdout.index("{"):])


def table(arguments: argparse.Namespace, states: dict) -> None:
    key = json.loads((arguments.sheets / "key.json").read_text())
    readers = [json.loads(file.read_text()) for file in sorted(arguments.sheets.glob("words-*.json"))]
    rows, same, near = [], 0, 0
    for letter, name in sorted(key.items(), key=lambda pair: pair[1]):
        said = [reader[letter] for reader in readers]
        eyes = statistics.mean(statistics.mean(WORDS.index(word) for word in one["words"]) for one in said)
        found = evaluated(arguments, states[name])
        values = {figure.split("_")[0]: value["value"] for figure, value in found["figures"].items()}
        word = found["pictures"]["verdict"]
        if word in WORDS:
            same += abs(WORDS.index(word) - eyes) <= 0.5
            near += abs(WORDS.index(word) - eyes) <= 1
        rows.append({"state": name, "readers_word": f"{eyes:.2f}", "could": round(statistics.mean(o["could"] for o in said)),
                     "covers": round(statistics.mean(o["covers"] for o in said)), "word": word,
                     **{figure: f"{values[figure]:.4g}" if figure in values else "" for figure in FIGURES}})
        print(rows[-1], flush=True)
    with arguments.table.open("w", newline="") as file:
        out = csv.DictWriter(file, FIELDS)
        out.writeheader()
        out.writerows(rows)
    for ours, theirs in (("fitting", "could"), ("precision", "could"), ("kinds", "covers"), ("coverage", "covers")):
        pairs = [(100 * float(row[ours]), row[theirs]) for row in rows if row[ours]]
        correlation = statistics.correlation(*zip(*pairs, strict=True))
        off = statistics.mean(abs(a - b) for a, b in pairs)
        print(f"{ours} beside '{theirs}': correlation {correlation:.2f}, {off:.0f} points apart")
    print(f"the word: {same} of {len(rows)} the readers', {near} within a neighbouring one")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    for run in (sheets, table):
        one = verbs.add_parser(run.__name__)
        one.set_defaults(run=run)
        one.add_argument("states", type=pathlib.Path)
        one.add_argument("--program", default=PROGRAM)
    verbs.choices["sheets"].add_argument("--out", type=pathlib.Path, required=True)
    one = verbs.choices["table"]
    one.add_argument("--sheets", type=pathlib.Path, required=True)
    one.add_argument("--table", type=pathlib.Path, required=True)
    one.add_argument("--samples", type=int, default=1000)
    one.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    arguments.run(arguments, json.loads(arguments.states.read_text()))


if __name__ == "__main__":
    main()
