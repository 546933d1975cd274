"""What the live page costs: how much slower a training is while a page of it is open in a browser on the same machine,
and how soon `dcgan serve` gives its first picture. Needs chromium, chromedriver and what third_party/readers.txt names.

  bench/watching.py DATA [--size 64] [--seconds 60] [--pairs 6]
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from common import PROGRAM, log_of


def rate(run: pathlib.Path, settled: float) -> float:
    """Images a second from the first record after so many seconds to the last."""
    records, _ = log_of(run)
    records = [record for record in records if record["seconds"] > settled]
    return (records[-1]["images"] - records[0]["images"]) / (records[-1]["seconds"] - records[0]["seconds"])


def serve(program: str, runs: pathlib.Path) -> tuple[subprocess.Popen, str]:
    server = subprocess.Popen([program, "serve", str(runs), "--port", "0", "--no-token", "--no-open"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    line = server.stdout.readline()
    return server, line[line.index("http://"):].split()[0]


def browser():
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    for word in ("--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,1600"):
        options.add_argument(word)
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


def train(arguments: argparse.Namespace, runs: pathlib.Path, name: str, watched: bool) -> float:
    run = runs / name
    training = subprocess.Popen([arguments.program, "train", arguments.data, "--run", str(run), "--size", str(arguments.size),
                                 "--time", f"{arguments.seconds}s", "--eval-every", "0", "--seed", "0"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = driver = None
    if watched:
        while not (run / "log.jsonl").exists() or "loss_g" not in (run / "log.jsonl").read_text():
            time.sleep(0.2)
        server, address = serve(arguments.program, run)
        driver = browser()
        driver.get(address)
    training.wait()
    if watched:
        driver.quit()
        server.terminate()
        server.wait()
    return rate(run, settled=15)  # by then browser and server have started, and the page is there


def first_picture(program: str, run: pathlib.Path) -> tuple[float, float, float]:
    """Seconds from typing `dcgan serve` to its page, and to the first generated image; and from asking to having that."""
    begin = time.monotonic()
    server, address = serve(program, run)
    urllib.request.urlopen(address).read()
    page = time.monotonic() - begin
    asked = time.monotonic()
    urllib.request.urlopen(f"{address}api/image?run={run.name}&points=0:0").read()
    end = time.monotonic()
    server.terminate()
    server.wait()
    return page, end - begin, end - asked


def said(values: list[float]) -> str:
    return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--size", default=64, type=int)
    parser.add_argument("--seconds", default=75, type=int)
    parser.add_argument("--pairs", default=6, type=int)
    parser.add_argument("--program", default=PROGRAM)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        runs = pathlib.Path(folder, "runs")
        ratios = []
        for pair in range(arguments.pairs + 1):
            order = (False, True) if pair % 2 == 0 else (True, False)
            rates = {watched: train(arguments, runs, f"{pair}-{watched}", watched) for watched in order}
            if pair == 0:
                continue  # the first decodes the pictures
            ratios.append(rates[True] / rates[False])
            print(f"alone {rates[False]:.1f} images/s, watched {rates[True]:.1f}: {ratios[-1]:.3f}", flush=True)
        print("watched over alone:", said(ratios))
        starts = [first_picture(arguments.program, runs / "0-True") for _ in range(8)]
        for what, values in zip(("page after", "first image after", "of which from asking"), zip(*starts)):
            print(f"{what} {said(list(values))} s")


if __name__ == "__main__":
    sys.exit(main())
