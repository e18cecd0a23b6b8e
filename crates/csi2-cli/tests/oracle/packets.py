"""Packets and their check values, bit by bit.

Ref: gatecat/CSI2Rx header_ecc.v (parity sets); torvalds/linux drivers/gpu/drm/sun4i/sun6i_mipi_dsi.c (same ECC and
checksum)."""

PARITY = [
    [0, 1, 2, 4, 5, 7, 10, 11, 13, 16, 20, 21, 22, 23, 24],
    [0, 1, 3, 4, 6, 8, 10, 12, 14, 17, 20, 21, 22, 23, 25],
    [0, 2, 3, 5, 6, 9, 11, 12, 15, 18, 20, 21, 22, 24, 25],
    [1, 2, 3, 7, 8, 9, 13, 14, 15, 19, 20, 21, 23, 24, 25],
    [4, 5, 6, 7, 8, 9, 16, 17, 18, 19, 20, 22, 23, 24, 25],
    [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25],
]


def header_bits(vc, dt, word):
    """The 26 protected bits: DI, the word, the two bits of the extended virtual channel."""
    bits = [dt >> i & 1 for i in range(6)] + [vc >> i & 1 for i in range(2)]
    bits += [word >> i & 1 for i in range(16)]
    bits += [vc >> 2 & 1, vc >> 3 & 1]
    return bits


def header_bytes(bits, parity):
    """Bits to the four bytes on the wire."""
    wire = bits[:24] + parity + bits[24:]
    return bytes(sum(wire[8 * n + i] << i for i in range(8)) for n in range(4))


def parity_of(bits):
    return [sum(bits[i] for i in chosen) % 2 for chosen in PARITY]


def checksum(payload):
    state = [1] * 16  # state[0] is the least significant bit
    for byte in payload:
        for i in range(8):
            feedback = state[0] ^ (byte >> i & 1)
            state = state[1:] + [0]
            if feedback:
                state[15] ^= 1
                state[10] ^= 1
                state[3] ^= 1
    return sum(bit << i for i, bit in enumerate(state))


CRC_STEP = []
for _low in range(256):
    _value = _low
    for _ in range(8):
        _value = _value >> 1 ^ (0x8408 if _value & 1 else 0)
    CRC_STEP.append(_value)


def checksum_long(payload):
    """By table, for payloads that take too long bit by bit."""
    if len(payload) < 3000:
        return checksum(payload)
    value = 0xFFFF
    for byte in payload:
        value = value >> 8 ^ CRC_STEP[(value ^ byte) & 0xFF]
    return value


def footer(payload):
    value = checksum_long(payload)
    return bytes([value & 0xFF, value >> 8])


