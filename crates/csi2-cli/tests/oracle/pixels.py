"""The layout of pixels in lines, bit by bit.

Ref: torvalds/linux Documentation/userspace-api/media/v4l (RAW10, RAW12, RAW14, bytes of RAW20 and RAW24); Microchip CSI-2
receiver documentation (RAW6, RAW7, YUV420, RGB666); sophgo/sophgo-doc mipi_rx.rst (YUV422, RAW16)."""

from packets import Packet


def bytes_of(bits):
    """The first bit is the least significant of the first byte."""
    return bytes(sum(bits[8 * n + i] << i for i in range(8)) for n in range(len(bits) // 8))


def lsb_first(values, width):
    return bytes_of([value >> i & 1 for value in values for i in range(width)])


def tops_then_rest(values, width, group):
    """The upper eight bits of each sample, then what is left of all, the first sample's in the lowest place."""
    out = b""
    rest = width - 8
    for at in range(0, len(values), group):
        samples = values[at : at + group]
        out += bytes(sample >> rest for sample in samples)
        out += lsb_first([sample & ((1 << rest) - 1) for sample in samples], rest)
    return out


def halves(values, width, group):
    """Samples of twice the width: the upper half is sent as a sample, then the lower."""
    both = [half for value in values for half in (value >> width, value & ((1 << width) - 1))]
    return tops_then_rest(both, width, 2 * group)


def words(fields):
    """Pixels of 16 bits, each field of a pixel at the bit where it begins; bits of no field are anything."""
    def pack(values, rng):
        out = b""
        for at in range(0, len(values), len(fields)):
            word = [rng.randrange(2) for _ in range(16)]
            for (first, width), value in zip(fields, values[at : at + len(fields)]):
                word[first : first + width] = [value >> i & 1 for i in range(width)]
            out += bytes_of(word)
        return out
    return pack


def plain(pack):
    return lambda values, rng: pack(values)


EIGHT = plain(bytes)
TEN = plain(lambda v: tops_then_rest(v, 10, 4))

# Code: bits of the samples of a pixel as they come, samples and bytes of a group, what the samples are, how they are packed.
LAYOUTS = {
    0x18: ([8], 2, 2, "yuv420", EIGHT),
    0x19: ([10], 4, 5, "yuv420", TEN),
    0x1A: ([8], 3, 3, "legacy", EIGHT),
    0x1C: ([8], 2, 2, "yuv420", EIGHT),
    0x1D: ([10], 4, 5, "yuv420", TEN),
    0x1E: ([8], 4, 4, "uyvy", EIGHT),
    0x1F: ([10], 4, 5, "uyvy", TEN),
    0x20: ([4, 4, 4], 3, 2, "bgr", words([(1, 4), (7, 4), (12, 4)])),
    0x21: ([5, 5, 5], 3, 2, "bgr", words([(0, 5), (6, 5), (11, 5)])),
    0x22: ([5, 6, 5], 3, 2, "bgr", words([(0, 5), (5, 6), (11, 5)])),
    0x23: ([6, 6, 6], 12, 9, "bgr", plain(lambda v: lsb_first(v, 6))),
    0x24: ([8, 8, 8], 3, 3, "bgr", EIGHT),
    0x26: ([28], 2, 7, "raw", plain(lambda v: halves(v, 14, 2))),
    0x27: ([24], 1, 3, "raw", plain(lambda v: halves(v, 12, 1))),
    0x28: ([6], 4, 3, "raw", plain(lambda v: lsb_first(v, 6))),
    0x29: ([7], 8, 7, "raw", plain(lambda v: lsb_first(v, 7))),
    0x2A: ([8], 1, 1, "raw", EIGHT),
    0x2B: ([10], 4, 5, "raw", TEN),
    0x2C: ([12], 2, 3, "raw", plain(lambda v: tops_then_rest(v, 12, 2))),
    0x2D: ([14], 4, 7, "raw", plain(lambda v: tops_then_rest(v, 14, 4))),
    0x2E: ([16], 1, 2, "raw", plain(lambda v: b"".join(bytes([s >> 8, s & 0xFF]) for s in v))),
    0x2F: ([20], 2, 5, "raw", plain(lambda v: halves(v, 10, 2))),
}

# Samples of a pixel in a group, and so pixels of a group.
PIXELS = {"raw": lambda n: n, "bgr": lambda n: n // 3, "uyvy": lambda n: n // 2, "legacy": lambda n: n // 3 * 2,
          "yuv420": lambda n: n}


class Picture:
    """Planes of random samples, and the lines that carry them."""

    def __init__(self, rng, kind, bits, width, height):
        self.kind, self.width, self.height = kind, width, height
        plane = lambda depth, wide, high: [[rng.randrange(1 << depth) for _ in range(wide)] for _ in range(high)]
        if kind == "raw":
            self.planes = [plane(bits[0], width, height)]
        elif kind == "bgr":
            blue, green, red = (plane(depth, width, height) for depth in bits)
            self.planes = [red, green, blue]
        else:
            rows = height if kind == "uyvy" else height // 2
            self.planes = [plane(bits[0], width, height)] + [plane(bits[0], width // 2, rows) for _ in range(2)]

    def line(self, row):
        """Samples of a line in the order of the link; rows count from 0."""
        if self.kind == "raw":
            return self.planes[0][row]
        a, b, c = self.planes
        if self.kind == "bgr":
            return [sample for red, green, blue in zip(a[row], b[row], c[row]) for sample in (blue, green, red)]
        pairs = list(zip(a[row][0::2], a[row][1::2]))
        if self.kind == "legacy":
            chroma = (b if row % 2 == 0 else c)[row // 2]
            return [sample for colour, (first, second) in zip(chroma, pairs) for sample in (colour, first, second)]
        if self.kind == "yuv420" and row % 2 == 0:
            return a[row]
        from_row = row if self.kind == "uyvy" else row // 2
        return [sample for u, v, (first, second) in zip(b[from_row], c[from_row], pairs)
                for sample in (u, first, v, second)]

    def array(self):
        """Shape and samples of an array of it; YUV420 is three."""
        flat = lambda rows: [sample for row in rows for sample in row]
        if self.kind in ("yuv420", "legacy"):
            return None
        lines = [self.line(row) for row in range(self.height)]
        if self.kind == "bgr":
            pixels = [line[at + place] for line in lines for at in range(0, len(line), 3) for place in (2, 1, 0)]
            return [self.height, self.width, 3], pixels
        return [self.height, self.width] + [2] * (self.kind == "uyvy"), flat(lines)

    def raw(self, depth):
        """Samples of a file without a header: of YUV planes, but UYVY where that has a name."""
        if self.kind in ("raw", "bgr") or (self.kind == "uyvy" and depth == 8):
            return self.array()[1]
        return [sample for plane in self.planes for row in plane for sample in row]


def picture_bursts(rng, vc=None, whole=True, layout=None):
    """Whole frames, each packet in a burst of its own. `whole`: every line is a whole number of groups."""
    bursts, frames = [], []
    vc = rng.randrange(16) if vc is None else vc
    layout = rng.choice(sorted(LAYOUTS)) if layout is None else layout
    dt, args = layout, []
    if rng.random() < 0.2:
        # Samples under the code of somebody else.
        dt = rng.choice([0x13, 0x30, 0x37, 0x3F])
        args = ["--user", f"{dt:#x}={layout:#x}", "--dt", f"{dt:#x}"]
    bits, samples, size, kind, pack = LAYOUTS[layout]
    width, height = PIXELS[kind](samples) * rng.randrange(1, 9), rng.randrange(1, 5)
    if kind in ("yuv420", "legacy"):
        height += height % 2
    rest = 0 if whole or rng.random() < 0.5 else rng.randrange(size)
    line_sync = rng.random() < 0.3
    for number in range(1, rng.choice([2, 3])):
        picture = Picture(rng, kind, bits, width, height)
        bursts.append([Packet(vc, 0, number)])
        for row in range(height):
            payload = pack(picture.line(row), rng)
            # The longer lines of YUV420 are twice as many groups.
            longer = 2 if kind == "yuv420" and row % 2 else 1
            payload += bytes(rng.randrange(256) for _ in range(rest * longer))
            if line_sync:
                bursts.append([Packet(vc, 2, row + 1)])
            bursts.append([Packet(vc, dt, len(payload), payload)])
            if line_sync:
                bursts.append([Packet(vc, 3, row + 1)])
        bursts.append([Packet(vc, 1, number)])
        array = picture.array()
        frames.append({"vc": vc, "dt": dt, "number": number, "width": width, "height": height, "bits": max(bits),
                       "shape": array and array[0], "samples": array and array[1], "raw": picture.raw(max(bits)),
                       "args": args})
    return bursts, frames


def check_answers():
    """The model itself, against known answers."""
    ten = [0x17B, 0x308, 0x283, 0x2AC]  # stevenbell/csirx unit_tests/raw10_decoder_testvec.txt
    assert tops_then_rest(ten, 10, 4).hex() == "5ec2a0ab33"
    assert tops_then_rest([0x0001, 0x1FC2, 0x2A83, 0x3FFF], 14, 4).hex() == "007faaff8130fc"
    assert lsb_first([0x01, 0x22, 0x13, 0x3C], 6).hex() == "8138f1"
    pack = lambda dt, values: LAYOUTS[dt][4](values, None).hex()
    assert pack(0x2F, [0x12345, 0xABCDE]) == "12d1ab37b4"
    assert pack(0x27, [0x123456]) == "124563"
    assert pack(0x1F, [0x201, 0x102, 0x303, 0x0FC]) == "8040c03f39"
    assert pack(0x24, [0x33, 0x22, 0x11]) == "332211"
