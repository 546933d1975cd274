"""Writes pictures in every form that is not read as data and that this Python can write: the inputs of
other_forms_test.cpp.

other_forms.py FOLDER prints a JSON list of {"name", "data", "then", "colours"}: what is given as DATA, what shall be
given after the command of the hint ("" for the file that the command names last), whether the pictures have colours,
how many there are, and how many commands it may take.
"""
import gzip
import io
import json
import pathlib
import pickle
import struct
import sys
import tarfile
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
    numpy.savez(put("npz", "a set.npz"), x_train=rgb, y_train=numpy.zeros(COUNT))
    numpy.savez_compressed(put("packed npz", "packed.npz"), labels=numpy.zeros(COUNT), images=rgb)
    put("pickle", "set.pkl").write_bytes(pickle.dumps(rgb, 4))
    put("idx of integers", "large-idx3-int", colours=False).write_bytes(idx(gray.astype(">i4"), 12))
    reals = gzip.compress(idx((gray / 255).astype(">f4"), 13))
    put("idx of reals", "r-idx3-float.gz", colours=False).write_bytes(reals)
    table = numpy.column_stack([numpy.arange(COUNT), gray.reshape(COUNT, -1)])
    numpy.savetxt(put("table", "mnist.csv", colours=False), table, fmt="%d", delimiter=",", header="label,pixels")


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
    put("STL-10", "train_X.bin").write_bytes(pictures(96).transpose(0, 3, 2, 1).tobytes())
    mnist = put("a folder of idx files", "MNIST/raw", colours=False)
    mnist.mkdir(parents=True)
    (mnist / "train-images-idx3-ubyte").write_bytes(idx(pictures(colours=False), 8))
    (mnist / "train-labels-idx1-ubyte").write_bytes(idx(numpy.arange(COUNT, dtype="u1"), 8))
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

        scipy.io.savemat(put("SVHN", "train_32x32.mat"), {"X": pictures(32).transpose(1, 2, 3, 0), "y": [1] * COUNT})
    except ImportError:
        pass
    try:
        import h5py

        with h5py.File(put("HDF5", "set.h5"), "w") as f:
            f["images"], f["labels"] = pictures(), numpy.zeros(COUNT)
    except ImportError:
        pass
    try:
        import pandas

        rows = [{"image": {"bytes": png(one), "path": None}, "label": 0} for one in pictures()]
        pandas.DataFrame(rows).to_parquet(put("Parquet", "train.parquet", then="train-pictures"))
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

    def put(name, data, then="", colours=True, count=COUNT, hops=4):
        told.append({"name": name, "data": data, "then": then, "colours": colours, "count": count, "hops": hops})
        return folder / data

    write_arrays(put)
    write_sets(put, folder)
    write_others(put)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
