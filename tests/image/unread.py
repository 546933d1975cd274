"""unread.py FOLDER: made-up pictures of every kind that is not read, each as NAME beside NAME.ppm, which says what must be
seen of what its command makes of it. Writes FOLDER/list: a line a picture of its name, "convert" or "again" (nothing
converts it), and how many levels it may be off. One of another size than its truth's has "size": only that is compared.

Written sample by sample where no independent encoder does it. What is lossy has its truth from another decoder.
"""
import base64, io, pathlib, struct, subprocess, sys, warnings, zlib
import imagecodecs
import numpy as np
import tifffile
from PIL import Image, ImageCms
from variants import (ALPHA, GRAY, H, INKS, RGB, W, bmp, bmp_rows, chunk, levels, most, on_white, packed, png, tiff, upright)

warnings.simplefilter("ignore")
rgb, gray, alpha = (levels(v, 255).astype(np.uint8) for v in (RGB, GRAY, ALPHA))
SEEN, SEEN_GRAY = on_white(rgb / 255), on_white(gray / 255)
cases = []  # name, bytes, how, truth, levels


def add(name, data, truth, off=2, how="convert"):
    cases.append((name, bytes(data), how, truth, off))


def again(name, data):
    add(name, data, None, how="again")


def by_pillow(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def linear(values):
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def curved(values):
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * np.clip(values, 0, None) ** (1 / 2.4) - 0.055)


