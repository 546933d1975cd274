"""Writes balance.json: figures of real runs, thinned, for the verdicts of train/balance.

Run: .venv/bin/python3 tests/goldens/balance.py RUNS   where RUNS/NAME/ are runs of those below; one that is not there keeps the
rows it has. The EARLY ones were made by a build before evaluations, whose log had acc_real, acc_fake (share of logits on the
right side) and var_fake, var_real (variance over a batch of the images at 8 x 8 pixels; the diversity is the root of their
quotient, each 5,000 images).
"""
import json
import math
import pathlib
import sys

SMALL = "--size 32 --base-channels 32"
PAPER = "--lr 2e-4 --batch 64 --label-smoothing 0"
FACES, CLOTHES = "faces/", "fashion-mnist/"  # 10,000 cartoon faces; 60,000 pictures of clothes
DEFAULT = "--preset default --size 32"
# Name: how it went, the verdict that it needs first, at the latest after so many images, data, options.
EARLY = {
    "good_faces": ("well", "", 0, FACES, SMALL),
    "good_fashion": ("well", "", 0, CLOTHES, SMALL),
    "good_fashion_p": ("well", "", 0, CLOTHES, f"{SMALL} {PAPER}"),
    "good64": ("well", "", 0, FACES, "--size 64 --base-channels 32"),
    "lr01_faces": ("well", "", 0, FACES, f"{SMALL} --lr 0.01"),
    "lr01_fashion": ("well", "", 0, CLOTHES, f"{SMALL} --lr 0.01"),
    "frozen_faces": ("failed", "discriminator ahead", 16_000, FACES, f"{SMALL} --lr-g 1e-9"),
    "frozen_fashion": ("failed", "discriminator ahead", 16_000, CLOTHES, f"{SMALL} --lr-g 1e-9"),
    "ten": ("failed", "collapsed", 16_000, "ten of the faces/", SMALL),
    "weakd2_faces": ("failed", "generator ahead", 16_000, FACES, f"{SMALL} --lr-d 1e-7"),
    "base64": ("failed", "discriminator ahead", 16_000, FACES, f"--size 64 --base-channels 32 {PAPER}"),
    "base64w": ("failed", "discriminator ahead", 16_000, FACES, f"--size 64 {PAPER}"),
    "held_lrg": ("failed", "discriminator ahead", 26_000, FACES, f"{SMALL} --lr-g 0.1"),
    "held_beta": ("failed", "collapsing", 16_000, FACES, f"{SMALL} --beta1 0.95 --lr 0.005"),
}
RUNS = {
    "default_faces": ("well", "", 0, FACES, f"{DEFAULT} --images 529920"),
    "default_clothes": ("well", "", 0, CLOTHES, f"{DEFAULT} --images 529920"),
    "default64": ("well", "", 0, FACES, "--preset default --size 64 --images 112640"),
    "few_faces": ("well", "", 0, "200 of the faces/", "--preset small-data --size 32 --images 200k --eval-every 10k"),
    "minimax": ("failed", "discriminator ahead", 18_000, FACES, "--preset pytorch-example --loss minimax --size 32 --images 60k --eval-every 10k"),
    "no_penalties": ("failed", "discriminator ahead", 160_000, FACES, f"{DEFAULT} --r1 0 --r2 0 --images 200k --eval-every 20k"),
    "lr01": ("failed", "generator ahead", 48_000, FACES, f"{DEFAULT} --lr 0.01 --images 100k --eval-every 10k"),
    "frozen": ("failed", "discriminator ahead", 16_000, FACES, f"{DEFAULT} --images 60k --eval-every 10k --lr-g 1e-9"),
}
MOST_ROWS = 60
COLUMNS = ["images", "steps", "accuracy_real", "accuracy_fake", "d_fake_after", "diversity"]


def mean(rows: list[dict], key: str) -> float:
    return sum(row[key] for row in rows) / len(rows)


def early_rows(run: pathlib.Path) -> list[list]:
    """One for each record: the figures before they are thinned, under their columns' names."""
    rows, due = [], 5000
    for row in map(json.loads, (run / "log.jsonl").read_text().splitlines()):
        if "loss_g" not in row:
            continue
        diversity = None
        if row["images"] >= due:
            diversity = math.sqrt(row["var_fake"] / row["var_real"])
            due += 5000
        rows.append(dict(zip(COLUMNS, [row["images"], row["steps"], row["acc_real"], row["acc_fake"], row["d_fake_after"], diversity])))
    return rows


def rows_of(run: pathlib.Path) -> list[dict]:
    options = json.loads((run / "config.json").read_text())["options"]
    is_sure = options["loss"] in ("bce", "minimax", "lsgan", "relativistic") and not any(
        options[penalty] for penalty in ("r1", "r2", "gradient_penalty"))  # tells_how_sure() of step/objective
    rows, diversity = [], None
    for line in map(json.loads, (run / "log.jsonl").read_text().splitlines()):
        if line.get("event") == "eval":
            diversity = line["diversity"]
        if "event" in line:
            continue
        rows.append(dict(zip(COLUMNS, [line["images"], line["steps"], line["d_real_right"], line["d_fake_right"],
                                       line["d_fake_after"] if is_sure else None, diversity])))
        diversity = None
    return rows


def thinned(rows: list[dict]) -> list[list]:
    together, out = -(-len(rows) // MOST_ROWS), []
    for start in range(0, len(rows), together):
        part = rows[start : start + together]
        diversities = [row["diversity"] for row in part if row["diversity"] is not None]
        figures = [None if part[0][key] is None else float(f"{mean(part, key):.4g}") for key in COLUMNS[2:5]]
        out.append([part[-1]["images"], sum(row["steps"] for row in part), *figures,
                    round(diversities[-1], 4) if diversities else None])
    return out


def main() -> None:
    target = pathlib.Path(__file__).with_suffix(".json")
    runs = json.loads(target.read_text())["runs"] if target.exists() else {}
    for name, (kind, verdict, by, data, options) in {**EARLY, **RUNS}.items():
        run = pathlib.Path(sys.argv[1]) / name
        if run.exists():
            rows = early_rows(run) if name in EARLY else rows_of(run)
            runs[name] = {"kind": kind, "verdict": verdict, "by": by, "command": f"dcgan train {data} {options}", "records": thinned(rows)}
    text = json.dumps({"columns": COLUMNS, "runs": runs}, separators=(",", ":"))
    target.write_text(text.replace("],[", "],\n[") + "\n")


if __name__ == "__main__":
    main()
