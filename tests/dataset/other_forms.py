"""Writes pictures in every form that is not read as data and that this Python can write: the inputs of
other_forms_test.cpp.

other_forms.py FOLDER prints a JSON list of {"name", "data", "then", "colours"}: what is given as DATA, what shall be
given after the command of the hint ("" for the file that the command names last), whether the pictures have colours,
how many there are, how many commands it may take, and whether labels come with them (then picture n has n % 3).
"""
import gzip
import io
import json
import pathlib
import pickle
import struct
import sys
import tarfile
import zipfile
import zlib

import numpy

COUNT, SIDE = 6, 8


def pictures(side=SIDE, colours=True):
    """The same as in the test: uint8 [N, side, side, 3], or [N, side, side]."""
    n, y, x, c = numpy.meshgrid(*(numpy.arange(k) for k in (COUNT, side, side, 3)), indexing="ij")
    values = ((n * 37 + y * 31 + x * 5 + c * 50) % 256).astype("uint8")
    return values if colours else values[..., 0]


def png(pixels) -> bytes:
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def idx(array, kind) -> bytes:
    sides = b"".join(struct.pack(">I", side) for side in array.shape)
    return bytes([0, 0, kind, array.ndim]) + sides + array.tobytes()


def write_arrays(put):
    rgb, gray = pictures(), pictures(colours=False)
    first = rgb.transpose(0, 3, 1, 2).copy()
    centred = rgb.astype("f8") - 100
    spread = (centred - centred.min()) * 255 / (centred.max() - centred.min())
    assert abs(spread - rgb).max() <= 1, "the pictures have values from 0 to 255"
    kinds = {"reals": rgb / 255.0, "reals of 32 bits": (rgb / 255).astype("f4"), "halves": (rgb / 255).astype("f2"),
             "minus one to one": (rgb / 127.5 - 1).astype("f4"), "reals of bytes": rgb.astype("f4"), "centred": centred,
             "normalised": centred / 58.3, "words": rgb.astype("u2") * 257, "words of bytes": rgb.astype("u2"),
             "integers": rgb.astype("i8"), "signed bytes": (rgb.astype("i2") - 128).astype("i1"),
             "long words": rgb.astype("u4") * 257, "longest words": rgb.astype("u8"), "large": rgb.astype("u4") << 24,
             "columns first": numpy.asfortranarray(rgb), "channels first": first, "channels first in columns": first.T.copy().T,
             "reals, channels first": first / 255, "planes in rows": first.reshape(COUNT, -1),
             "pictures last": rgb.transpose(1, 2, 3, 0).copy(), "groups": rgb.reshape(2, 3, SIDE, SIDE, 3),
             "groups, channels first": (first / 255).reshape(2, 3, 3, SIDE, SIDE)}
    for order in ("words", "words of bytes", "integers", "long words", "reals", "halves", "reals, channels first"):
        kinds["big-endian " + order] = kinds[order].astype(kinds[order].dtype.newbyteorder(">"))
        kinds["columns first, " + order] = numpy.asfortranarray(kinds[order])
    kinds["both, and channels first"] = numpy.asfortranarray((first / 127.5 - 1).astype(">f4"))
    for name, array in kinds.items():
        numpy.save(put(name, name + ".npy", hops=1), array)
    labelled = numpy.column_stack([numpy.full(COUNT, 7, "u1"), gray.reshape(COUNT, -1)])
    for name, array in {"rows": gray.reshape(COUNT, -1), "rows behind labels": labelled, "gray reals": gray / 255,
                        "gray words": gray.astype(">u2"), "gray, columns first": numpy.asfortranarray(gray)}.items():
        numpy.save(put(name, name + ".npy", colours=False, hops=1), array)
    for name, array in {"one picture": rgb[0], "one picture of reals": rgb[0] / 255.0}.items():
        numpy.save(put(name, name + ".npy", hops=1, count=1), array)
    numpy.save(put("one gray picture", "gray.npy", colours=False, hops=1, count=1), gray[0])
    records = numpy.zeros(COUNT, [("label", "i8"), ("image", "u1", (SIDE, SIDE, 3))])
    records["image"] = rgb
    numpy.save(put("records", "records.npy", hops=1), records)
    objects = numpy.empty(COUNT, object)
    objects[:] = list(rgb)
    numpy.save(put("objects", "objects.npy", hops=1), objects, allow_pickle=True)
    write_nests(put, rgb, first / 255)
    write_tables(put, rgb, gray)
    put("idx of integers", "large-idx3-int", colours=False).write_bytes(idx(gray.astype(">i4"), 12))
    reals = gzip.compress(idx((gray / 255).astype(">f4"), 13))
    put("idx of reals", "r-idx3-float.gz", colours=False).write_bytes(reals)