def lab_of(values):
    """CIE L*a*b* under D50 of sRGB."""
    xyz = linear(values) @ np.array([[0.4360747, 0.2225045, 0.0139322], [0.3850649, 0.7168786, 0.0971045], [0.1430804, 0.0606169, 0.7141733]])
    f = xyz / np.array([0.9642, 1, 0.8249])
    f = np.where(f > (6 / 29) ** 3, np.cbrt(f), f * 841 / 108 + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


# Formats -------------------------------------------------------------------------------------------------------------
QUARTERS = np.array([[[200, 30, 40], [20, 180, 60]], [[30, 60, 220], [240, 230, 90]]], np.uint8)
# 64 x 64 in four quarters, by heif-enc, lossless: no Python writes it.
HEIC = """
AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUFtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAA
AAImlsb2MAAAAAREAAAQABAAAAAAFlAAEAAAAAAAADcwAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAwWlwcnAAAACjaXBjbwAAAHdo
dmNDAQQIAAAAAAAAAAAA//AA/P/4+AAADwMgAAEAF0ABDAH//wQIAAADAJ44AAADAAD/ugJAIQABACpCAQEECAAAAwCeOAAAAwAA/5AEECCy3UklNc3AgI
GBAAADAAEAAAMAAQgiAAEACEQBwXAwYJEgAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAQcGl4aQAAAAADCAgIAAAAFmlwbWEAAAAAAAAAAQABA4ECgwAAA3tt
ZGF0AAADbygBrwW4FHuiWf//J/kfiezZs2bNu3bt27du0qH//yJ2v//rNU5m22223O++++++u5/+x7oAf8f/jv4r8F6Xpel6Xp+n6fp+n6fp+neBMxWxLE
LKHL9OKajqSS3AK9P6JjC+fPnz6TJkyZMmTBlP7WK//2DoAAAHWta1rOt/mv3//8g95ABjhkUj8T8T8T8T9Q9Q9Q9Q9Q9Q9Q8j8AABkArO6gScdKIDo/Nz
ahfP6AACrTiIb+RpxT4QX8wXCwAAuC2H0SCJ7rodjqaURTCBelYAA3NC8/Bqf3YcNalbbB0AAZ/iro3mYMA45+dGmQ/dUIABclYLlr1MZucXpbeNLIABQd
DusNnjP2j8l4jqOshhlJwn/+yfVYQhCJc5znOXkulWAG7aRrOuwNUoNsNsNsNsOH+H+H+H+H+H+H9tCq93//6LPQ2TqBRcKcKcKcKcO4O4O4O4O4O4O4Kp
5/+1lMz8IzNJjw7+3X/7ZeZpU8kDR2bl//oxMzbk8ruU/6oAcz3/9RLM08AWxLR8IP/uoDM+QG4BbXczLf/saTM/qRiswmud/9vfmbCUeWfF4KA0DtPoiH
YwADeq4BVQTkYCcjcjcjcjcxYxYxYxYxYxYxYj7Dzv//aWM3Jt9OnTp1OXLly5cuPT2GAD/kf8h/GfhPU9T1PU9X1fV9X1fV9X1QAADTr6tdrVwpOF6F6F
6F6GHWHWHWHWHWHWHV6gADlkmMi+G8M6aJn6Xonc+Rfdz5GB5u4xYAHnRxaKWexLkD8D8D8D8Eakakakakakakaj9AAVl85PcTsPrSVqVqVqVqXA3A3A3A
3A3A3A20DIANmYGsaUZEHEj6CD1FS7r7P79hXKY00AIY/5j6g1oQsWvZo0kS36Es6kosYdsI90AGmX7e8HruCjD8D8D8D8EWgWgWgWgWgWgWf84AVh9Rff
XtCrt2J2J2J2J3gHgHgHgHgHgHgHVdgASCSfiK4ZrDyRuRuRuRuS2i2i2i2i2i2i2hwgA/57/O/zP5H4H4H4H4H4L4L4L4L4L4L4L4LKAIkABsDGkX+NJR
fG4bM7riJq8aAmrxp8E+8AKev716NZSZe971ub3yKE+PIoT5IVxBFyADGoSjh5WdDFOXAUsL/1/PEAQKxP8tRACwq6UBhpMpp9A1/v/F+K5dSjm2GJS5tn
QA=="""


def exr():
    def attribute(name, kind, data):
        return name + b"\0" + kind + b"\0" + struct.pack("<I", len(data)) + data
    box = struct.pack("<4i", 0, 0, W - 1, H - 1)
    channels = b"".join(c + b"\0" + struct.pack("<IIII", 2, 0, 1, 1) for c in (b"B", b"G", b"R")) + b"\0"
    head = (struct.pack("<II", 20000630, 2) + attribute(b"channels", b"chlist", channels) +
            attribute(b"compression", b"compression", b"\0") + attribute(b"dataWindow", b"box2i", box) +
            attribute(b"displayWindow", b"box2i", box) + attribute(b"lineOrder", b"lineOrder", b"\0") +
            attribute(b"pixelAspectRatio", b"float", struct.pack("<f", 1)) +
            attribute(b"screenWindowCenter", b"v2f", bytes(8)) +
            attribute(b"screenWindowWidth", b"float", struct.pack("<f", 1)) + b"\0")
    light = linear(rgb / 255).astype("<f4")
    rows = [light[r, :, ::-1].T.tobytes() for r in range(H)]
    start = len(head) + 8 * H
    table = b"".join(struct.pack("<Q", start + r * (8 + len(rows[0]))) for r in range(H))
    return head + table + b"".join(struct.pack("<iI", r, len(row)) + row for r, row in enumerate(rows))


def xcf():
    parts = b"gimp xcf file\0" + struct.pack(">III", W, H, 0) + struct.pack(">IIB", 17, 1, 1) + bytes(8)
    layer = len(parts) + 12
    parts += struct.pack(">III", layer, 0, 0)
    name = b"one\0"
    shown = struct.pack(">IIIIII", 6, 4, 255, 8, 4, 1)  # its opacity, that it is visible
    head = struct.pack(">IIII", W, H, 0, len(name)) + name + shown + bytes(8)
    hierarchy = layer + len(head) + 8
    parts += head + struct.pack(">II", hierarchy, 0)
    level = hierarchy + 20
    parts += struct.pack(">IIIII", W, H, 3, level, 0)
    tile = b"".join(b"\x80" + struct.pack(">H", W * H) + rgb[:, :, c].tobytes() for c in range(3))  # runs of other bytes
    return parts + struct.pack(">IIII", W, H, level + 16, 0) + tile


def psd(bits):
    data = levels(RGB, most(bits)).astype(f">u{bits // 8}").transpose(2, 0, 1).tobytes()
    return b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, H, W, bits, 3) + bytes(12) + b"\0\0" + data