class Packet:
    """Bytes on the link, and what must be said of them."""

    def __init__(self, vc, dt, word, payload=None, fault=None, rng=None):
        bits = header_bits(vc, dt, word)
        parity = parity_of(bits)
        ecc, ecc_bit = "clean", None
        said = (vc, dt, word)
        if fault == "data-bit":
            ecc, ecc_bit = "corrected", rng.randrange(26)
            bits[ecc_bit] ^= 1
        elif fault == "parity-bit":
            ecc, ecc_bit = "parity", rng.randrange(6)
            parity[ecc_bit] ^= 1
        elif fault == "two-bits":
            ecc = "uncorrectable"
            for n in rng.sample(range(32), 2):
                if n < 26:
                    bits[n] ^= 1
                else:
                    parity[n - 26] ^= 1
            value = lambda places: sum(bits[place] << i for i, place in enumerate(places))
            said = (value([6, 7, 24, 25]), value(range(6)), value(range(8, 24)))
        header = header_bytes(bits, parity)
        self.bytes = header
        self.expected = {
            "vc": said[0], "dt": said[1], "word": said[2], "header": header.hex(), "ecc": ecc, "ecc_bit": ecc_bit,
            "kind": "long" if said[1] >= 16 else "short", "checksum": None, "payload": "", "open": False,
        }
        if dt >= 16:
            sent = bytearray(payload)
            check = footer(payload)
            self.expected["checksum"] = "match"
            if fault == "payload" and payload:
                flip = rng.randrange(8 * len(payload))
                sent[flip // 8] ^= 1 << flip % 8
                self.expected["checksum"] = "mismatch"
            elif fault == "checksum":
                flip = rng.randrange(16)
                check = bytes([check[0] ^ (1 << flip & 0xFF), check[1] ^ (1 << flip >> 8)])
                self.expected["checksum"] = "mismatch"
            self.expected["payload"] = bytes(sent).hex()
            self.bytes = header + bytes(sent) + check
        if ecc == "uncorrectable":
            # The rest of the burst, whatever it is.
            self.expected.update(checksum="any", kind="any", payload=self.bytes[4:].hex(), open=True)

    def cut(self, length, trail):
        """Only the first bytes are sent; behind them may come a trail."""
        self.bytes = self.bytes[:length]
        self.expected["payload"] = self.bytes[4 : 4 + self.expected["word"]].hex()
        self.expected["checksum"] = "missing"
        self.expected["open"] = trail


PATTERNS = ["zeros", "ones", "sync", "alternate", "random", "random", "random", "stop-and-sync", "headers", "ramp"]


def payload_of(rng, length, pattern):
    if pattern == "zeros":
        return bytes(length)
    if pattern == "ones":
        return b"\xff" * length
    if pattern == "sync":
        return b"\xb8" * length
    if pattern == "alternate":
        return bytes([0x55, 0xAA][i % 2] for i in range(length))
    if pattern == "ramp":
        return bytes(i & 0xFF for i in range(length))
    if pattern == "stop-and-sync":
        unit = b"\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\xb8\xb8\xb8\xb8"
        return (unit * (length // len(unit) + 1))[:length]
    if pattern == "headers":
        unit = bytes.fromhex("000100 1a 010100 1d 2b040034".replace(" ", ""))
        return (unit * (length // len(unit) + 1))[:length]
    return bytes(rng.randrange(256) for _ in range(length))


LENGTHS = [0, 0, 1, 1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 33]


def random_packet(rng, most, patterns, fault=None, dt=None, vc=None):
    dt = rng.randrange(64) if dt is None else dt
    vc = rng.randrange(16) if vc is None else vc
    if dt < 16:
        return Packet(vc, dt, rng.choice([0, 1, 0xFFFF, rng.randrange(65536)]), fault=fault, rng=rng)
    length = min(most, rng.choice(LENGTHS + [rng.randrange(most + 1)] * 5))
    payload = payload_of(rng, length, rng.choice(patterns))
    return Packet(vc, dt, length, payload, fault, rng)


FAULTS = ["data-bit", "parity-bit", "two-bits", "payload", "checksum", "cut"]


def random_bursts(rng, count, most, patterns=PATTERNS, several=True, faults=True, cut_behind=None, kinds=FAULTS, framed=True):
    """Lists of packets. `cut_behind`: bytes of trail that may be taken for missing ones."""
    bursts = []
    for _ in range(count):
        packets = []
        number = rng.choice([1, 1, 1, 2, 3]) if several else 1
        for place in range(number):
            fault = rng.choice(kinds) if faults and rng.random() < 0.3 else None
            # A header that must be corrected is no proof of a further packet, and after two flips nothing is known.
            if fault == "data-bit" and place > 0:
                fault = "parity-bit"
            if fault == "parity-bit" and place > 0 and not framed:
                fault = None
            if fault in ("two-bits", "cut") and (place + 1 < number or place > 0):
                fault = None
            cut = fault == "cut"
            packet = random_packet(rng, most, patterns, None if cut else fault)
            if cut:
                behind = cut_behind or 0
                if len(packet.bytes) > 5 + behind:
                    packet.cut(rng.randrange(4, len(packet.bytes) - behind), behind > 0)
            packets.append(packet)
        bursts.append(packets)
    return bursts
