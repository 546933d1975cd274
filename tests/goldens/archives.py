"""Writes stored.zip, deflated.zip and zip64.zip with Python's zipfile: six little pictures, what systems add to archives, and in
zip64.zip every size and offset as a ZIP64 field, as archives beyond 4 GiB or 65,535 files have them.

Run: python3 tests/goldens/archives.py
"""
import json
import pathlib
import zipfile

HERE = pathlib.Path(__file__).parent
WHEN = (2000, 1, 1, 0, 0, 0)  # the same bytes whenever it is run


def ppm(number: int) -> bytes:
    """A 4 x 4 picture; pixel p of picture n is (n, p, 7)."""
    return b"P6\n4 4\n255\n" + bytes(value for p in range(16) for value in (number, p, 7))


def entries(labelled: bool) -> dict[str, bytes]:
    files = {"b/2.ppm": ppm(2), "b/3.ppm": ppm(3), "a/0.ppm": ppm(0), "a/1.ppm": ppm(1), "a/deep/4.ppm": ppm(4), "5.ppm": ppm(5)}
    files |= {"a/": b"", "__MACOSX/a/._0.ppm": b"x", ".hidden/9.ppm": ppm(9), "a/notes.txt": b"no picture"}
    if labelled:
        pairs = [["a/0.ppm", 2], ["a/1.ppm", 0], ["b/2.ppm", 1], ["b/3.ppm", 2], ["5.ppm", 0]]
        files["dataset.json"] = json.dumps({"labels": pairs}).encode()
    return files


def write(name: str, method: int, labelled: bool) -> None:
    with zipfile.ZipFile(HERE / name, "w") as archive:
        for path, content in entries(labelled).items():
            archive.writestr(zipfile.ZipInfo(path, WHEN), content, compress_type=method)


def main() -> None:
    write("stored.zip", zipfile.ZIP_STORED, True)
    write("deflated.zip", zipfile.ZIP_DEFLATED, False)
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 0, 0
    write("zip64.zip", zipfile.ZIP_STORED, False)


if __name__ == "__main__":
    main()