def gif_in_corner():
    """A first frame that is smaller than the picture."""
    data = bytearray(by_pillow(Image.fromarray(rgb).quantize(200), "GIF"))
    at = data.index(b"\x2c", 13 + 3 * (2 << (data[10] & 7)))
    data[6:10] = struct.pack("<HH", W + 6, H + 5)
    data[at + 1:at + 5] = struct.pack("<HH", 4, 3)
    return bytes(data), np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))  # around it lies the colour behind


def fits(bitpix, data, cards=()):
    planes = data.reshape(H, W, -1).transpose(2, 0, 1)[:, ::-1]
    axes = [("NAXIS", 2 if len(planes) == 1 else 3), ("NAXIS1", W), ("NAXIS2", H)] + [("NAXIS3", 3)] * (len(planes) == 3)
    lines = [b"SIMPLE  =                    T"] + [b"%-8s= %20d" % (k.encode(), v) for k, v in [("BITPIX", bitpix)] + axes + list(cards)]
    body = planes.tobytes()
    return b"".join(line.ljust(80) for line in lines + [b"END"]).ljust(2880) + body + bytes(-len(body) % 2880)


def pdf():
    """Four rectangles of 48 x 36 points, which are 100 x 75 pixels of 150 in an inch."""
    draw = b"".join(b"%g %g %g rg %d %d 48 36 re f " % (*(c / 255 for c in QUARTERS[y, x]), 48 * x, 36 - 36 * y) for y in (0, 1) for x in (0, 1))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 96 72]/Contents 4 0 R/Resources<<>>>>",
               b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw)]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 5\n0000000000 65535 f \n" + table + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)


def svg():
    rows = "".join(f'<rect x="{x}" y="{y}" width="1" height="1" fill="#{r:02x}{g:02x}{b:02x}"/>'
                   for y, row in enumerate(rgb.tolist()) for x, (r, g, b) in enumerate(row))
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{W}" height="{H}" shape-rendering="crispEdges">{rows}</svg>'.encode()


def mosaic():
    """A DNG of 64 x 48, as small as one that converters take."""
    out = io.BytesIO()
    data = np.tile(np.array([[9000, 20000], [20000, 40000]], np.uint16), (24, 32))
    tags = [(33421, "H", 2, (2, 2), True), (33422, "B", 4, bytes((0, 1, 1, 2)), True), (50706, "B", 4, bytes((1, 4, 0, 0)), True),
            (50707, "B", 4, bytes((1, 1, 0, 0)), True), (50708, "s", 0, "made up", True),
            (50721, "2i", 9, (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1), True), (50728, "2I", 3, (1, 1, 1, 1, 1, 1), True)]
    tifffile.imwrite(out, data, photometric="cfa", extratags=tags, subfiletype=0)
    return out.getvalue()


