"""variants.py FOLDER: made-up pictures of every kind that PNG, JPEG, WebP, BMP, PNM and TIFF allow, each as NAME beside
NAME.ppm, which says what training must see of it: RGB, turned upright, alpha laid on white. Writes FOLDER/list: a line
a variant of its name and "read" or "unread" (of a kind that need not be read, and must not be called damaged).

The truth is what was written here, sample by sample. Beside it Pillow, or tifffile, reads every variant: how many they
read as it was meant is printed. So this script and two independent readers stand against ours.
"""
import io, itertools, pathlib, struct, sys, warnings, zlib
import numpy as np
import tifffile
from PIL import Image, ImageOps

warnings.simplefilter("ignore")  # Pillow remarks on EXIF that names no size
W, H = 19, 13
y, x = np.mgrid[0:H, 0:W]
RED, GREEN, BLUE = x / (W - 1), y / (H - 1), ((x * 5 + y * 3) % 17) / 16
GRAY = (x + 2 * y) / (W + 2 * H - 3)
ALPHA = np.where((x + y) % 5 == 0, 0, np.where(x % 4 == 0, 1, ((x * 7 + y * 11) % 13) / 12))
INKS = np.stack([RED, GREEN, BLUE, GRAY * 0.7], -1)
RGB = np.stack([RED, GREEN, BLUE], -1)


def most(bits):
    return (1 << bits) - 1


def levels(values, top):
    return np.rint(np.asarray(values) * top).astype(np.int64)


def on_white(colour, alpha=None):
    """Colours and alpha in 0 to 1 as the bytes of an RGB picture."""
    colour = np.asarray(colour, np.float64)
    if colour.ndim == 2:
        colour = np.repeat(colour[:, :, None], 3, 2)
    if alpha is not None:
        colour = colour * alpha[:, :, None] + 1 - alpha[:, :, None]
    return np.rint(np.clip(colour, 0, 1) * 255).astype(np.uint8)


def upright(stored, orientation):
    """What a viewer shows of rows stored under an EXIF orientation."""
    return {1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
            5: lambda a: a.transpose(1, 0, 2), 6: lambda a: a[::-1].transpose(1, 0, 2),
            7: lambda a: a[::-1, ::-1].transpose(1, 0, 2), 8: lambda a: a[:, ::-1].transpose(1, 0, 2)}[orientation](stored)


def exif(orientation, order, size):
    """A TIFF header and a directory of three entries."""
    e = "<" if order == "II" else ">"
    kind = {1: 1, 2: 3, 4: 4, -4: 9}[size]
    value = struct.pack(e + {1: "B3x", 2: "H2x", 4: "I", -4: "i"}[size], orientation)
    entries = [struct.pack(e + "HHII", 0x0100, 4, 1, W), struct.pack(e + "HHI", 0x0112, kind, 1) + value,
               struct.pack(e + "HHI", 0x0128, 3, 1) + struct.pack(e + "H2x", 2)]
    return order.encode() + struct.pack(e + "HI", 42, 8) + struct.pack(e + "H", len(entries)) + b"".join(entries) + bytes(4)


variants = []  # name, bytes, truth or None


def add(name, data, truth):
    variants.append((name, data, truth))


# PNG -----------------------------------------------------------------------------------------------------------------
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(samples, bits):
    """Rows of samples [height, n], the highest bit first, each row from a byte of its own."""
    if bits == 16:
        return [row.astype(">u2").tobytes() for row in samples]
    if bits == 8:
        return [row.astype(np.uint8).tobytes() for row in samples]
    shifts = np.arange(bits)[::-1]
    return [np.packbits(((row[:, None] >> shifts) & 1).astype(np.uint8).ravel()).tobytes() for row in samples]


