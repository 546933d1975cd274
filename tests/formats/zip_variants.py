"""Writes archives of every kind that programs write, and says of each what Python's zipfile reads: the other side of
zip_variants_test.cpp. The writer is this file's own, so that it can write what zipfile would not.

zip_variants.py FOLDER: FOLDER/NAME.zip, and on standard output a JSON object: NAME -> {"read": [[file, CRC-32], ...] or
null where zipfile refuses, "right": what is right where zipfile is not, or null}.
"""
import json
import pathlib
import struct
import sys
import zipfile
import zlib

FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF


def picture(number: int) -> bytes:
    return b"P6\n8 8\n255\n" + bytes((number * 29 + i * 7) % 256 for i in range(192))


class Entry:
    def __init__(self, name, content=None, number=0, **options):
        self.name = name if isinstance(name, bytes) else name.encode()
        self.content = picture(number) if content is None else content
        self.flags, self.method, self.extra, self.local_extra, self.comment = 0, 0, b"", b"", b""
        self.made_by, self.attributes, self.descriptor, self.zip64, self.local_name = 20, 0, None, "", None
        self.crc, self.front, self.needs = zlib.crc32(self.content), b"", 20
        for key, value in options.items():
            assert hasattr(self, key), key
            setattr(self, key, value)

    def packed(self) -> bytes:
        if self.method != 8:
            return self.content
        deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
        return deflater.compress(self.content) + deflater.flush()


def archive(entries, *, front=b"", shift=0, comment=b"", behind=b"", gap=b"", end=True, end64=None, count=None,
            disk=0, comment_bytes=None, start=None, order=None) -> bytes:
    """front: bytes before the first entry; shift: what places are short of. end64: None, "all" or "only full"."""
    out, places = bytearray(front), []
    for e in entries:
        out += e.front
        places.append(len(out) - shift)
        packed = e.packed()
        crc, size, full = (0, 0, 0) if e.descriptor else (e.crc, len(packed), len(e.content))
        local = e.local_extra
        if "l" in e.zip64:
            local, size, full = local + struct.pack("<HHQQ", 1, 16, full, size), FULL32, FULL32
        name = e.name if e.local_name is None else e.local_name
        flags = e.flags | (8 if e.descriptor else 0)
        out += struct.pack("<IHHHIIII", 0x04034B50, e.needs, flags, e.method, 0, crc, size, full)
        out += struct.pack("<HH", len(name), len(local))
        out += name + local + packed
        if e.descriptor:
            form = "<IQQ" if "64" in e.descriptor else "<III"
            out += b"PK\7\10" if "mark" in e.descriptor else b""
            out += struct.pack(form, e.crc, len(packed), len(e.content))
    directory = bytearray()
    for i in order or range(len(entries)):
        e, packed = entries[i], entries[i].packed()
        size, full, place, extra = len(packed), len(e.content), places[i], e.extra
        fields = b""
        if "u" in e.zip64:
            fields, full = fields + struct.pack("<Q", full), FULL32
        if "p" in e.zip64:
            fields, size = fields + struct.pack("<Q", size), FULL32
        if "o" in e.zip64:
            fields, place = fields + struct.pack("<Q", place), FULL32
        if fields:
            extra = struct.pack("<HH", 1, len(fields)) + fields + extra
        flags = e.flags | (8 if e.descriptor else 0)
        directory += struct.pack("<IHHHHIIII", 0x02014B50, e.made_by, e.needs, flags, e.method, 0, e.crc, size, full)
        directory += struct.pack("<HHHHHII", len(e.name), len(extra), len(e.comment), 0, 0, e.attributes, place)
        directory += e.name + extra + e.comment
    at = len(out) - shift if start is None else start
    out += directory + gap
    number = len(entries) if count is None else count
    if end64:
        end64_at = len(out) - shift
        out += struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, number, number, len(directory), at)
        out += struct.pack("<IIQI", 0x07064B50, 0, end64_at, 1)
    if end:
        said = (FULL16, FULL32, FULL32) if end64 == "all" else (number % 65536, len(directory) % 2**32, at % 2**32)
        length = len(comment) if comment_bytes is None else comment_bytes
        out += struct.pack("<IHHHHIIH", 0x06054B50, disk, disk, said[0], said[0], said[1], said[2], length)
        out += comment + behind
    return bytes(out)


def some(prefix="a/", **options):
    return [Entry(f"{prefix}{i}.ppm", number=i, **options) for i in range(3)]


def unicode_field(name: bytes, text: str, kind=0x7075) -> bytes:
    data = b"\1" + struct.pack("<I", zlib.crc32(name)) + text.encode()
    return struct.pack("<HH", kind, len(data)) + data