def make_formats():
    few = Image.fromarray(rgb).quantize(200)
    add("one.gif", by_pillow(few, "GIF"), np.asarray(few.convert("RGB")))
    add("corner.gif", *gif_in_corner())
    add("one.heic", base64.b64decode(HEIC), QUARTERS.repeat(32, 0).repeat(32, 1))
    add("one.avif", imagecodecs.avif_encode(rgb, level=100), imagecodecs.avif_decode(imagecodecs.avif_encode(rgb, level=100)))
    for bits, codec in ((8, "jp2"), (8, "j2k"), (16, "jp2")):
        data = levels(RGB, most(bits)).astype(f"u{bits // 8}")
        add(f"{codec}-{bits}.{codec}", imagecodecs.jpeg2k_encode(data, codecformat=codec, reversible=True, level=0), on_white(data / most(bits)))
    add("gray.jp2", imagecodecs.jpeg2k_encode(gray, reversible=True, level=0), SEEN_GRAY)
    for bits in (8, 16):
        data = levels(RGB, most(bits)).astype(f"u{bits // 8}")
        add(f"rgb{bits}.jxl", imagecodecs.jpegxl_encode(data, lossless=True), on_white(data / most(bits)))
        add(f"rgb{bits}.jxr", imagecodecs.jpegxr_encode(data, level=1.0), on_white(data / most(bits)))
    add("rgba.jxl", imagecodecs.jpegxl_encode(np.dstack([rgb, np.maximum(alpha, 1)]), lossless=True), on_white(rgb / 255, np.maximum(alpha, 1) / 255))
    add("gray.jxl", imagecodecs.jpegxl_encode(gray, lossless=True), SEEN_GRAY)
    add("rgb.jls", imagecodecs.jpegls_encode(rgb), SEEN)
    add("gray16.jls", imagecodecs.jpegls_encode(levels(GRAY, 65535).astype(np.uint16)), SEEN_GRAY)
    add("array.bmp", b"BA" + struct.pack("<IIHH", 40, 0, 1024, 768) + moved(plain_bmp(), 14), SEEN)
    for bits in (8, 16):
        add(f"rgb{bits}.psd", psd(bits), SEEN)
    add("one.ico", by_pillow(Image.fromarray(rgb), "ICO", sizes=[(W, H), (W // 2, H // 2)]), SEEN)
    add("one.exr", exr(), SEEN)
    data = imagecodecs.rgbe_encode(linear(rgb / 255).astype(np.float32), header=True)
    add("one.hdr", data, on_white(np.clip(curved(imagecodecs.rgbe_decode(data)), 0, 1)))
    for name, scale in (("1", 1), ("255", 255), ("other", 900)):
        add(f"{name}.pfm", b"PF\n%d %d\n-1.0\n" % (W, H) + (RGB * scale).astype("<f4")[::-1].tobytes(), on_white(RGB))
        add(f"{name}.fits", fits(-32, (GRAY * scale).astype(">f4")), on_white(GRAY))
    add("gray.pfm", b"Pf\n%d %d\n1.0\n" % (W, H) + GRAY.astype(">f4")[::-1].tobytes(), on_white(GRAY))
    add("8.fits", fits(8, 40 + gray // 4), on_white((40 + gray // 4) / 255))
    add("rgb.fits", fits(8, rgb), SEEN)
    add("16.fits", fits(16, (levels(GRAY, 65535) - 32768).astype(">i2"), [("BZERO", 32768)]), on_white(GRAY))
    add("one.svg", svg(), SEEN)
    add("one.pdf", pdf(), QUARTERS.repeat(75, 0).repeat(100, 1))
    add("one.xcf", xcf(), SEEN)
    add("one.qoi", imagecodecs.qoi_encode(rgb), SEEN)
    add("one.dds", by_pillow(Image.fromarray(rgb), "DDS"), SEEN)
    add("one.dng", mosaic(), np.zeros((48, 64, 3), np.uint8), "size")
    add("one.mng", b"\x8aMNG\r\n\x1a\n" + chunk(b"MHDR", struct.pack(">7I", W, H, 0, 0, 0, 0, 1)) + png(rgb, 8, 2)[8:] + chunk(b"MEND", b""), SEEN)
    jpeg = by_pillow(Image.fromarray(rgb), "JPEG", quality=100, subsampling=0)
    add("one.jng", b"\x8bJNG\r\n\x1a\n" + chunk(b"JHDR", struct.pack(">II8B", W, H, 10, 8, 8, 0, 0, 0, 0, 0)) + chunk(b"JDAT", jpeg) +
        chunk(b"IEND", b""), np.asarray(Image.open(io.BytesIO(jpeg))))
    film = subprocess.run(["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "bgr0", "-s", f"{W}x{H}", "-i", "-", "-c:v", "ffv1", "-f", "matroska", "-"],
                          input=np.dstack([rgb[:, :, ::-1], gray]).tobytes(), stdout=subprocess.PIPE, check=True).stdout
    add("one.mkv", film, SEEN)


def plain_bmp():
    rows = [row[:, ::-1].tobytes() for row in rgb]
    return bmp([row + bytes(-len(row) % 4) for row in rows], 24)


def moved(data, by):
    """A BMP whose pixels are counted from `by` bytes in front of it."""
    return data[:10] + struct.pack("<I", struct.unpack("<I", data[10:14])[0] + by) + data[14:]


# JPEG and BMP --------------------------------------------------------------------------------------------------------
def make_jpeg_and_bmp():
    deep = levels(RGB, 4095).astype(np.uint16)
    add("rgb12.jpg", imagecodecs.jpeg8_encode(deep, bitspersample=12, level=100, subsampling="444"), on_white(deep / 4095))
    add("gray12.jpg", imagecodecs.jpeg8_encode(levels(GRAY, 4095).astype(np.uint16), bitspersample=12, level=100), on_white(GRAY))
    add("lossless-rgb8.jpg", imagecodecs.jpeg8_encode(rgb, lossless=True, predictor=1), SEEN)
    for bits in (8, 12, 16):
        add(f"lossless-gray{bits}.jpg", imagecodecs.ljpeg_encode(levels(GRAY, most(bits)).astype("u1" if bits == 8 else "u2"), bitspersample=bits),
            on_white(GRAY))
    jpeg = by_pillow(Image.fromarray(rgb), "JPEG", quality=100, subsampling=0)
    again("hierarchical.jpg", jpeg.replace(b"\xff\xc0", b"\xff\xc5"))
    add("jpeg.bmp", bmp(jpeg, 0, compression=4), np.asarray(Image.open(io.BytesIO(jpeg))))
    add("png.bmp", bmp(png(rgb, 8, 2), 0, compression=5), SEEN)
    again("gaps.bmp", bmp(bmp_rows(levels(GRAY, 65535), 16), 16, 40, 3, (0xF0F0, 0x0F00, 0x000F)))
    again("runs24.bmp", bmp(bytes(64), 24, 64, compression=4))
    again("64.bmp", bmp(bytes(8 * W * H), 64))
    again("5.pam", b"P7\nWIDTH 19\nHEIGHT 13\nDEPTH 5\nMAXVAL 255\nTUPLTYPE BANDS\nENDHDR\n" + bytes(5 * W * H))
    again("bgr.pam", b"P7\nWIDTH 19\nHEIGHT 13\nDEPTH 3\nMAXVAL 255\nTUPLTYPE BGR\nENDHDR\n" + rgb[:, :, ::-1].tobytes())


# TIFF ----------------------------------------------------------------------------------------------------------------
def make_tiff_numbers():
    def numbers(name, array, kind, truth, photometric=2, **more):
        add(f"{name}.tif", tiff(array, array.dtype.itemsize * 8, photometric, sample_format=kind, **more), truth)
    for bits in (16, 32, 64):
        numbers(f"float{bits}-1", RGB.astype(f"f{bits // 8}"), 3, on_white(RGB))
        numbers(f"float{bits}-255", (RGB * 255).astype(f"f{bits // 8}"), 3, on_white(RGB))
        numbers(f"float{bits}-other", (RGB * 500 - 100).astype(f"f{bits // 8}"), 3, on_white(RGB), order=">")
    holed = (GRAY * 7 - 2).astype("f4")
    holed[2, 3], holed[4, 5], holed[6, 7] = np.nan, np.inf, -np.inf
    sound = GRAY.copy()
    sound[2, 3], sound[4, 5], sound[6, 7] = 0, 1, 0
    numbers("float-gray-holes", holed, 3, on_white(sound), 1)
    numbers("float-white", (1 - GRAY).astype("f4"), 3, on_white(GRAY), 0)
    numbers("float-planes", RGB.astype("f4"), 3, on_white(RGB), planar=2)
    numbers("float-tiles", RGB.astype("f4"), 3, on_white(RGB), layout="tile", big=True)
    numbers("float-alpha", np.dstack([RGB, ALPHA]).astype("f4"), 3, on_white(RGB, ALPHA), extra=[2])
    numbers("float-gray-alpha", np.dstack([GRAY, ALPHA]).astype("f4"), 3, on_white(GRAY, ALPHA), 1, extra=[2])
    numbers("float-multiplied", np.dstack([RGB * ALPHA[:, :, None], ALPHA]).astype("f4"), 3, on_white(RGB, ALPHA), extra=[1])
    numbers("float-turned", RGB.astype("f4"), 3, upright(on_white(RGB), 6), more=[(274, 3, [6])])
    numbers("float-inks", INKS.astype("f4"), 3, on_white((1 - INKS[:, :, :3]) * (1 - INKS[:, :, 3:])), 5)
    for bits in (8, 16, 32):
        whole = levels(RGB, most(bits)) - (1 << bits - 1)
        numbers(f"int{bits}", whole.astype(f"i{bits // 8}"), 2, on_white(RGB))
    numbers("int16-255", levels(RGB, 255).astype("i2"), 2, on_white(RGB))
    for top in (255, 65535, 10**6, 2**32 - 1):
        numbers(f"uint32-{top}", levels(RGB, top).astype("u4"), 1, on_white(RGB))
    numbers("uint64", levels(RGB, 2**53 - 1).astype("u8") << np.uint64(11), 1, on_white(RGB))
    numbers("complex", (GRAY * 900j).astype("c8"), 6, on_white(GRAY), 1)
    again("complex-whole.tif", tiff(levels(GRAY, 255).astype("u4"), 32, 1, sample_format=5))
    for name, kind in (("predicted-float", "f4"), ("predicted-float16", "f2")):
        out = io.BytesIO()
        tifffile.imwrite(out, RGB.astype(kind), photometric="rgb", predictor=True, compression="zlib", tile=(16, 16))
        add(f"{name}.tif", out.getvalue(), on_white(RGB))


def make_tiff_compressions():
    for name in ("jpeg2000", "jpegxl", "png", "jpegxr", "lerc", "lzma", 52546):
        for bits in (8, 16):
            for label, data, photometric, truth in (("rgb", RGB, "rgb", on_white(RGB)), ("gray", GRAY, "minisblack", on_white(GRAY)),
                                                    ("rgba", np.dstack([RGB, ALPHA]), "rgb", on_white(RGB, ALPHA))):
                out, more = io.BytesIO(), {"compressionargs": {"lossless": True}} if name in ("jpegxl", 52546) else {}
                try:
                    tifffile.imwrite(out, levels(data, most(bits)).astype(f"u{bits // 8}"), photometric=photometric, compression=name,
                                     extrasamples=["unassalpha"] if label == "rgba" else None, **more)
                except Exception as problem:
                    print("not written:", name, bits, label, problem)
                    continue
                add(f"{name}-{label}{bits}.tif", out.getvalue(), truth)
    deep = levels(GRAY, 4095).astype(np.uint16)
    strip = imagecodecs.jpeg8_encode(deep, bitspersample=12, level=100)
    add("jpeg12.tif", stored(strip, 12, 1, 7), on_white(GRAY))
    add("jpeg-lossless.tif", stored(imagecodecs.ljpeg_encode(gray), 8, 1, 7), SEEN_GRAY)
    four = levels(GRAY, 15)
    add("thunder.tif", stored(bytes((0xC0 | four).astype(np.uint8).ravel().tolist() if W % 2 == 0 else b"".join(
        bytes((0xC0 | row).tolist()) for row in four.astype(np.uint8))), 4, 1, 32809), on_white(four / 15))
    two = levels(GRAY, 3)
    add("next.tif", stored(b"".join(b"\0" + row for row in packed(two, 2)), 2, 1, 32766), on_white(two / 3))
    mask = levels(GRAY, 1)
    add("mask.tif", tiff(mask, 1, 4), on_white(mask))
    again("light.tif", stored(bytes(100), 16, 32844, 34676))
    for number in (9, 34713, 32908, 12345):
        again(f"compression{number}.tif", stored(bytes(100), 8, 1, number))


def stored(strip, bits, photometric, compression):
    """A TIFF of one strip of gray that is compressed already."""
    tags = [(256, W), (257, H), (258, bits), (259, compression), (262, photometric), (273, 8), (277, 1), (278, H), (279, len(strip))]
    data = strip + bytes(len(strip) % 2)
    return (b"II" + struct.pack("<HI", 42, 8 + len(data)) + data + struct.pack("<H", len(tags)) +
            b"".join(struct.pack("<HHII", tag, 4 if tag in (273, 279) else 3, 1, value) for tag, value in tags) + bytes(4))


def make_tiff_colours():
    mild = np.rint(60 + 130 * RGB).astype(np.uint8)  # at the edges of what sRGB has, eight bits of Lab are few
    lab = lab_of(mild / 255)
    by_lcms = np.asarray(Image.frombytes("RGB", (W, H), ImageCms.applyTransform(Image.fromarray(mild), ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")).tobytes())).astype(int) ^ np.array([0, 128, 128])
    assert np.abs(lab * [2.55, 1, 1] + [0, 128, 128] - by_lcms).max() < 2.5, "the formula here is another than Little CMS'"
    signed = np.rint(lab * [2.55, 1, 1]).astype(np.int64)
    add("lab8.tif", tiff(signed & 255, 8, 8), mild, 4)
    add("icclab8.tif", tiff(signed + np.array([0, 128, 128]), 8, 9), mild, 4)
    add("lab16.tif", tiff(np.rint(lab * [655.35, 256, 256]).astype(np.int64) & 65535, 16, 8, order=">"), mild)
    add("icclab16.tif", tiff(np.rint(lab * [652.8, 256, 256]).astype(np.int64) + np.array([0, 32768, 32768]), 16, 9), mild)
    for depths in ((5, 6, 5), (5, 5, 6), (3, 3, 2), (4, 8, 4), (10, 12, 10)):
        planes = [levels(RGB[:, :, c], most(bits)) for c, bits in enumerate(depths)]
        rows = [bits_of([plane[r] for plane in planes], depths) for r in range(H)]
        truth = on_white(np.dstack([plane / most(bits) for plane, bits in zip(planes, depths)]))
        for order in "<>":
            data = list(rows)
            if depths == (5, 6, 5) and order == "<":  # words of 16 bits in the order of the file
                data = [np.frombuffer(row, ">u2").astype("<u2").tobytes() for row in rows]
            add(f"depths{'-'.join(map(str, depths))}-{'le' if order == '<' else 'be'}.tif", uneven(b"".join(data), depths, order), truth)
    again("inks.tif", tiff(levels(INKS, 255), 8, 5, more=[(332, 3, [2])]))
    again("palette-multiplied.tif", tiff(np.dstack([levels(GRAY, 255), levels(ALPHA, 255)]), 8, 3, extra=[1], palette=[0] * 768))
    again("no-photometric.tif", bare_of(tiff(levels(GRAY, 255), 8, 1)))
    again("float-no-photometric.tif", bare_of(tiff(RGB.astype("f4"), 32, 2, sample_format=3)))
    again("ycbcr-alpha.tif", tiff(np.dstack([levels(RGB, 255), levels(ALPHA, 255)]), 8, 6, extra=[2], more=[(530, 3, [1, 1])]))
    again("ycbcr-untold.tif", tiff(levels(RGB, 255), 8, 6))
    again("photometric99.tif", tiff(levels(RGB, 255), 8, 99))


def bare_of(data):
    """Without PhotometricInterpretation: CellWidth instead."""
    return data.replace(struct.pack("<HHI", 262, 3, 1), struct.pack("<HHI", 264, 3, 1), 1)


def bits_of(rows, depths):
    text = "".join("".join(format(int(row[i]), f"0{bits}b") for row, bits in zip(rows, depths)) for i in range(W))
    text += "0" * (-len(text) % 8)
    return bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8))


def uneven(data, depths, order):
    tags = [(256, [W]), (257, [H]), (258, list(depths)), (259, [1]), (262, [2]), (273, [8]), (277, [3]), (278, [H]), (279, [len(data)])]
    data += bytes(len(data) % 2)
    behind = 8 + len(data)
    directory = behind + 6
    out = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, directory) + data + struct.pack(order + "3H", *depths)
    out += struct.pack(order + "H", len(tags))
    for tag, values in tags:
        if tag == 258:
            out += struct.pack(order + "HHII", tag, 3, 3, behind)
        else:
            out += struct.pack(order + "HHI", tag, 4, 1) + struct.pack(order + "I", *values)
    return out + bytes(4)


def main(folder):
    folder = pathlib.Path(folder)
    make_formats(), make_jpeg_and_bmp(), make_tiff_numbers(), make_tiff_compressions(), make_tiff_colours()
    for name, data, how, truth, off in cases:
        (folder / name).write_bytes(data)
        if truth is not None:
            (folder / (name + ".truth")).write_bytes(b"P6 %d %d 255\n" % (truth.shape[1], truth.shape[0]) + np.ascontiguousarray(truth[..., :3]).tobytes())
    (folder / "list").write_text("".join(f"{name} {how} {off}\n" for name, data, how, truth, off in cases))
    print(len(cases), "pictures of kinds that are not read")


if __name__ == "__main__":
    main(sys.argv[1])