def write_nests(put, rgb, reals):
    """Arrays in arrays of arrays, labels among them."""
    labels = numpy.arange(COUNT) % 3
    half = {"x": rgb[:3], "y": labels[:3]}
    numpy.savez(put("npz", "a set.npz", labels=True), x_train=rgb, y_train=labels, x_test=rgb[:2], y_test=labels[:2])
    numpy.savez_compressed(put("packed npz", "packed.npz", labels=True), labels=labels, images=rgb)
    numpy.savez(put("npz of reals", "reals.npz", labels=True), labels=labels.astype("f4"), images=reals)
    numpy.savez(put("npz of one", "one.npz"), rgb)
    pickles = {"pickle": rgb, "pickle of a list": list(rgb)}
    labelled = {"pickle of a dict": {"labels": labels.tolist(), "data": rgb}, "pickle of pairs": ((rgb, labels), (half["x"], half["y"])),
                "pickle of dicts": {"train": {"x": rgb, "y": labels}, "test": half}}
    for name, content in (pickles | labelled).items():
        put(name, name.replace(" ", "_") + ".pkl", labels=name in labelled).write_bytes(pickle.dumps(content, 4))
    for name, side in (("arrays", lambda n: ""), ("arrays in classes", lambda n: "abc"[n % 3])):
        folder = put(name, name, labels="classes" in name)
        for number, one in enumerate(rgb):
            (folder / side(number)).mkdir(parents=True, exist_ok=True)
            numpy.save(folder / side(number) / f"{number}.npy", one)


def write_tables(put, rgb, gray):
    labels, rows, wide = numpy.arange(COUNT) % 3, gray.reshape(COUNT, -1), rgb.reshape(COUNT, -1)
    numbers = ",".join(f"pixel{i}" for i in range(rows.shape[1]))

    def write(name, table, titles, fmt="%d", **how):
        numpy.savetxt(put(name, name + ".csv", labels=True, **how), table, fmt=fmt, delimiter=",", header=titles, comments="")

    write("table", numpy.column_stack([labels, rows]), "label," + numbers, colours=False)
    write("table with a mark", numpy.column_stack([labels, rows]), "\ufefflabel," + numbers, colours=False)
    write("table without titles", numpy.column_stack([labels, rows])[1:], ",".join(map(str, [0, *rows[0]])), colours=False)
    write("table of colours", numpy.column_stack([wide, labels]), ",".join("x" * wide.shape[1]) + ",label")
    write("table of reals", numpy.column_stack([labels, rows / 255]), "label," + numbers, fmt="%.5f", colours=False)
    cells = "".join(f"{label},{' '.join(map(str, row))},Training\n" for label, row in zip(labels, rows))
    put("table of cells", "fer.csv", colours=False, labels=True).write_text("emotion,pixels,Usage\n" + cells)


