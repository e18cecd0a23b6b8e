"""Capture files, written by hand.

Ref: the pcapng draft of the IETF opsawg group; libsigrok src/session_file.c; IEEE 1364 (value change dump)."""

import struct
import zipfile

from link import share

def write_sigrok(path, rng, levels, rate, shuffled=True):
    names = list(levels)
    total = len(names) + rng.randrange(0, 10)
    places = sorted(rng.sample(range(total), len(names)))
    if shuffled and rng.random() < 0.5:
        rng.shuffle(names)
    unit = (total + 7) // 8
    count = len(levels[names[0]])
    data = bytearray(count * unit)
    for byte in range(unit):
        inside = [(name, place % 8) for name, place in zip(names, places) if place // 8 == byte]
        word = sum(int.from_bytes(bytes(levels[name]), "little") << bit for name, bit in inside)
        data[byte::unit] = word.to_bytes(count, "little")
    lines = ["[global]", "sigrok version=0.5.2", "", "[device 1]", "capturefile=logic-1", f"total probes={total}",
             f"samplerate={rate} Hz", "total analog=0"]
    lines += [f"probe{place + 1}={name}" for name, place in zip(names, places)] + [f"unitsize={unit}", ""]
    members = [("version", b"2"), ("metadata", "\n".join(lines).encode())]
    if rng.random() < 0.3:
        members.append(("logic-1", bytes(data)))
    else:
        piece = max(1, rng.choice([len(data), len(data) // 3 + 1, len(data) // 12 + 1]))
        for n, at in enumerate(range(0, len(data), piece)):
            members.append((f"logic-1-{n + 1}", bytes(data[at : at + piece])))
    rng.shuffle(members)
    with zipfile.ZipFile(path, "w", rng.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])) as archive:
        for name, content in members:
            archive.writestr(name, content)


def write_vcd(path, rng, wires, ui_ps, vectors, one_line):
    scale, tick_ps = rng.choice([("1 ps", 1), ("1ps", 1), ("10 ps", 10), ("100fs", 0.1), ("1 fs", 0.001)])
    signals = {}  # id: (declaration, wires from the most significant)
    names = list(wires)
    label = iter(rng.sample([chr(c) for c in range(33, 127) if chr(c) not in "#$bBrRsS01xXzZ"], 60))
    if vectors:
        for half in ["P", "N"] if any(name.endswith("P") for name in names) else [""]:
            data = [n for n in names if n.startswith("D") and n.endswith(half)]
            data.sort(reverse=True)
            mark = next(label)
            tail = f"_{half.lower()}" if half else ""
            signals[mark] = (f"$var wire {len(data)} {mark} data{tail} [{len(data) - 1}:0] $end", data)
        names = [n for n in names if n.startswith("C")]
    for name in names:
        mark = next(label)
        shown = name if not vectors else name.lower().replace("clkp", "clk_p").replace("clkn", "clk_n")
        signals[mark] = (f"$var {rng.choice(['wire', 'reg', 'logic'])} 1 {mark} {shown} $end", [name])
    other = next(label)
    changes = {}
    for name, wave in wires.items():
        for at, level in wave:
            changes.setdefault(round(at * ui_ps / tick_ps), {})[name] = level
    out = ["$date today $end", "$version oracle $end", f"$timescale {scale} $end", "$scope module tb $end"]
    out += [text for text, _ in signals.values()] + [f"$var wire 1 {other} reset_n $end"]
    out += ["$upscope $end", "$enddefinitions $end"]
    now = {}
    initial = rng.random() < 0.5

    def shown(mark, members):
        if len(members) == 1 and not (vectors and members[0].startswith("D")):
            return f"{now[members[0]]}{mark}"
        digits = "".join(str(now[m]) for m in members)
        if rng.random() < 0.5:
            digits = digits.lstrip("0") or "0"
        return f"b{digits} {mark}"

    for at in sorted(changes):
        before = dict(now)
        now.update(changes[at])
        moved = [mark for mark, (_, members) in signals.items() if any(before.get(m) != now[m] for m in members)]
        rng.shuffle(moved)
        lines = [shown(mark, signals[mark][1]) for mark in moved]
        if at == 0 and initial:
            out += ["#0", "$dumpvars", *lines, f"x{other}", "$end"]
        elif one_line:
            out.append(" ".join([f"#{at}", *lines]))
        else:
            out += [f"#{at}", *lines]
        if rng.random() < 0.01:
            out.append(f"{rng.choice('01x')}{other}")
    last = max(changes)
    out.append(f"#{last + round(200 * ui_ps / tick_ps)}")
    with open(path, "w", newline="\n") as file:
        file.write("\n".join(out) + "\n")


def pcapng_block(order, kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def write_pcapng(path, rng, bursts, times_ns):
    order = rng.choice("<>")
    resolution = rng.choice([None, 6, 9, 0x80 | 20, 0x80 | 30, 0x80 | 32])
    code = 6 if resolution is None else resolution
    ticks = 2 ** (code & 0x7F) if code & 0x80 else 10**code
    end = option(order, 0, b"")
    out = pcapng_block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    options = option(order, 2, b"csi0")
    if resolution is not None:
        options += option(order, 9, bytes([resolution]))
    if rng.random() < 0.3:
        options += option(order, 14, struct.pack(order + "q", 1_700_000_000))
    out += pcapng_block(order, 1, struct.pack(order + "HHI", 147, 0, 0) + options + end)
    offsets, stamps = [], []
    for packets, at in zip(bursts, times_ns):
        data = b"".join(packet.bytes for packet in packets)
        stamp = at * ticks // 10**9
        first = stamp if not stamps else first
        stamps.append((stamp - first) * 10**9 / ticks)
        offsets.append(len(out) + 28)
        body = struct.pack(order + "IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data))
        body += data + bytes(-len(data) % 4)
        if rng.random() < 0.3:
            body += option(order, 1, b"a comment") + end
        out += pcapng_block(order, 6, body)
        if rng.random() < 0.2:
            out += pcapng_block(order, rng.choice([5, 4, 0x0BAD, 0x80000001]), bytes(12))
    with open(path, "wb") as file:
        file.write(out)
    return offsets, stamps


def write_pcap(path, rng, bursts, times_ns):
    order = rng.choice("<>")
    magic, unit = rng.choice([(0xA1B2C3D4, 1000), (0xA1B23C4D, 1)])
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, rng.choice([147, 162, 150]))
    offsets, stamps = [], []
    for packets, at in zip(bursts, times_ns):
        data = b"".join(packet.bytes for packet in packets)
        offsets.append(len(out) + 16)
        stamps.append(at // unit * unit - times_ns[0] // unit * unit)
        out += struct.pack(order + "IIII", at // 10**9, at % 10**9 // unit, len(data), len(data)) + data
    with open(path, "wb") as file:
        file.write(out)
    return offsets, stamps


def write_hex(path, rng, bursts):
    lines = ["# bursts, one a line"] if rng.random() < 0.5 else []
    for packets in bursts:
        data = b"".join(packet.bytes for packet in packets)
        style = rng.randrange(3)
        if style == 0:
            lines.append(data.hex())
        elif style == 1:
            lines.append(" ".join(f"{byte:02X}" for byte in data))
        else:
            lines.append(", ".join(f"0x{byte:02x}" for byte in data) + "  // burst")
    with open(path, "w", newline=rng.choice(["\n", "\r\n"])) as file:
        file.write("\n".join(lines) + "\n")


def write_raw(path, bursts):
    with open(path, "wb") as file:
        for packets in bursts:
            file.write(b"".join(packet.bytes for packet in packets))


def lane_rows(rng, stream, lanes, change=list):
    """Sync, data and trail bytes of each lane, as many on all."""
    shares = [b"\xb8" + data for data in change(share(stream, lanes))]
    rows = max(len(data) for data in shares) + rng.randrange(1, 7)
    return [data + bytes([0 if data[-1] >> 7 else 255]) * (rows - len(data)) for data in shares]


def write_lanes(path, rng, bursts, lanes):
    files = [b""] * lanes
    for packets in bursts:
        rows = lane_rows(rng, b"".join(packet.bytes for packet in packets), lanes)
        files = [have + more for have, more in zip(files, rows)]
    for lane, data in enumerate(files):
        with open(f"{path}.lane{lane}", "wb") as file:
            file.write(data)


def write_lanes_text(path, rng, bursts, lanes, change=list):
    out = []
    for packets in bursts:
        columns = lane_rows(rng, b"".join(packet.bytes for packet in packets), lanes, change)
        out += [" ".join(f"{byte:02X}" for byte in row) for row in zip(*columns)]
        out.append("-")
    with open(path, "w", newline="\n") as file:
        file.write("\n".join(out) + "\n")
