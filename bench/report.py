"""Times `dcgan report` of a run with many records, and weighs the page.

  bench/report.py [--records 1000000]
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from common import PROGRAM, log_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", default=1_000_000, type=int)
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--run", type=pathlib.Path, required=True, help="a run whose log is drawn out to so many records")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder, "run")
        subprocess.run(["cp", "-r", str(arguments.run), str(run)], check=True)
        records, _ = log_of(run)
        with open(run / "log.jsonl", "w") as log:
            for i in range(arguments.records):
                record = records[i % len(records)]
                record["images"] = (i + 1) * 1280
                log.write(json.dumps(record, separators=(",", ":")) + "\n")
        page = pathlib.Path(folder, "report.html")
        seconds = []
        for _ in range(5):
            start = time.monotonic()
            subprocess.run([arguments.program, "report", str(run), "--out", str(page)], check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.monotonic() - start)
        print(f"{arguments.records:,} records, {(run / 'log.jsonl').stat().st_size / 1e6:.0f} MB of log: "
              f"{statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), {page.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
