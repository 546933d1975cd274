"""What options of `dcgan train` cost in images/s: each beside the base within the same round, so that what slows the machine
slows both. Prints a table of medians and ranges.

  bench/costs.py PICTURES --size 32 --base "--preset default" --rounds 3 -- "--augment all" "--spectral-norm"

Keep the machine quiet.
"""
import argparse
import shlex
import statistics
import subprocess
import tempfile

from common import PROGRAM, log_of


def images_a_second(arguments: argparse.Namespace, options: str) -> float:
    """Between the first record of a run and its last: nothing of start and end."""
    with tempfile.TemporaryDirectory() as folder:
        command = [arguments.program, "train", arguments.data, "--run", f"{folder}/run", "--size", str(arguments.size),
                   "--time", arguments.time, "--eval-every", "0", "--sample-every", "100M", "--checkpoint-every", "100M",
                   "--log-every", "5", *shlex.split(arguments.base), *shlex.split(options)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            raise SystemExit(f"{options}: {result.stderr}")
        records, _ = log_of(f"{folder}/run")
    first, last = records[0], records[-1]
    return (last["images"] - first["images"]) / (last["seconds"] - first["seconds"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--size", default=32, type=int)
    parser.add_argument("--base", default="", help="options of all")
    parser.add_argument("--rounds", default=3, type=int)
    parser.add_argument("--time", default="8s", help="of a run")
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("options", nargs="+", help="what is laid over the base, one string each")
    arguments = parser.parse_args()
    print("| option | images/s | of the base |\n|---|---|---|", flush=True)
    for option in arguments.options:
        rounds = [(images_a_second(arguments, ""), images_a_second(arguments, option)) for _ in range(arguments.rounds)]
        shares = sorted(with_it / base for base, with_it in rounds)
        rate = statistics.median(with_it for _, with_it in rounds)
        print(f"| `{option}` | {rate:,.0f} | {statistics.median(shares):.2f} ({shares[0]:.2f} to {shares[-1]:.2f}) |", flush=True)


if __name__ == "__main__":
    main()
