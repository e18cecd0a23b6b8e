"""Captures behind the D-PHY: lane bytes at its protocol interface, and packets taken apart by capture modules.

Ref: Xilinx PG202 (ports), Xilinx/chipscopy chipscopy/api/ila/ila_waveform.py (columns); wireshark/wireshark
epan/dissectors/packet-asam-cmp.c."""

import struct

from writers import option, pcapng_block

STROBES = [("valid", "active", "sync"), ("valid", "active"), ("valid",), ("active",), ("valid", "sync"),
           ("active", "sync")]


def rows_of(rng, bursts, lanes, style):
    """Data, valid, active and sync of each lane at each byte clock. RxSyncHS comes a clock before the first byte or
    with it."""
    rows = [[] for _ in range(lanes)]
    skew = [rng.randrange(0, 4) for _ in range(lanes)] if rng.random() < 0.4 else [0] * lanes
    # Without RxValidHS the strobe alone tells which byte is the first.
    together = "sync" in style and ("valid" not in style or rng.random() < 0.5)
    ends = []
    for shares in bursts:
        begin = len(rows[0])
        gap = rng.randrange(8, 20)
        length = max(map(len, shares))
        until = gap + max(skew) + length + 1 + rng.randrange(0, 5)
        for lane, data in enumerate(shares):
            trail = 0x00 if data and data[-1] >> 7 or not data else 0xFF
            own = until if rng.random() < 0.5 else gap + skew[lane] + 1 + length + rng.randrange(0, 3)
            first = gap + skew[lane] + 1
            for at in range(until + 2):
                byte, valid, sync = rng.randrange(256), 0, 0
                if first <= at < own:
                    byte, valid = (data[at - first] if at - first < len(data) else trail), 1
                sync = int(at == (first if together else first - 1))
                # RxActiveHS is there from the sync on; without RxValidHS it has to be that of the data.
                lead = 1 if "valid" in style or ("sync" in style and not together) else 0
                active = int(first - lead <= at < own)
                rows[lane].append((byte, valid, active, sync))
        ends.append(begin)
    for lane in rows:
        lane += [(0, 0, 0, 0)] * rng.randrange(2, 9)
    return rows


def write_ila(path, rng, bursts, lanes):
    """A row a byte clock."""
    style = rng.choice(STROBES)
    rows = rows_of(rng, bursts, lanes, style)
    name = rng.choice(["rx/dl{}_rxdatahs", "design_1_i/phy/dl{}_RxDataHS", "RxDataHS{}", "u_phy/lane{}/RxDataHS"])
    columns, values = [], []
    for lane in range(lanes):
        base = name.format(lane)
        columns.append((f"{base}[7:0]", "HEX"))
        values.append([f"{row[0]:02x}" for row in rows[lane]])
        for strobe in style:
            word = {"valid": "ValidHS", "active": "ActiveHS", "sync": "SyncHS"}[strobe]
            word = word.lower() if "rxdatahs" in base else word
            place = {"valid": 1, "active": 2, "sync": 3}[strobe]
            columns.append((base.replace("DataHS", word).replace("datahs", word), rng.choice(["HEX", "BINARY"])))
            values.append([str(row[place]) for row in rows[lane]])
    if rng.random() < 0.3:
        columns.append(("u_top/state[3:0]", "UNSIGNED"))
        values.append([str(n // 7 % 10) for n in range(len(rows[0]))])
    upper = rng.random() < 0.4
    head = ["Sample in Buffer", "Sample in Window", "TRIGGER"]
    radix = ["Radix - UNSIGNED", "UNSIGNED", "UNSIGNED"]
    gap = rng.random() < 0.3
    if gap:
        head.append("GAP")
        radix.append("UNSIGNED")
    out = [",".join(head + [column for column, _ in columns])]
    if rng.random() < 0.8:
        out.append(",".join(radix + [kind for _, kind in columns]))
    for n, row in enumerate(zip(*values)):
        text = ",".join([str(n), str(n), str(int(n == 5))] + (["0"] if gap else []) + list(row))
        out.append(text.upper() if upper else text)
    with open(path, "w", newline=rng.choice(["\n", "\r\n"])) as file:
        file.write("\n".join(out) + "\n")
    return style


def carried(rng, packet, counter, line):
    """A CSI-2 payload of a data message; truth of what the module tells."""
    header = packet.bytes[:4]
    word, dt = header[1] | header[2] << 8, header[0] & 0x3F
    channel = header[0] >> 6 | header[3] >> 6 << 2
    flags, ecc, check = 0, 0, 0
    if rng.random() < 0.7:
        flags, ecc = flags | 0x08, header[3] & 0x3F
    data = packet.bytes[4:-2] if dt >= 16 else b""
    if dt >= 16 and (rng.random() < 0.7 or packet.expected["checksum"] == "mismatch"):
        flags, check = flags | 0x40, packet.bytes[-2] | packet.bytes[-1] << 8
    if packet.expected["checksum"] == "mismatch":
        flags |= 0x01
    return struct.pack(">HHHHBBBBHH", flags, 0, counter, line, dt, channel, 0, ecc, check, word) + data


def write_cmp(path, rng, packets):
    """Ethernet frames of data messages, long ones in segments; returns the time of each packet."""
    out = pcapng_block("<", 0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += pcapng_block("<", 1, struct.pack("<HHI", 1, 0, 0) + option("<", 9, b"\x09") + option("<", 0, b""))
    now, sequence = 1_700_000_000_000_000_000, rng.randrange(65536)
    stamps, frames, frame = [], [], []
    most = rng.choice([120, 400, 1400])
    for number, packet in enumerate(packets):
        now += rng.randrange(100, 10**6)
        stamps.append(now)
        payload = carried(rng, packet, 1, number)
        pieces = [payload[at : at + most] for at in range(0, len(payload), most)]
        for place, piece in enumerate(pieces):
            kind = 0 if len(pieces) == 1 else 1 if place == 0 else 3 if place + 1 == len(pieces) else 2
            message = struct.pack(">QIBBH", now, 7, kind << 2 | 0x02, 0x0C, len(piece)) + piece
            frame.append(message)
            if kind or rng.random() < 0.6 or sum(map(len, frame)) > 600:
                frames.append((now, frame))
                frame = []
    if frame:
        frames.append((now, frame))
    for at, messages in frames:
        data = bytes.fromhex("01020304050602aabbccddee99fe") + struct.pack(">BBHBBH", 1, 0, 42, 1, 3, sequence)
        data += b"".join(messages)
        data += bytes(max(0, 60 - len(data)))
        sequence = (sequence + 1) & 0xFFFF
        stamp = at + 12345
        body = struct.pack("<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data))
        out += pcapng_block("<", 6, body + data + bytes(-len(data) % 4))
    with open(path, "wb") as file:
        file.write(out)
    return [at - stamps[0] for at in stamps]
