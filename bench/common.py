"""What the scripts of bench/ and of experiments/ share: where the program is, what a run's log holds, which machine and which
commit a figure belongs to. Standard library alone. Those of experiments/ find it by experiments/shared.py."""

import json
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = str(ROOT / "build/release/dcgan")


def log_of(run: pathlib.Path) -> tuple[list[dict], list[dict]]:
    """Records of a run directory, and its events."""
    lines = [json.loads(line) for line in (pathlib.Path(run) / "log.jsonl").read_text().splitlines()]
    return [line for line in lines if "event" not in line], [line for line in lines if "event" in line]


def output(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT).stdout.strip()


def commit_now(but: pathlib.Path | None = None) -> str:
    """The commit that is checked out, with a + where tracked files differ from it; `but` may: a table that grows. Of
    sources that are no checkout, or where there is no git: "unknown"."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        return "unknown"
    changed = [ROOT / line.split()[-1] for line in output("git", "status", "--porcelain", "-uno").splitlines()]
    is_changed = any(but is None or file != but.resolve() for file in changed)
    return output("git", "rev-parse", "--short", "HEAD") + ("+" if is_changed else "")


def processor(device: str) -> str:
    """Of `device`, "cpu" or "cuda"."""
    if device.startswith("cuda"):
        return output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader").splitlines()[0]
    names = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    families = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("cpu family")]
    return f"{names[0]} family {families[0]}, {len(names)} cores"
