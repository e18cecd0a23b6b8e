#!/usr/bin/env python3
"""A CSI-2 transmitter model, bit by bit, as an oracle for the receiver: `oracle.py SEED DIRECTORY [SCALE]` writes
captures and `expected.json`, what a correct receiver must list. Python 3 standard library only; shares nothing with
the receiver."""

import json
import os
import random
import sys

from link import Link, sampled
from packets import FAULTS, PATTERNS, Packet, checksum, header_bits, header_bytes, parity_of, payload_of, random_bursts
from pixels import LAYOUTS, check_answers, picture_bursts
from scrambling import keystream, scrambled
from wires import port_files, wire_files
from writers import (write_hex, write_lanes, write_lanes_text, write_pcap, write_pcapng, write_raw, write_sigrok,
                     write_vcd)

class Collection:
    def __init__(self, seed, directory):
        self.seed, self.directory, self.captures = seed, directory, []

    def rng(self, name):
        return random.Random(f"{self.seed}/{name}")

    def path(self, name):
        return os.path.join(self.directory, name)

    def add(self, name, bursts, frames=None, args=(), note="", **more):
        packets = []
        for number, burst in enumerate(bursts):
            for packet in burst:
                packets.append(dict(packet.expected, burst=number))
        self.captures.append({"file": name, "args": list(args), "packets": packets, "frames": frames or [],
                              "note": note, **more})


def stamp(packets_of, values, key):
    """What is known of the first packet of each burst."""
    for burst, value in zip(packets_of, values):
        if burst:
            burst[0].expected[key] = value


def data_types(all_of):
    """Every layout of pixels, with word counts that are no whole number of groups too."""
    for layout in sorted(LAYOUTS):
        name = f"t{layout:02x}.hex"
        rng = all_of.rng(name)
        bursts, frames = picture_bursts(rng, whole=False, layout=layout)
        write_hex(all_of.path(name), rng, bursts)
        all_of.add(name, bursts, frames)


def packet_files(all_of, scale):
    for name in ["a.pcapng", "b.pcapng", "c.pcap", "d.hex", "e.bin"]:
        rng = all_of.rng(name)
        frames = []
        if rng.random() < 0.3:
            bursts, frames = picture_bursts(rng, whole=False)
        else:
            raw = name.endswith("bin")
            most = 300 * scale
            bursts = random_bursts(rng, 12, most, several=not raw and not name.endswith("pcap"), faults=not raw)
            if rng.random() < 0.1 * scale:
                payload = payload_of(rng, 65535, rng.choice(PATTERNS))
                bursts.append([Packet(1, 0x2A, 65535, payload)])
        times, at = [], 1_700_000_000_000_000_000 if rng.random() < 0.5 else 1000  # 64 bits of 2^-32 s hold both
        for _ in bursts:
            times.append(at)
            at += rng.randrange(1, 10**7)
        path = all_of.path(name)
        more = {}
        if name.endswith("pcapng"):
            offsets, stamps = write_pcapng(path, rng, bursts, times)
        elif name.endswith("pcap"):
            offsets, stamps = write_pcap(path, rng, bursts, times)
        elif name.endswith("hex"):
            write_hex(path, rng, bursts)
        else:
            write_raw(path, bursts)
        if "pcap" in name:
            stamp(bursts, offsets, "offset")
            stamp(bursts, stamps, "time_ns")
            more["tolerance_ns"] = 2
        args = ["--input-format", "packets"] if name.endswith("bin") else []
        all_of.add(name, bursts, frames, args, **more)


LANES = [1, 2, 3, 4, 8]


def lane_files(all_of, scale):
    for name in ["f.lanes", "g"]:
        rng = all_of.rng(name)
        lanes = rng.choice(LANES)
        frames = []
        if rng.random() < 0.4:
            bursts, frames = picture_bursts(rng)
        elif name == "g":
            # Nothing marks the bursts: no packet that could be more than one burst.
            bursts = random_bursts(rng, 8, 80 * scale, ["random", "ramp"], several=False, kinds=["payload", "parity-bit"])
        else:
            bursts = random_bursts(rng, 8, 80 * scale, cut_behind=7 * lanes)
        if name == "g":
            write_lanes(all_of.path(name), rng, bursts, lanes)
            all_of.add(name + ".lane0", bursts, frames, [], note=f"{lanes} lanes")
        else:
            write_lanes_text(all_of.path(name), rng, bursts, lanes)
            all_of.add(name, bursts, frames, ["--input-format", "lanes-text"], note=f"{lanes} lanes")


TRAILS = [(1, 7), (8, 8), (8, 40), (30, 90), (200, 600)]
GAPS = [(10, 14), (20, 60), (20, 200), (500, 3000)]


def glitches(rng, levels, oversample, link):
    """A sample of LP wires is wrong here and there, while the link is idle."""
    for _ in range(rng.randrange(1, 4)):
        lane = rng.randrange(link.lanes)
        burst = rng.randrange(len(link.ends))
        # In the pause behind a burst.
        after = link.ends[burst] + 6
        n = int(after * oversample)
        name = f"D{lane}{rng.choice('PN')}"
        if n < len(levels[name]):
            levels[name][n] ^= 1