def variants():
    """name, bytes, and what is right where zipfile is not (None: as zipfile says)."""
    crcs = {f"a/{i}.ppm": zlib.crc32(picture(i)) for i in range(3)}
    for method, word in ((0, "stored"), (8, "deflated")):
        yield word, archive(some(method=method)), None
        for descriptor in ("plain", "mark", "64 mark", "64"):
            yield f"{word} descriptor {descriptor}", archive(some(method=method, descriptor=descriptor)), None
        for fields in ("l", "u", "p", "o", "lup", "lupo"):
            yield f"{word} zip64 {fields}", archive(some(method=method, zip64=fields), end64="all"), None
    yield "mixed methods", archive([Entry("a/0.ppm", number=0, method=8), Entry("b/1.ppm", number=1)]), None
    yield "zip64 end alone", archive(some(), end64="all"), None
    yield "zip64 end with small numbers", archive(some(), end64="only full"), None
    stub = b"MZ" + bytes(range(256)) * 4
    for word, front in (("program", stub), ("script", b"#!/bin/sh\n"), ("zeros", bytes(1000)), ("one byte", b"x")):
        yield f"behind a {word}", archive(some(), front=front, shift=len(front)), None
        yield f"behind a {word} that is counted", archive(some(), front=front), None
        yield f"zip64 behind a {word}", archive(some(zip64="lupo"), front=front, shift=len(front), end64="all"), None
    first = archive([Entry("first.ppm", number=9)])
    yield "behind another archive", archive(some(), front=first, shift=len(first)), None
    yield "marked as one part", archive(some(), front=b"PK00"), None
    for length in (1, 22, 1000, 65535):
        yield f"comment of {length}", archive(some(), comment=b"c" * length), None
    yield "comment with the mark", archive(some(), comment=b"x PK\5\6 y" + b"z" * 40), crcs
    yield "comment with an empty record", archive(some(), comment=b"x PK\5\6" + bytes(18) + b"yz"), crcs
    yield "comment that is an empty archive", archive(some(), comment=b"PK\5\6" + bytes(18)), crcs
    yield "comment with a record that points nowhere", archive(
        some(), comment=b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 3, 3, 99, 7, 2) + b"xy"), crcs
    for length in (1, 512, 60000):
        yield f"{length} bytes behind", archive(some(), behind=b"\0" * length), None
        yield f"{length} bytes of text behind", archive(some(), behind=b"t" * length), None
    yield "comment shorter than it says", archive(some(), comment=b"short", comment_bytes=500), None
    yield "comment longer than it says", archive(some(), comment=b"long" * 50, comment_bytes=3), None
    yield "gap before the end record", archive(some(), gap=b"PK\5\5\2\0xx"), crcs
    yield "gap between entries", archive([Entry(f"a/{i}.ppm", number=i, front=b"gap" * 9) for i in range(3)]), None
    yield "directory in another order", archive(some(), order=[2, 0, 1]), None
    yield "backslashes", archive([Entry(f"a\\{i}.ppm", number=i) for i in range(3)]), crcs
    yield "backslashes and slashes", archive([Entry(f"a\\deep/{i}.ppm", number=i) for i in range(3)]), {
        f"a/deep/{i}.ppm": zlib.crc32(picture(i)) for i in range(3)}
    yield "dots in front", archive([Entry(f"./a/{i}.ppm", number=i) for i in range(3)]), crcs
    yield "doubled slashes", archive([Entry(f"a//{i}.ppm", number=i) for i in range(3)]), crcs
    yield "absolute", archive([Entry(f"/a/{i}.ppm", number=i) for i in range(3)]), crcs
    yield "upwards", archive([Entry(f"../../a/{i}.ppm", number=i) for i in range(3)]), crcs
    yield "up and down", archive([Entry(f"b/../a/{i}.ppm", number=i) for i in range(3)]), crcs
    yield "utf-8", archive(some("고양이/é", flags=0x800)), None
    yield "utf-8 that is not marked", archive(some("고양이/é")), {
        f"고양이/é{i}.ppm": zlib.crc32(picture(i)) for i in range(3)}
    yield "code page 437", archive([Entry(b"caf\x82/\xe1\xff" + b"%d.ppm" % i, number=i) for i in range(3)]), None
    every = bytes(b for b in range(0x80, 0x100))
    yield "all of code page 437", archive([Entry(b"a/" + every + b".ppm")]), None
    name = b"caf_/0.ppm"
    yield "a name in utf-8 beside", archive([Entry(name, extra=unicode_field(name, "café/0.ppm"))]), {
        "café/0.ppm": zlib.crc32(picture(0))}
    yield "a name in utf-8 beside another", archive([Entry(name, extra=unicode_field(b"other", "café/0.ppm"))]), None
    yield "twins", archive([Entry("a/x.ppm", number=1), Entry("a/y.ppm", number=2), Entry("a/x.ppm", number=3)]), None
    yield "twins by their slashes", archive([Entry("a\\x.ppm", number=1), Entry("./a/x.ppm", number=3)]), {
        "a/x.ppm": zlib.crc32(picture(3))}
    yield "names that differ in case", archive([Entry("A/x.ppm", number=1), Entry("a/x.ppm", number=2)]), None
    yield "folders", archive([Entry("a/", b""), Entry("a/b/", b""), Entry("a/b/x.ppm", number=1)]), None
    yield "folders of Windows", archive([Entry("a\\", b"", attributes=0x10), Entry("a\\x.ppm", number=1)]), {
        "a/x.ppm": zlib.crc32(picture(1))}
    yield "folders without a slash", archive([Entry("a", b"", made_by=3 << 8 | 20, attributes=0o40755 << 16),
                                              Entry("a/x.ppm", number=1)]), {"a/x.ppm": zlib.crc32(picture(1))}
    yield "empty", archive([]), None
    yield "empty with a comment", archive([], comment=b"nothing"), None
    yield "empty files", archive([Entry("a/x.ppm", b""), Entry("a/y.ppm", b"", method=8)]), None
    times = struct.pack("<HHBI", 0x5455, 5, 1, 0)
    yield "extra fields", archive(some(extra=times, local_extra=times + struct.pack("<HH", 0xCAFE, 0))), None
    yield "extra fields behind zip64", archive(some(extra=times, zip64="lupo"), end64="all"), None
    yield "padding for extra", archive(some(extra=b"\0\0\0", local_extra=bytes(33))), None
    yield "an extra field that is too long", archive(some(extra=struct.pack("<HH", 0x5455, 99))), crcs
    yield "comments of entries", archive(some(comment=b"PK\5\6 of an entry")), None
    yield "another name in front of the data", archive(some(local_name=b"other")), crcs
    yield "a count that is too small", archive(some(), count=1), None
    yield "a count modulo 65,536", archive([Entry("%05d" % i, b"x") for i in range(65537)]), None
    yield "a count of 65,535", archive([Entry("%05d" % i, b"x") for i in range(65535)]), None
    yield "an archive inside, stored", archive([Entry("a/inner.zip", first), Entry("a/x.ppm", number=1)]), None
    yield "an archive inside, last", archive([Entry("a/x.ppm", number=1), Entry("a/inner.zip", first)]), None
    for number, word in ((1, "shrink"), (6, "implode"), (9, "Deflate64"), (12, "bzip2"), (14, "LZMA"), (93, "zstd"),
                         (95, "XZ"), (98, "PPMd"), (99, "AES"), (77, "77")):
        yield f"method {word}", archive([Entry("a/x.ppm", number=1, method=number), Entry("a/y.ppm", number=2)]), {
            "a/x.ppm": "packed by " + (word if word != "77" else "ZIP method 77"), "a/y.ppm": zlib.crc32(picture(2))}
    yield "encrypted", archive([Entry("a/x.ppm", number=1, flags=1), Entry("a/y.ppm", number=2)]), {
        "a/x.ppm": "encrypted", "a/y.ppm": zlib.crc32(picture(2))}
    yield "a wrong checksum", archive([Entry("a/x.ppm", number=1, crc=7), Entry("a/y.ppm", number=2)]), {
        "a/x.ppm": "wrong checksum", "a/y.ppm": zlib.crc32(picture(2))}
    whole = archive(some())
    inside = archive([Entry("i.zip", first), *some()])
    for word, broken in (("cut off", whole[:-30]), ("without an end", archive(some(), end=False)),
                         ("cut to nothing", whole[:40]),
                         ("a directory elsewhere", archive(some(), gap=b"x" * 9, start=3)),
                         ("cut off behind an archive inside", inside[:len(first) + 90])):
        yield word, broken, "is damaged"
    yield "the last of three parts", archive(some(), disk=2), "is one part of a ZIP archive in several"
    yield "the first of three parts", b"PK\7\10" + whole[:100], "is one part of a ZIP archive in several"


def read_by_zipfile(path: pathlib.Path):
    try:
        with zipfile.ZipFile(path) as z:
            return {info.filename: zlib.crc32(z.read(info.filename)) for info in z.infolist() if not info.is_dir()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        return None


def main() -> None:
    folder, told = pathlib.Path(sys.argv[1]), {}
    for name, content, right in variants():
        path = folder / (name.replace(",", "") + ".zip")
        path.write_bytes(content)
        pairs = [list(found.items()) if isinstance(found, dict) else found for found in (read_by_zipfile(path), right)]
        told[path.stem] = {"read": pairs[0], "right": pairs[1]}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