def write_sets(put, folder):
    cifar = pictures(32).transpose(0, 3, 1, 2).reshape(COUNT, -1)
    batches = put("CIFAR-10 for Python", "cifar's 10 py", then="cifar's 10 py")
    batches.mkdir()
    for number in (1, 2):
        batch = {"batch_label": "x", "labels": [1, 2, 3], "data": cifar[3 * number - 3 : 3 * number]}
        (batches / f"data_batch_{number}").write_bytes(pickle.dumps(batch, 2))
    (batches / "batches.meta").write_bytes(pickle.dumps({"label_names": ["a"]}, 2))
    (batches / "readme.html").write_text("no picture")
    hundred = put("CIFAR-100 for Python", "cifar-100-python", then="cifar-100-python")
    hundred.mkdir()
    for name in ("train", "test"):
        batch = {"fine_labels": [99] * COUNT, "coarse_labels": [19] * COUNT, "data": cifar}
        (hundred / name).write_bytes(pickle.dumps(batch, 2))
    put("STL-10", "train_X.bin", labels=True).write_bytes(pictures(96).transpose(0, 3, 2, 1).tobytes())
    (folder / "train_y.bin").write_bytes(bytes(n % 3 for n in range(COUNT)))
    mnist = put("a folder of idx files", "MNIST/raw", colours=False)
    mnist.mkdir(parents=True)
    (mnist / "train-images-idx3-ubyte").write_bytes(idx(pictures(colours=False), 8))
    (mnist / "train-labels-idx1-ubyte").write_bytes(idx(numpy.arange(COUNT, dtype="u1"), 8))
    with zipfile.ZipFile(put("a zip of idx files", "mnist.zip", then="mnist", colours=False), "w") as z:
        for name in ("t10k-images-idx3-ubyte", "train-images-idx3-ubyte"):
            z.writestr(name, (mnist / "train-images-idx3-ubyte").read_bytes())
    for ending, mode in (("tar", "w"), ("tar.gz", "w:gz"), ("tgz", "w:gz"), ("tar.bz2", "w:bz2"), ("tar.xz", "w:xz")):
        name = f"{mode[2:]}-{len(ending)}"
        with tarfile.open(put(ending, f"{name}.{ending}", then=name), mode) as t:
            for number, one in enumerate(pictures()):
                info, data = tarfile.TarInfo(f"a/{number}.png"), png(one)
                info.size = len(data)
                t.addfile(info, io.BytesIO(data))
    shards = put("several tars", "shards", then="shards/0")
    shards.mkdir()
    for number, one in enumerate(pictures()):
        with tarfile.open(shards / f"{number}.tar", "w") as t:
            info, data = tarfile.TarInfo(f"{number}.png"), png(one)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    (folder / "one").mkdir()
    for number, one in enumerate(pictures()):
        (folder / "one" / f"{number}.png").write_bytes(png(one))
    put("one picture", "one/0.png", then="one")


def write_others(put):
    """What needs more than the standard library and NumPy."""
    try:
        import scipy.io

        labels = numpy.arange(COUNT)[:, None] % 3
        scipy.io.savemat(put("SVHN", "train_32x32.mat", labels=True), {"X": pictures(32).transpose(1, 2, 3, 0), "y": labels})
    except ImportError:
        pass
    try:
        import h5py

        with h5py.File(put("HDF5", "set.h5", labels=True), "w") as f:
            f["train/images"], f["train/labels"] = pictures(), numpy.arange(COUNT) % 3
    except ImportError:
        pass
    try:
        import pandas

        rows = [{"image": {"bytes": png(one), "path": None}, "label": 0} for one in pictures()]
        pandas.DataFrame(rows).to_parquet(put("Parquet", "train.parquet", then="train-pictures"))
        rows = [{"jpg": png(one), "size": 8} for one in pictures()]
        pandas.DataFrame(rows).to_parquet(put("Parquet of bytes", "bytes.parquet", then="bytes-pictures"))
        pandas.DataFrame(rows).to_feather(put("Arrow", "a.feather", then="a-pictures"))
    except ImportError:
        pass
    try:
        import lmdb

        place = str(put("LMDB", "lsun_lmdb", then="lsun_lmdb-pictures"))
        with lmdb.open(place) as database, database.begin(write=True) as t:
            for number, one in enumerate(pictures()):
                t.put(b"%06d" % number, png(one))
    except ImportError:
        pass


def main() -> None:
    folder, told = pathlib.Path(sys.argv[1]), []

    def put(name, data, then="", colours=True, count=COUNT, hops=4, labels=False):
        told.append({"name": name, "data": data, "then": then, "colours": colours, "count": count, "hops": hops, "labels": labels})
        return folder / data

    write_arrays(put)
    write_sets(put, folder)
    write_others(put)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