def both_high(rng, levels, wires, oversample, link):
    """One sample of both wires high within the data, behind the sampling instant."""
    if oversample < 4 or link.aligned:
        return
    for _ in range(rng.randrange(1, 4)):
        burst = rng.randrange(len(link.starts))
        lane = rng.randrange(link.lanes)
        at = link.starts[burst] + rng.randrange(0, 24) + 0.75
        n = int(at * oversample)
        if n < len(levels["CLKP"]) and at < link.ends[burst] - 60:
            # Not the sample before a clock edge.
            if levels["CLKP"][n] == levels["CLKP"][n + 1] and levels["CLKP"][n] == levels["CLKP"][n - 1]:
                levels[f"D{lane}P"][n] = levels[f"D{lane}N"][n] = 1


def pins(all_of, scale):
    names = [f"p{n}.sr" for n in range(4)] + [f"v{n}.vcd" for n in range(4)] + [f"s{n}.sr" for n in range(2)]
    for name in names:
        rng = all_of.rng(name)
        lanes = rng.choice(LANES)
        blind = name.startswith("s") or (name.startswith("v") and rng.random() < 0.25)
        clock = not (name.startswith("s") and rng.random() < 0.5)
        trail, gap = rng.choice(TRAILS), rng.choice(GAPS)
        # Without LP wires only the pause shows where a burst ends.
        skew = [0] * lanes
        if rng.random() < 0.6 and lanes > 1:
            most = rng.choice([1, 3, 24])
            skew = [2 * rng.randrange(0, most + 1) for _ in range(lanes)]
        if blind:
            trail = rng.choice(TRAILS[1:])
        if max(skew) > 30 or blind:
            gap = (max(gap[0], 60), max(gap[1], 200))
        options = dict(gated=rng.random() < 0.4, aligned=rng.random() < 0.3, skew=skew, trail=trail, gap=gap,
                       garbage=rng.random() < 0.2, late=rng.random() < 0.3)
        if not clock:
            options["gated"] = options["aligned"] = False
        patterns = PATTERNS
        if blind:
            patterns = [p for p in PATTERNS if p not in ("stop-and-sync",)]
        frames = []
        if rng.random() < 0.25:
            bursts, frames = picture_bursts(rng)
        else:
            behind = (trail[1] // 8 + max(skew) // 8 + 3) * lanes
            kinds = ["data-bit", "parity-bit", "payload", "checksum"] if blind else FAULTS
            bursts = random_bursts(rng, rng.randrange(3, 8), 60 * scale, patterns, cut_behind=behind, kinds=kinds,
                                   framed=not blind)
        link = Link(rng, lanes, **options)
        for packets in bursts:
            link.burst(b"".join(packet.bytes for packet in packets))
        link.finish()
        wires = link.wires(pairs=not blind, clock=clock)
        note = f"{lanes} lanes, blind {blind}, clock {clock}, {options}"
        args = []
        begin = 0
        if name.endswith("vcd"):
            ui_ps = rng.choice([400, 476.19, 1000, 1250, 333.3, 12500, 666.67])
            vectors, one_line = rng.random() < 0.4, rng.random() < 0.5
            write_vcd(all_of.path(name), rng, wires, ui_ps, vectors, one_line)
            note += f", UI {ui_ps} ps, vectors {vectors}"
            stamp(bursts, [start * ui_ps / 1000 for start in link.starts], "time_ns")
            more = {"tolerance_ns": ui_ps / 1000 * 2 + 0.1}
        else:
            oversample = 1 if not clock else rng.choice([2, 3, 4, 8, 2.1, 2.5, 3.3, 5.7, rng.uniform(2, 8)])
            phase = 0.5 if not clock else rng.random()
            levels = sampled(wires, link.total, oversample, phase)
            if not blind and rng.random() < 0.4:
                glitches(rng, levels, oversample, link)
                both_high(rng, levels, wires, oversample, link)
                note += ", glitches"
            if not blind and not frames and rng.random() < 0.3 and len(bursts) > 1:
                # The capture begins within the first burst.
                begin = int((link.starts[0] + rng.randrange(0, 16)) * oversample)
                levels = {key: value[begin:] for key, value in levels.items()}
                bursts = bursts[1:]
                link.starts = link.starts[1:]
                note += ", begins within a burst"
            write_sigrok(all_of.path(name), rng, levels, rng.choice([100_000_000, 2_100_000_000, 33_333_333]))
            note += f", {oversample} samples/UI, phase {phase}"
            stamp(bursts, [start * oversample - begin for start in link.starts], "offset")
            more = {"tolerance_offset": 2 * oversample + 1}
        all_of.add(name, bursts, frames, args, note, pins=True, **more)


def main():
    seed, directory = sys.argv[1], sys.argv[2]
    scale = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    os.makedirs(directory, exist_ok=True)
    all_of = Collection(seed, directory)
    data_types(all_of)
    packet_files(all_of, scale)
    lane_files(all_of, scale)
    pins(all_of, scale)
    wire_files(all_of, 6)
    port_files(all_of, 1)
    with open(os.path.join(directory, "expected.json"), "w") as file:
        json.dump({"captures": all_of.captures}, file, indent=1)


if __name__ == "__main__":
    # The model itself, against known answers.
    assert header_bytes(header_bits(0, 0x37, 0x01F0), parity_of(header_bits(0, 0x37, 0x01F0))).hex() == "37f0013f"
    assert checksum(b"123456789") == 0x6F91 and checksum(b"\xff\xff") == 0
    for name, stream in [("a", "1008d3c1"), ("a-galois", "1088d35d"), ("b", "081089eb"), ("b-galois", "08d08939")]:
        assert scrambled(name, [bytes(4)])[0].hex() == stream
    key = keystream(0xFFFF, True)
    assert bytes(sum(next(key) << i for i in range(8)) for _ in range(8)).hex() == "ff17c014b2e70282"
    check_answers()
    main()