def filtered(rows, kind, step):
    out, above = b"", bytes(len(rows[0]) if rows else 0)
    for row in rows:
        line = bytearray()
        for i, value in enumerate(row):
            a, b, c = row[i - step] if i >= step else 0, above[i], above[i - step] if i >= step else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line.append((value - (0, a, b, (a + b) // 2, paeth)[kind]) & 255)
        out += bytes([kind]) + bytes(line)
        above = row
    return out


def png(samples, bits, colour_type, interlaced=False, kind=0, before=b"", level=6, split=0, after=b"", window=None):
    samples = samples.reshape(H, W, -1)
    step = max(1, samples.shape[2] * bits // 8)
    passes = [(0, 0, 1, 1)] if not interlaced else [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
                                                   (1, 0, 2, 2), (0, 1, 1, 2)]
    raw = b""
    for left, top, dx, dy in passes:
        part = samples[top::dy, left::dx]
        if part.size:
            raw += filtered(packed(part.reshape(part.shape[0], -1), bits), kind, step)
    data = zlib.compress(raw, level)
    if window:  # the header claims a smaller one than was used
        head = (window.bit_length() - 9) << 4 | 8
        data = bytes([head, next(f for f in range(256) if (head * 256 + f) % 31 == 0 and not f & 32)]) + data[2:]
    data += after
    parts = [data[i:i + split] for i in range(0, len(data), split)] if split else [data]
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, bits, colour_type, 0, 0, interlaced)) +
            before + b"".join(chunk(b"IDAT", part) for part in parts) + chunk(b"IEND", b""))


def make_png():
    for interlaced, kind in itertools.product((False, True), range(5)):
        tail = f"-{'i' if interlaced else 'n'}{kind}.png"
        for bits in (1, 2, 4, 8, 16):
            gray = levels(GRAY, most(bits))
            add(f"png-gray{bits}" + tail, png(gray, bits, 0, interlaced, kind), on_white(gray / most(bits)))
            key = int(gray[H // 2, W // 2])
            add(f"png-gray{bits}-trns" + tail, png(gray, bits, 0, interlaced, kind, chunk(b"tRNS", struct.pack(">H", key))),
                on_white(gray / most(bits), (gray != key) * 1.0))
        for bits in (8, 16):
            rgb, alpha, gray = levels(RGB, most(bits)), levels(ALPHA, most(bits)), levels(GRAY, most(bits))
            add(f"png-rgb{bits}" + tail, png(rgb, bits, 2, interlaced, kind), on_white(rgb / most(bits)))
            key = rgb[3, 4]
            add(f"png-rgb{bits}-trns" + tail,
                png(rgb, bits, 2, interlaced, kind, chunk(b"tRNS", struct.pack(">HHH", *(int(k) for k in key)))),
                on_white(rgb / most(bits), (rgb != key).any(-1) * 1.0))
            add(f"png-ga{bits}" + tail, png(np.stack([gray, alpha], -1), bits, 4, interlaced, kind),
                on_white(gray / most(bits), alpha / most(bits)))
            add(f"png-rgba{bits}" + tail, png(np.dstack([rgb, alpha]), bits, 6, interlaced, kind),
                on_white(rgb / most(bits), alpha / most(bits)))
        for bits in (1, 2, 4, 8):
            index = levels(GRAY, min(most(bits), 40))
            colours = np.array([[i * 37 % 256, i * 91 % 256, 255 - i * 5] for i in range(index.max() + 1)])
            opaque = np.array([i * 60 % 256 for i in range(len(colours) // 2)] + [255] * (len(colours) - len(colours) // 2))
            plte, trns = chunk(b"PLTE", bytes(colours.ravel().tolist())), chunk(b"tRNS", bytes(opaque[:len(colours) // 2].tolist()))
            add(f"png-palette{bits}" + tail, png(index, bits, 3, interlaced, kind, plte), on_white(colours[index] / 255))
            add(f"png-palette{bits}-trns" + tail, png(index, bits, 3, interlaced, kind, plte + trns),
                on_white(colours[index] / 255, opaque[index] / 255))
    rgb = levels(RGB, 255)
    for window in (256, 512, 1024, 2048, 4096, 8192, 16384):
        noise = np.random.default_rng(window).integers(0, 256, (H, W, 3))
        add(f"png-window{window}.png", png(noise, 8, 2, window=window), noise.astype(np.uint8))
    add("png-split.png", png(rgb, 8, 2, split=7), on_white(rgb / 255))
    add("png-stored.png", png(rgb, 8, 2, level=0), on_white(rgb / 255))
    add("png-behind.png", png(rgb, 8, 2, after=b"more than was asked for"), on_white(rgb / 255))
    add("png-trailing.png", png(rgb, 8, 2) + b"a note behind the end", on_white(rgb / 255))
    for name, extra in {"gamma": chunk(b"gAMA", struct.pack(">I", 100000)), "srgb": chunk(b"sRGB", b"\0"),
                        "background": chunk(b"bKGD", bytes(6)), "significant": chunk(b"sBIT", b"\5\6\5"),
                        "profile": chunk(b"iCCP", b"x\0\0" + zlib.compress(b"no profile")),
                        "text": chunk(b"tEXt", b"Comment\0eXIf eXIf"), "time": chunk(b"tIME", bytes(7))}.items():
        add(f"png-{name}.png", png(rgb, 8, 2, before=extra), on_white(rgb / 255))


def phone_png(samples, colour_type, interlaced=False):
    """As Xcode leaves them: no header of zlib's, blue first, alpha multiplied in."""
    samples = samples.copy()
    if samples.shape[2] == 4:
        samples[:, :, :3] = np.rint(samples[:, :, :3] * (samples[:, :, 3:] / 255))
    whole = png(samples[:, :, [2, 1, 0] + [3] * (samples.shape[2] == 4)], 8, colour_type, interlaced)
    out, at = whole[:8] + chunk(b"CgBI", b"\x50\0\x20\6"), 8
    while at < len(whole):
        length, kind = struct.unpack(">I4s", whole[at:at + 8])
        data = whole[at + 8:at + 8 + length]
        out += chunk(kind, data[2:-4] if kind == b"IDAT" else data)
        at += 12 + length
    return out


def make_phone_png():
    rgb, alpha = levels(RGB, 255), levels(ALPHA, 255)
    seen = np.rint(rgb * (alpha / 255)[:, :, None])
    for interlaced in (False, True):
        add(f"png-phone-rgb-{interlaced:d}.png", phone_png(rgb, 2, interlaced), on_white(rgb / 255))
        add(f"png-phone-rgba-{interlaced:d}.png", phone_png(np.dstack([rgb, alpha]), 6, interlaced),
            np.rint(seen + 255 - alpha[:, :, None]).astype(np.uint8))


def make_orientations():
    rgb = levels(RGB, 255).astype(np.uint8)
    jpeg_io, webp_io = io.BytesIO(), io.BytesIO()
    Image.fromarray(rgb).save(jpeg_io, "JPEG", quality=100, subsampling=0)
    Image.fromarray(rgb).save(webp_io, "WEBP", lossless=True)
    jpeg, webp = jpeg_io.getvalue(), webp_io.getvalue()
    seen = np.asarray(Image.open(io.BytesIO(jpeg)))
    for o, order, size in itertools.product(range(1, 9), ("II", "MM"), (1, 2, 4, -4)):
        block, tail = exif(o, order, size), f"{o}-{order}-{size}"
        add(f"orient-{tail}.png", png(rgb, 8, 2, before=chunk(b"eXIf", block)), upright(rgb, o))
        app1 = b"Exif\0\0" + block
        add(f"orient-{tail}.jpg", jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(app1) + 2) + app1 + jpeg[2:], upright(seen, o))
        for mark in (b"", b"Exif\0\0"):
            body = webp[12:]
            vp8x = b"VP8X" + struct.pack("<I", 10) + bytes([8, 0, 0, 0]) + (W - 1).to_bytes(3, "little") + (H - 1).to_bytes(3, "little")
            data = mark + block
            riff = b"WEBP" + vp8x + body + b"EXIF" + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
            add(f"orient-{tail}-{len(mark)}.webp", b"RIFF" + struct.pack("<I", len(riff)) + riff, upright(rgb, o))


# PNM -----------------------------------------------------------------------------------------------------------------
def make_pnm():
    bits = levels(GRAY, 1)
    add("pnm-p1.pbm", b"P1\n%d %d\n" % (W, H) + b"\n".join(b" ".join(b"%d" % (1 - v) for v in row) for row in bits) + b"\n", on_white(bits))
    add("pnm-p1-dense.pbm", b"P1 %d %d\n" % (W, H) + b"".join(b"%d" % (1 - v) for v in bits.ravel()), on_white(bits))
    add("pnm-p4.pbm", b"P4\n%d %d\n" % (W, H) + b"".join(packed(1 - bits, 1)), on_white(bits))
    for top in (1, 3, 7, 15, 100, 254, 255, 256, 1000, 1023, 4095, 32767, 65534, 65535):
        gray, rgb = levels(GRAY, top), levels(RGB, top)
        kind = ">u2" if top > 255 else "u1"
        for p, data in (("2", gray), ("3", rgb)):
            text = b"\n".join(b" ".join(b"%d" % v for v in row.ravel()) for row in data)
            add(f"pnm-p{p}-{top}.pnm", b"P%s\n# made up\n%d %d\n%d\n" % (p.encode(), W, H, top) + text + b"\n", on_white(data / top))
        for p, data in (("5", gray), ("6", rgb)):
            add(f"pnm-p{p}-{top}.pnm", b"P%s %d\n# made up\n%d %d\n" % (p.encode(), W, H, top) + data.astype(kind).tobytes(), on_white(data / top))
        alpha = levels(ALPHA, top)
        for name, data, truth in (("GRAYSCALE", gray, on_white(gray / top)), ("RGB", rgb, on_white(rgb / top)),
                                  ("GRAYSCALE_ALPHA", np.dstack([gray, alpha]), on_white(gray / top, alpha / top)),
                                  ("RGB_ALPHA", np.dstack([rgb, alpha]), on_white(rgb / top, alpha / top))):
            depth = 1 if data.ndim == 2 else data.shape[2]
            add(f"pam-{name}-{top}.pam", b"P7\nWIDTH %d\nHEIGHT %d\nDEPTH %d\nMAXVAL %d\nTUPLTYPE %s\nENDHDR\n" %
                (W, H, depth, top, name.encode()) + data.astype(kind).tobytes(), truth)


    for name, depth, truth in (("GRAY", 1, on_white(GRAY)), ("HEAT", 1, on_white(GRAY)), ("PHOTO", 3, on_white(RGB)), ("LA", 2, on_white(GRAY, ALPHA)),
                               ("RGBA", 4, on_white(RGB, ALPHA)), ("", 4, on_white(RGB, ALPHA)),
                               ("CMYK", 4, on_white((1 - INKS[:, :, :3]) * (1 - INKS[:, :, 3:]))),
                               ("CMYK_ALPHA", 5, on_white((1 - INKS[:, :, :3]) * (1 - INKS[:, :, 3:]), ALPHA))):
        data = INKS if "CMYK" in name else RGB if depth > 2 else GRAY
        data = levels(np.dstack([data, ALPHA])[:, :, :depth], 255).astype("u1")
        add(f"pam-as-{name}-{depth}.pam", b"P7\nWIDTH %d\nHEIGHT %d\nDEPTH %d\nMAXVAL 255\n" % (W, H, depth) +
            (b"TUPLTYPE %s\n" % name.encode() if name else b"") + b"ENDHDR\n" + data.tobytes(), truth)


# BMP -----------------------------------------------------------------------------------------------------------------
def bmp(rows, bits, header=40, compression=0, masks=(), palette=b"", used=0, from_top=False, gap=0):
    data = b"".join(rows if from_top else rows[::-1]) if isinstance(rows, list) else rows
    height = -H if from_top else H
    if header == 12:
        info = struct.pack("<IHHHH", 12, W, H, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, W, height, 1, bits, compression, len(data), 2835, 2835, used, 0)
    tail = struct.pack("<%dI" % len(masks), *masks)
    info = (info + tail).ljust(header, b"\0") if header > 40 else info + tail
    start = 14 + len(info) + len(palette) + gap
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + info + palette + bytes(gap) + data


def bmp_rows(pixels, bits):
    rows = packed(pixels, bits) if bits < 16 else [row.astype({16: "<u2", 32: "<u4"}[bits]).tobytes() for row in pixels]
    return [row + bytes(-len(row) % 4) for row in rows]


def masked(planes, masks):
    out = np.zeros((H, W), np.int64)
    for plane, mask in zip(planes, masks):
        shift = (mask & -mask).bit_length() - 1
        out |= levels(plane, mask >> shift) << shift
    return out


def quantised(plane, mask):
    top = mask >> ((mask & -mask).bit_length() - 1)
    return levels(plane, top) / top


def make_bmp():
    for bits, count in ((1, 2), (2, 4), (2, 3), (4, 16), (4, 9), (8, 256), (8, 100)):
        index = levels(GRAY, count - 1)
        colours = np.array([[i * 37 % 256, i * 91 % 256, 255 - i % 251] for i in range(count)])
        truth = on_white(colours[index] / 255)
        entries = b"".join(bytes([b, g, r, 0]) for r, g, b in colours.tolist())
        for header, top in itertools.product((40, 52, 56, 64, 108, 124), (False, True)):
            add(f"bmp-palette{bits}-{count}-{header}-{top:d}.bmp",
                bmp(bmp_rows(index, bits), bits, header, palette=entries, used=count, from_top=top), truth)
        if count == 1 << bits:
            core = b"".join(bytes([b, g, r]) for r, g, b in colours.tolist())
            add(f"bmp-palette{bits}-core.bmp", bmp(bmp_rows(index, bits), bits, 12, palette=core), truth)
        if bits >= 4:
            add(f"bmp-rle{bits}-{count}.bmp", bmp(run_lengths(index, bits), bits, 40, 1 if bits == 8 else 2, palette=entries, used=count), truth)
    gray = b"".join(bytes([i, i, i, 0]) for i in range(256))
    add("bmp-gray8.bmp", bmp(bmp_rows(levels(GRAY, 255), 8), 8, palette=gray), on_white(levels(GRAY, 255) / 255))
    rgb = levels(RGB, 255)
    rows = [row[:, ::-1].astype(np.uint8).tobytes() for row in rgb]
    rows = [row + bytes(-len(row) % 4) for row in rows]
    for header, top, gap in itertools.product((12, 40, 52, 56, 64, 108, 124), (False, True), (0, 10)):
        if not (header == 12 and top):
            add(f"bmp-rgb24-{header}-{top:d}-{gap}.bmp", bmp(rows, 24, header, from_top=top, gap=gap), on_white(rgb / 255))
    for bits, masks in ((16, (0x7C00, 0x3E0, 0x1F)), (32, (0xFF0000, 0xFF00, 0xFF))):
        truth = on_white(np.dstack([quantised(RGB[:, :, c], masks[c]) for c in range(3)]))
        for header, top in itertools.product((40, 52, 56, 108, 124), (False, True)):
            spare = (x * 5 + y * 7) % 251 << 24 if bits == 32 else 0
            add(f"bmp-plain{bits}-{header}-{top:d}.bmp",
                bmp(bmp_rows(masked(RGB.transpose(2, 0, 1), masks) | spare, bits), bits, header, from_top=top), truth)
    for bits, masks in ((16, (0xF800, 0x7E0, 0x1F)), (16, (0x1F, 0x7E0, 0xF800)), (16, (0xF00, 0xF0, 0xF)), (16, (0x7C00, 0x3E0, 0x1F)),
                        (32, (0xFF0000, 0xFF00, 0xFF)), (32, (0xFF, 0xFF00, 0xFF0000)), (32, (0xFF000000, 0xFF0000, 0xFF00)),
                        (32, (0xFF00, 0xFF0000, 0xFF000000)), (32, (0x3FF00000, 0xFFC00, 0x3FF)), (32, (0xF800, 0x7E0, 0x1F))):
        colour = np.dstack([quantised(RGB[:, :, c], masks[c]) for c in range(3)])
        left = ~(masks[0] | masks[1] | masks[2]) & most(bits)
        name = f"{bits}-" + "-".join("%x" % m for m in masks)
        pixels = masked(RGB.transpose(2, 0, 1), masks)
        spare = ((x * 2654435761 + y * 40503) & most(32)) & left
        for header, top in itertools.product((40, 52), (False, True)):
            add(f"bmp-masks{name}-{header}-{top:d}.bmp", bmp(bmp_rows(pixels | spare, bits), bits, header, 3, masks, from_top=top), on_white(colour))
        for header in (56, 108, 124):
            add(f"bmp-masks{name}-{header}-none.bmp", bmp(bmp_rows(pixels | spare, bits), bits, header, 3, masks + (0,)), on_white(colour))
            if left and "1" * bin(left).count("1") in bin(left):
                with_alpha = masked(list(RGB.transpose(2, 0, 1)) + [ALPHA], masks + (left,))
                add(f"bmp-masks{name}-{header}-alpha.bmp", bmp(bmp_rows(with_alpha, bits), bits, header, 3, masks + (left,)),
                    on_white(colour, quantised(ALPHA, left)))


def run_lengths(index, bits):
    """Rows as runs and as pixels one by one, in turn."""
    out = b""
    for n, row in enumerate(index[::-1]):
        if n % 2 == 0:
            for value, group in itertools.groupby(row.tolist()):
                out += bytes([len(list(group)), value if bits == 8 else value << 4 | value])
        else:
            data = row.astype(np.uint8).tobytes() if bits == 8 else packed(row[None], 4)[0]
            out += bytes([0, W]) + data + bytes(len(data) % 2)
        out += b"\0\0" if n < H - 1 else b"\0\1"
    return out


# TIFF ----------------------------------------------------------------------------------------------------------------
class TiffBytes(bytes):
    """With the samples that were written into it, [H, W, n]."""
    samples = None


def tiff(samples, bits, photometric, order="<", layout="strip", planar=1, extra=None, compression=1, predictor=1, palette=None,
         more=(), big=False, sample_format=None, fill=1):
    """samples: [H, W, n] of unsigned numbers, or an array of the numbers themselves where `sample_format` is given."""
    samples = samples.reshape(H, W, -1)
    count = samples.shape[2]

    def rows_of(part):
        flat = part.reshape(part.shape[0], -1)
        if sample_format:
            return [row.astype(flat.dtype.newbyteorder(order)).tobytes() for row in flat]
        if bits in (16, 32):
            return [row.astype(order + "u%d" % (bits // 8)).tobytes() for row in flat]
        return packed(flat, bits)

    def coded(part):
        if predictor == 2:
            part = part.copy()
            part[:, 1:] = (part[:, 1:] - part[:, :-1]) & most(bits)
        data = b"".join(rows_of(part))
        if compression == 32773:
            data = b"".join(b"".join(bytes([len(r[i:i + 128]) - 1]) + r[i:i + 128] for i in range(0, len(r), 128)) for r in rows_of(part))
        if fill == 2:
            data = bytes(int("{:08b}".format(b)[::-1], 2) for b in data)
        return zlib.compress(data) if compression in (8, 32946) else data

    planes = [samples] if planar == 1 else [samples[:, :, c:c + 1] for c in range(count)]
    parts = []
    for plane in planes:
        if layout == "tile":
            padded = np.zeros((-(-H // 16) * 16, -(-W // 16) * 16, plane.shape[2]), samples.dtype)
            padded[:H, :W] = plane
            parts += [coded(padded[t:t + 16, l:l + 16]) for t in range(0, padded.shape[0], 16) for l in range(0, padded.shape[1], 16)]
        else:
            per = {"strip": H, "strips": 5, "rows": 1}[layout]
            parts += [coded(plane[t:t + per]) for t in range(0, H, per)]
    tags = [(256, 3, [W]), (257, 3, [H]), (258, 3, [bits] * count), (259, 3, [compression]), (262, 3, [photometric]),
            (277, 3, [count]), (284, 3, [planar])]
    if layout == "tile":
        tags += [(322, 3, [16]), (323, 3, [16]), (324, 4, None), (325, 4, [len(p) for p in parts])]
    else:
        tags += [(273, 4, None), (278, 3, [{"strip": H, "strips": 5, "rows": 1}[layout]]), (279, 4, [len(p) for p in parts])]
    if predictor != 1:
        tags.append((317, 3, [predictor]))
    if fill != 1:
        tags.append((266, 3, [fill]))
    if extra is not None:
        tags.append((338, 3, extra))
    if palette is not None:
        tags.append((320, 3, palette))
    if sample_format:
        tags.append((339, 3, [sample_format] * count))
    tags = sorted(tags + list(more))
    head = 16 if big else 8
    offsets, at = [], head
    for part in parts:
        offsets.append(at)
        at += len(part) + len(part) % 2
    body = b"".join(part + bytes(len(part) % 2) for part in parts)
    widths = {1: "B", 3: "H", 4: "I", 16: "Q"}
    entry, inline = (20, 8) if big else (12, 4)
    directory = head + len(body)
    behind = directory + (8 if big else 2) + entry * len(tags) + (8 if big else 4)
    table, values = b"", b""
    for tag, kind, numbers in tags:
        numbers = offsets if numbers is None else numbers
        data = struct.pack(order + "%d%s" % (len(numbers), widths[kind]), *numbers)
        table += struct.pack(order + ("HHQ" if big else "HHI"), tag, kind, len(numbers))
        if len(data) <= inline:
            table += data.ljust(inline, b"\0")
        else:
            table += struct.pack(order + ("Q" if big else "I"), behind + len(values))
            values += data + bytes(len(data) % 2)
    mark = b"II" if order == "<" else b"MM"
    start = mark + (struct.pack(order + "HHHQ", 43, 8, 0, directory) if big else struct.pack(order + "HI", 42, directory))
    out = TiffBytes(start + body + struct.pack(order + ("Q" if big else "H"), len(tags)) + table + bytes(8 if big else 4) + values)
    out.samples = samples
    return out


KR, KB = 0.299, 0.114
STUDIO = [16, 235, 128, 240, 128, 240]
FULL = [0, 255, 128, 255, 128, 255]


def ycbcr(rgb, kr=KR, kb=KB, reference=FULL):
    """Brightness and colours in 0 to 1, of which white is as `reference` says of 255. TIFF 6.0, sections 20 and 21."""
    y = kr * rgb[..., 0] + (1 - kr - kb) * rgb[..., 1] + kb * rgb[..., 2]
    cb, cr = (rgb[..., 2] - y) / (2 - 2 * kb), (rgb[..., 0] - y) / (2 - 2 * kr)
    r = reference
    return np.stack([r[0] + y * (r[1] - r[0]), r[2] + cb * 255 / 127 * (r[3] - r[2]), r[4] + cr * 255 / 127 * (r[5] - r[4])], -1).clip(0, 255) / 255


def rgb_of(samples, kr=KR, kb=KB, reference=FULL, bits=8):
    r = reference
    y = (samples[..., 0] - r[0]) * 255 / (r[1] - r[0])
    cb, cr = ((samples[..., i] - r[2 * i]) * 127 / (r[2 * i + 1] - r[2 * i]) for i in (1, 2))
    red, blue = cr * (2 - 2 * kr) + y, cb * (2 - 2 * kb) + y
    return np.stack([red, (y - kb * blue - kr * red) / (1 - kr - kb), blue], -1) / 255


def make_untold():
    """Without PhotometricInterpretation, where there is only one way to see it."""
    bare = lambda data, order: data.replace(struct.pack(order + "HHI", 262, 3, 1), struct.pack(order + "HHI", 264, 3, 1), 1)
    rgb, alpha = levels(RGB, 255), levels(ALPHA, 255)
    for order in "<>":
        add(f"tiff-untold-rgb-{'le' if order == '<' else 'be'}.tif", bare(tiff(rgb, 8, 2, order), order), on_white(rgb / 255))
        add(f"tiff-untold-rgba-{'le' if order == '<' else 'be'}.tif", bare(tiff(np.dstack([rgb, alpha]), 8, 2, order, extra=[2]), order),
            on_white(rgb / 255, alpha / 255))


def make_ycbcr():
    """In blocks that share a colour, of every size; with other black, white and parts of the brightness."""
    for order, (across, down), (name, reference, kr, kb) in itertools.product(
            "<>", itertools.product((1, 2, 4), (1, 2, 4)),
            (("full", None, KR, KB), ("studio", STUDIO, KR, KB), ("709", None, 0.2126, 0.0722), ("video", STUDIO, 0.2126, 0.0722))):
        samples = levels(ycbcr(RGB, kr, kb, reference or FULL), 255)
        high, wide = -(-H // down) * down, -(-W // across) * across
        padded = np.pad(samples, ((0, high - H), (0, wide - W), (0, 0)), "edge")
        colours = padded[::down, ::across]
        blocks = padded[:, :, 0].reshape(high // down, down, wide // across, across).transpose(0, 2, 1, 3).reshape(high // down, wide // across, -1)
        data = np.concatenate([blocks, colours[:, :, 1:]], 2).astype(np.uint8).tobytes()
        shared = colours.repeat(down, 0).repeat(across, 1)[:H, :W]
        truth = on_white(rgb_of(np.dstack([samples[:, :, :1], shared[:, :, 1:]]), kr, kb, reference or FULL))
        add(f"tiff-ycbcr-{across}x{down}-{name}-{'le' if order == '<' else 'be'}.tif", ycbcr_tiff(data, across, down, reference, kr, kb, order), truth)


def ycbcr_tiff(data, across, down, reference, kr, kb, order):
    rationals = [(529, [kr, 1 - kr - kb, kb])] + ([(532, reference)] if reference else [])
    if (kr, kb) == (KR, KB):
        rationals = rationals[1:]
    tags = [(256, 4, [W]), (257, 4, [H]), (258, 3, [8, 8, 8]), (259, 3, [1]), (262, 3, [6]), (273, 4, [8]), (277, 3, [3]), (278, 4, [H]), (279, 4, [len(data)]),
            (530, 3, [across, down])] + [(tag, 5, [n for v in values for n in (round(v * 10000), 10000)]) for tag, values in rationals]
    data += bytes(len(data) % 2)
    directory, table, values = 8 + len(data), b"", b""
    for tag, kind, numbers in sorted(tags):
        packed_numbers = struct.pack(order + "%d%s" % (len(numbers), "H" if kind == 3 else "I"), *numbers)
        table += struct.pack(order + "HHI", tag, kind, len(numbers) // (2 if kind == 5 else 1))
        if len(packed_numbers) <= 4:
            table += packed_numbers.ljust(4, b"\0")
        else:
            table += struct.pack(order + "I", directory + 6 + 12 * len(tags) + len(values))
            values += packed_numbers
    return ((b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, directory) + data + struct.pack(order + "H", len(tags)) + table + bytes(4) + values)


def make_tiff():
    places = list(itertools.product("<>", ("strip", "strips", "rows", "tile"), (1, 8, 32773)))
    for order, layout, compression in places:
        tail = f"-{'le' if order == '<' else 'be'}-{layout}-{compression}.tif"
        where = dict(order=order, layout=layout, compression=compression)
        for bits in (1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16):
            gray = levels(GRAY, most(bits))
            add(f"tiff-gray{bits}" + tail, tiff(gray, bits, 1, **where), on_white(gray / most(bits)))
            add(f"tiff-white{bits}" + tail, tiff(most(bits) - gray, bits, 0, **where), on_white(gray / most(bits)))
        for bits in (4, 8, 12, 16):
            top = most(bits)
            gray, rgb, alpha, inks = levels(GRAY, top), levels(RGB, top), levels(ALPHA, top), levels(INKS, top)
            multiplied = levels(rgb / top * (alpha / top)[:, :, None], top)
            gray_multiplied = levels(gray / top * (alpha / top), top)
            other = levels(BLUE, top)
            for planar in (1, 2):
                p = dict(planar=planar, **where)
                name = f"{bits}-{'contig' if planar == 1 else 'separate'}"
                add(f"tiff-rgb{name}" + tail, tiff(rgb, bits, 2, **p), on_white(rgb / top))
                add(f"tiff-rgba{name}" + tail, tiff(np.dstack([rgb, alpha]), bits, 2, extra=[2], **p), on_white(rgb / top, alpha / top))
                add(f"tiff-multiplied{name}" + tail, tiff(np.dstack([multiplied, alpha]), bits, 2, extra=[1], **p),
                    on_white(np.clip(multiplied / top + 1 - (alpha / top)[:, :, None], 0, 1)))
                add(f"tiff-band{name}" + tail, tiff(np.dstack([rgb, other]), bits, 2, extra=[0], **p), on_white(rgb / top))
                add(f"tiff-band-alpha{name}" + tail, tiff(np.dstack([rgb, other, alpha]), bits, 2, extra=[0, 2], **p), on_white(rgb / top, alpha / top))
                add(f"tiff-alpha-band{name}" + tail, tiff(np.dstack([rgb, alpha, other]), bits, 2, extra=[2, 0], **p), on_white(rgb / top, alpha / top))
                add(f"tiff-ga{name}" + tail, tiff(np.dstack([gray, alpha]), bits, 1, extra=[2], **p), on_white(gray / top, alpha / top))
                add(f"tiff-gam{name}" + tail, tiff(np.dstack([gray_multiplied, alpha]), bits, 1, extra=[1], **p),
                    on_white(np.clip(gray_multiplied / top + 1 - alpha / top, 0, 1)))
                add(f"tiff-wam{name}" + tail, tiff(np.dstack([levels((1 - gray / top) * (alpha / top), top), alpha]), bits, 0, extra=[1], **p),
                    on_white(1 - levels((1 - gray / top) * (alpha / top), top) / top))
                add(f"tiff-inks-alpha{name}" + tail, tiff(np.dstack([inks, alpha]), bits, 5, extra=[2], **p),
                    on_white((1 - inks[:, :, :3] / top) * (1 - inks[:, :, 3:] / top), alpha / top))
                ycc = levels(ycbcr(RGB), top)
                add(f"tiff-ycbcr{name}" + tail, tiff(ycc, bits, 6, more=[(530, 3, [1, 1])], **p), on_white(rgb_of(ycc / top * 255, bits=8)))
                add(f"tiff-gband{name}" + tail, tiff(np.dstack([gray, other]), bits, 1, extra=[0], **p), on_white(gray / top))
                add(f"tiff-inks{name}" + tail, tiff(inks, bits, 5, **p), on_white((1 - inks[:, :, :3] / top) * (1 - inks[:, :, 3:] / top)))
        for bits in (1, 2, 4, 8):
            index = levels(GRAY, most(bits))
            colours = np.array([[i * 37 % 256, i * 91 % 256, 255 - i % 251] for i in range(1 << bits)])
            add(f"tiff-palette{bits}" + tail, tiff(index, bits, 3, palette=(colours.T * 257).ravel().tolist(), **where), on_white(colours[index] / 255))
    rgb, gray, alpha = levels(RGB, 255), levels(GRAY, 255), levels(ALPHA, 255)
    for order in "<>":
        e = "le" if order == "<" else "be"
        for big, bits in itertools.product((True,), (8, 16)):
            add(f"tiff-big{bits}-{e}.tif", tiff(levels(RGB, most(bits)), bits, 2, order, big=True), on_white(levels(RGB, most(bits)) / most(bits)))
        for bits, layout in itertools.product((8, 16), ("strips", "tile")):
            data = levels(RGB, most(bits))
            add(f"tiff-predicted{bits}-{layout}-{e}.tif", tiff(data, bits, 2, order, layout, compression=8, predictor=2), on_white(data / most(bits)))
        for o in range(1, 9):
            add(f"tiff-orient{o}-{e}.tif", tiff(rgb, 8, 2, order, more=[(274, 3, [o])]), upright(on_white(rgb / 255), o))
            add(f"tiff-orient-rgba{o}-{e}.tif", tiff(np.dstack([rgb, alpha]), 8, 2, order, "tile", extra=[2], more=[(274, 3, [o])]),
                upright(on_white(rgb / 255, alpha / 255), o))
        for bits in (1, 4, 8):
            data = levels(GRAY, most(bits))
            add(f"tiff-fill{bits}-{e}.tif", tiff(data, bits, 1, order, fill=2), on_white(data / most(bits)))
        add(f"tiff-untold-alpha-{e}.tif", tiff(np.dstack([rgb, alpha]), 8, 2, order), on_white(rgb / 255, alpha / 255))
        small = np.array([[i * 37 % 256, i * 91 % 256, 255 - i % 251] for i in range(256)])
        add(f"tiff-palette-eight-bits-{e}.tif", tiff(gray, 8, 3, order, palette=small.T.ravel().tolist()), on_white(small[gray] / 255))
        for name, array, kind in (("float32", RGB.astype(np.float32), 3), ("float16", RGB.astype(np.float16), 3), ("float64", RGB, 3),
                                  ("int8", (rgb - 128).astype(np.int8), 2), ("int16", rgb.astype(np.int16), 2), ("int32", rgb.astype(np.int32), 2),
                                  ("uint32", rgb.astype(np.uint32), 1), ("uint64", rgb.astype(np.uint64), 1)):
            add(f"unread-tiff-{name}-{e}.tif", tiff(array, array.dtype.itemsize * 8, 2, order, sample_format=kind), None)
        add(f"unread-tiff-lab-{e}.tif", tiff(rgb, 8, 8, order), None)
        add(f"unread-tiff-mask-{e}.tif", tiff(levels(GRAY, 1), 1, 4, order), None)
        add(f"unread-tiff-raw-{e}.tif", tiff(gray, 8, 32803, order), None)
        add(f"unread-tiff-dng-{e}.tif", tiff(rgb, 8, 2, order, more=[(50706, 1, [1, 4, 0, 0])]), None)
        add(f"unread-tiff-inks-{e}.tif", tiff(levels(INKS, 255), 8, 5, order, more=[(332, 3, [2])]), None)
        for compression in (6, 34661, 34712, 34925, 34887, 32809):
            add(f"unread-tiff-compression{compression}-{e}.tif", tiff(rgb, 8, 2, order, compression=compression), None)
    for modes, names in ((("L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LA"), ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd")),
                         (("1",), ("group3", "group4", "tiff_ccitt", "tiff_lzw")), (("L", "RGB", "CMYK", "YCbCr"), ("jpeg",))):
        for mode, name in itertools.product(modes, names):
            by_pillow(f"pillow-tiff-{name}-{mode}.tif", "TIFF", mode, compression=name)
    # Written by tifffile, through the codecs of a third project.
    for name, bits in itertools.product(("lzw", "zstd", "zlib", "packbits"), (8, 16)):
        for predictor, tile in itertools.product((False, True), (None, (16, 16))):
            if name == "packbits" and predictor:
                continue
            data, out = levels(RGB, most(bits)).astype(f"u{bits // 8}"), io.BytesIO()
            tifffile.imwrite(out, data, photometric="rgb", compression=name, predictor=predictor, tile=tile)
            add(f"tifffile-{name}-{bits}-{predictor:d}-{'tile' if tile else 'strip'}.tif", out.getvalue(), on_white(data / most(bits)))


def pictures():
    rgb = levels(RGB, 255).astype(np.uint8)
    alpha = levels(ALPHA, 255).astype(np.uint8)
    image = Image.fromarray(rgb)
    return {"1": image.convert("1"), "L": image.convert("L"), "P": image.convert("P", palette=Image.Palette.ADAPTIVE), "RGB": image,
            "RGBA": Image.fromarray(np.dstack([rgb, alpha])), "CMYK": image.convert("CMYK"), "YCbCr": image.convert("YCbCr"),
            "LA": Image.merge("LA", [image.convert("L"), Image.fromarray(alpha)])}


def by_pillow(name, kind, mode, **options):
    """Written by Pillow where it can; the truth is what it reads."""
    out = io.BytesIO()
    try:
        pictures()[mode].save(out, kind, **options)
    except (OSError, KeyError, ValueError):
        return
    seen = read_by_pillow(out.getvalue())
    if seen is not None:
        add(name, out.getvalue(), seen)


def make_by_pillow():
    for mode, subsampling, progressive, quality in itertools.product(("L", "RGB", "CMYK", "YCbCr"), (0, 1, 2), (False, True), (30, 95)):
        by_pillow(f"jpeg-{mode}-{subsampling}-{progressive:d}-{quality}.jpg", "JPEG", mode, subsampling=subsampling, progressive=progressive, quality=quality)
    by_pillow("jpeg-restart.jpg", "JPEG", "RGB", restart_marker_blocks=1)
    by_pillow("jpeg-keep-rgb.jpg", "JPEG", "RGB", keep_rgb=True, quality=95)
    for mode, lossless, exact in itertools.product(("RGB", "RGBA", "L", "LA"), (False, True), (False, True)):
        by_pillow(f"webp-{mode}-{lossless:d}-{exact:d}.webp", "WEBP", mode, lossless=lossless, exact=exact, quality=80)
    frames = [pictures()["RGBA"], pictures()["RGB"].convert("RGBA").transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    for lossless, first in itertools.product((False, True), (0, 1)):
        out = io.BytesIO()
        frames[first].save(out, "WEBP", save_all=True, append_images=[frames[1 - first]], lossless=lossless, duration=50)
        add(f"webp-animated-{lossless:d}-{first}.webp", out.getvalue(), read_by_pillow(out.getvalue()))


    # The height behind the pixels, as scanners write it that do not know where a page ends.
    for mode, quality in itertools.product(("L", "RGB", "CMYK"), (60, 95)):
        out = io.BytesIO()
        pictures()[mode].save(out, "JPEG", quality=quality)
        data = out.getvalue()
        frame, end = data.index(b"\xff\xc0"), data.rindex(b"\xff\xd9")
        add(f"jpeg-height-behind-{mode}-{quality}.jpg", data[:frame + 5] + b"\0\0" + data[frame + 7:end] + b"\xff\xdc" + struct.pack(">HH", 4, H) + data[end:],
            read_by_pillow(data))


# What others read ----------------------------------------------------------------------------------------------------
def read_by_pillow(data):
    try:
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        if image.mode.startswith("I"):
            return on_white(np.asarray(image).astype(np.float64) / 65535)
        if image.mode == "CMYK":
            return np.asarray(image.convert("RGB"))
        seen = np.asarray(image.convert("RGBA")).astype(np.float64) / 255
        return on_white(seen[:, :, :3], seen[:, :, 3])
    except Exception:
        return None


def near(a, b):
    return a is not None and b is not None and a.shape == b.shape and int(np.abs(a.astype(int) - b.astype(int)).max()) <= 2


def confirmed_by_tifffile(data):
    """It reads the very samples that were written."""
    if not isinstance(data, TiffBytes):
        return False
    try:
        seen = tifffile.imread(io.BytesIO(data))
    except Exception:
        return False
    if seen.ndim == 3 and data.samples.shape[2] == seen.shape[0]:
        seen = seen.transpose(1, 2, 0)
    return seen.size == data.samples.size and bool((seen.reshape(data.samples.shape) == data.samples).all())


def main(folder):
    folder = pathlib.Path(folder)
    make_png(), make_phone_png(), make_orientations(), make_pnm(), make_bmp(), make_tiff(), make_untold(), make_ycbcr(), make_by_pillow()
    by_pillow_count = by_tifffile = neither = 0
    lines = []
    for name, data, truth in variants:
        (folder / name).write_bytes(data)
        lines.append(f"{name} {'unread' if truth is None else 'read'}\n")
        if truth is None:
            continue
        (folder / (name + ".ppm")).write_bytes(b"P6 %d %d 255\n" % (truth.shape[1], truth.shape[0]) + np.ascontiguousarray(truth).tobytes())
        if near(read_by_pillow(data), truth):
            by_pillow_count += 1
        elif confirmed_by_tifffile(data):
            by_tifffile += 1
        else:
            neither += 1
            if "-v" in sys.argv:
                print("read otherwise, or not at all, by both:", name)
    (folder / "list").write_text("".join(lines))
    print(f"{len(variants)} variants: Pillow reads {by_pillow_count} as they were meant, tifffile {by_tifffile} more, neither {neither}")


if __name__ == "__main__":
    main(sys.argv[1])
