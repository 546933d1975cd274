"""Lets the scripts here use modules of neighbouring folders: `import shared` before them."""

import pathlib
import sys

for folder in ("bench", "data"):
    sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / folder))
