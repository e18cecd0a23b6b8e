"""Scrambling of lanes, bit by bit.

Ref: hanasamyahmed/Design-and-Verification-of-CSI-2-controller-IP source/rtl/mipi_scrambler.v
(x^16 + x^5 + x^4 + x^3 + 1, seeds of preset a); register defaults of a Synopsys host's descrambler
(seeds of preset b, of which the last is inferred)."""

SEEDS = {"a": [0x0810, 0x0990, 0x0A51, 0x0BD0], "b": [0x1008, 0x1188, 0x1248, 0x13C8]}
NAMES = ["a", "a-galois", "b", "b-galois"]


def keystream(seed, galois):
    """Bits, the first that of the first byte's lowest."""
    state = [seed >> i & 1 for i in range(16)]
    while True:
        if galois:
            out = state[15]
            state = [0] + state[:15]
            if out:
                for place in (0, 3, 4, 5):
                    state[place] ^= 1
        else:
            out = state[0]
            state = state[1:] + [state[0] ^ state[3] ^ state[4] ^ state[5]]
        yield out


def scrambled(name, shares):
    """Bytes of each lane; the register is loaded anew for each burst."""
    out = []
    for seed, data in zip(SEEDS[name[0]], shares):
        key = keystream(seed, name.endswith("galois"))
        out.append(bytes(byte ^ sum(next(key) << i for i in range(8)) for byte in data))
    return out
