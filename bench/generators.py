"""Images a second of one generator: by dcgan itself, through TorchScript in Python, and through ONNX Runtime, in turns.

  .venv/bin/pip install onnx onnxruntime
  bench/generators.py MODEL --threads 2

Batches of 64; dcgan's own are the difference between a long and a short `dcgan sample --out FILE.npy`, which makes
batches of 16 and turns them into bytes. The median of the ratios of each turn, the least and the largest in brackets.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import onnxruntime
import torch

from common import PROGRAM

BATCH = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="run directory or checkpoint, of a model without classes")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--images", type=int, default=6_400)
    parser.add_argument("--program", default=PROGRAM)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)

        def dcgan(*words: str) -> float:
            begin = time.perf_counter()
            subprocess.run([arguments.program, *words], check=True, stdout=subprocess.DEVNULL,
                           env={"OMP_NUM_THREADS": str(arguments.threads)})
            return time.perf_counter() - begin

        for name in ("g.pt", "g.onnx"):
            dcgan("export", arguments.model, "--out", str(folder / name))
        script = torch.jit.load(str(folder / "g.pt"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = arguments.threads
        session = onnxruntime.InferenceSession(str(folder / "g.onnx"), options, providers=["CPUExecutionProvider"])
        z = torch.randn(BATCH, script.latent)
        batches = arguments.images // BATCH

        def by_script() -> float:
            with torch.inference_mode():
                for _ in range(3):
                    script(z)
                begin = time.perf_counter()
                for _ in range(batches):
                    script(z)
            return time.perf_counter() - begin

        def by_onnx() -> float:
            feed = {"z": z.numpy().astype(numpy.float32)}
            for _ in range(3):
                session.run(None, feed)
            begin = time.perf_counter()
            for _ in range(batches):
                session.run(None, feed)
            return time.perf_counter() - begin

        def by_dcgan() -> float:
            sample = ["sample", arguments.model, "--out", str(folder / "x.npy"), "--count"]
            return dcgan(*sample, str(arguments.images + 64)) - dcgan(*sample, "64")

        rates = {"dcgan sample": [], "TorchScript": [], "ONNX Runtime": []}
        for _ in range(arguments.turns):
            for name, measure in zip(rates, (by_dcgan, by_script, by_onnx)):
                rates[name].append(arguments.images / measure())
    for name, values in rates.items():
        ratios = [value / own for value, own in zip(values, rates["dcgan sample"])]
        print(f"{name:14} {statistics.median(values):8,.0f} images/s, {statistics.median(ratios):.2f} of dcgan's "
              f"({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    sys.exit(main())
