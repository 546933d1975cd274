"""Writes balance.json: figures of real runs, thinned, for the verdicts of train/balance.

Run: .venv/bin/python3 tests/goldens/balance.py RUNS   where RUNS/NAME/log.jsonl are the runs below, made on two CPU cores by a
build that also logged acc_real, acc_fake (share of logits on the right side) and var_fake, var_real (variance over a batch of
the images at 8 x 8 pixels; the diversity here is the root of their quotient, each 5,000 images).
"""
import json
import math
import pathlib
import sys

SMALL = "--size 32 --base-channels 32"
PAPER = "--lr 2e-4 --batch 64 --label-smoothing 0"
FACES, CLOTHES = "faces/", "fashion-mnist/"  # 10,000 cartoon faces; 60,000 pictures of clothes
RUNS = {  # name: how it went, the verdict that it needs first, at the latest after so many images, data, options
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
MOST_ROWS = 60


def mean(rows: list[dict], key: str) -> float:
    return sum(row[key] for row in rows) / len(rows)


def thinned(lines: list[str]) -> list[list]:
    rows = [row for row in map(json.loads, lines) if "loss_g" in row]
    together = -(-len(rows) // MOST_ROWS)
    out, due = [], 5000
    for start in range(0, len(rows), together):
        part = rows[start : start + together]
        diversity = None
        if part[-1]["images"] >= due:
            diversity = round(math.sqrt(part[-1]["var_fake"] / part[-1]["var_real"]), 4)
            due += 5000
        figures = [float(f"{mean(part, key):.4g}") for key in ("acc_real", "acc_fake", "d_fake_after")]
        out.append([part[-1]["images"], sum(row["steps"] for row in part), *figures, diversity])
    return out


def main() -> None:
    runs = {}
    for name, (kind, verdict, by, data, options) in RUNS.items():
        lines = (pathlib.Path(sys.argv[1]) / name / "log.jsonl").read_text().splitlines()
        runs[name] = {"kind": kind, "verdict": verdict, "by": by, "command": f"dcgan train {data} {options}", "records": thinned(lines)}
    columns = ["images", "steps", "accuracy_real", "accuracy_fake", "d_fake_after", "diversity"]
    text = json.dumps({"columns": columns, "runs": runs}, separators=(",", ":"))
    pathlib.Path(__file__).with_suffix(".json").write_text(text.replace("],[", "],\n[") + "\n")


if __name__ == "__main__":
    main()
