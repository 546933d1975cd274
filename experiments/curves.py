"""Draws runs as curves with their verdicts: how often D is right, D(G(z)), diversity and KID over images seen, a row a run.

  .venv/bin/pip install matplotlib
  experiments/curves.py --out docs/failures.png runs/00000-photos runs/00001-photos
"""
import argparse
import pathlib

import shared  # noqa: F401
from common import log_of

COLOURS = {"balanced": "#e8f5e9", "discriminator ahead": "#ffcdd2", "generator ahead": "#ffe0b2",
           "collapsing": "#fff9c4", "collapsed": "#d7ccc8", "memorising": "#d1c4e9"}


def shade(axes, records: list[dict]) -> None:
    """A band a verdict, from the record that gave it to the one that gave another."""
    start, verdict = records[0]["images"], records[0]["verdict"]
    for record in records[1:] + [None]:
        if record and record["verdict"] == verdict:
            continue
        end = record["images"] if record else records[-1]["images"]
        axes.axvspan(start, end, color=COLOURS[verdict], lw=0)
        if verdict != "balanced":
            axes.text(start, 1.01, verdict, fontsize=7, va="bottom", transform=axes.get_xaxis_transform())
        if record:
            start, verdict = end, record["verdict"]


def draw(row, run: pathlib.Path) -> None:
    from matplotlib import ticker

    records, events = log_of(run)
    evaluations = [event for event in events if event["event"] == "eval"]
    images = [record["images"] for record in records]
    right, fake, quality = row
    right.set_ylabel(run.name, fontsize=8)
    for key, label in (("d_real_right", "D right on real"), ("d_fake_right", "D right on generated")):
        right.plot(images, [record[key] for record in records], lw=0.8, label=label)
    right.set_ylim(0, 1.02)
    fake.plot(images, [max(record["d_fake_after"] or 0, 1e-7) for record in records], lw=0.8, label="D(G(z)) after")
    fake.set_yscale("log")
    fake.set_ylim(min(1e-2, fake.get_ylim()[0]), 1.2)
    at = [one["images"] for one in evaluations]
    quality.plot(at, [one["diversity"] for one in evaluations], "o-", ms=2, lw=0.8, label="diversity")
    quality.plot(at, [one["kid"] for one in evaluations], "s-", ms=2, lw=0.8, label="KID")
    quality.set_yscale("log")  # a KID below 0, which is chance, is not drawn
    quality.set_ylim(min(1e-2, quality.get_ylim()[0]), max(2, quality.get_ylim()[1]))
    for axes in row:
        shade(axes, records)
        axes.tick_params(labelsize=7)
        axes.xaxis.set_major_locator(ticker.MaxNLocator(5))
        axes.xaxis.set_major_formatter(lambda images, _: f"{images / 1000:g}k")
    for axes in (fake, quality):
        axes.yaxis.set_minor_formatter(ticker.NullFormatter())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("runs", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    import matplotlib

    matplotlib.use("Agg")  # a backend without windows
    from matplotlib import pyplot

    figure, rows = pyplot.subplots(len(arguments.runs), 3, figsize=(12, 2.2 * len(arguments.runs)), squeeze=False)
    for row, run in zip(rows, arguments.runs):
        draw(row, run)
    for axes in rows[0]:
        axes.legend(fontsize=7, loc="best")
    for axes in rows[-1]:
        axes.set_xlabel("images seen", fontsize=8)
    figure.tight_layout()
    figure.savefig(arguments.out, dpi=110)


if __name__ == "__main__":
    main()
