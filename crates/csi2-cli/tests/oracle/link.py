"""The wires of a link over time: line states, bursts and the clock.

Ref: ngscopeclient/scopehal scopeprotocols/DPhyDataDecoder.cpp; antmicro/sdi-mipi-video-converter-fpga-design."""

def share(stream, lanes):
    return [bytes(stream[i] for i in range(lane, len(stream), lanes)) for lane in range(lanes)]


def bits_of(data):
    return [byte >> i & 1 for byte in data for i in range(8)]


class Link:
    """Wires over time, in unit intervals. Each wire is a list of (time, level), a change each."""

    def __init__(self, rng, lanes, **options):
        self.rng, self.lanes = rng, lanes
        self.gated = options.get("gated", False)
        self.aligned = options.get("aligned", False)
        self.skew = options.get("skew", [0] * lanes)
        self.trail = options.get("trail", (8, 40))
        self.gap = options.get("gap", (20, 200))
        self.garbage = options.get("garbage", False)
        self.late = options.get("late", False)
        self.data = [[(0, "11")] for _ in range(lanes)]
        self.clock = [(0, "11")]
        self.runs = []  # of the clock: from, to
        self.starts = []  # of the data on lane 0
        self.ends = []
        self.now = 0

    def idle(self):
        low, high = self.gap
        return self.rng.randrange(low, high + 1)

    def burst(self, stream):
        """LP-01, LP-00, HS-0, sync, data, trail on each lane."""
        rng = self.rng
        begin = self.now + self.idle()
        shares = share(stream, self.lanes)
        request = rng.randrange(6, 40)
        prepare = rng.randrange(8, 40)
        zero = rng.randrange(14, 80)
        sync = begin + request + prepare + zero + (40 if self.gated else 0)
        sync += sync % 2
        if self.gated:
            clock_begin = begin
            begin += 40
        end = 0
        for lane in range(self.lanes):
            wave = self.data[lane]
            shift = self.skew[lane]
            late = rng.randrange(0, 3) if self.late else 0
            at = begin + shift + late
            wave.append((at, "01"))
            wave.append((at + request, "00"))
            wave.append((at + request + prepare, "0"))
            at = sync + shift
            bits = [0, 0, 0, 1, 1, 1, 0, 1] + bits_of(shares[lane])
            for place, bit in enumerate(bits):
                wave.append((at + place, str(bit)))
            at += len(bits)
            length = rng.randrange(self.trail[0], self.trail[1] + 1)
            wave.append((at, str(1 - bits[-1])))
            if self.garbage and length > 16:
                for place in range(length - rng.randrange(1, 8), length):
                    wave.append((at + place, rng.choice("01")))
            at += length
            wave.append((at, "11"))
            end = max(end, at)
        self.starts.append(sync + 8 + min(self.skew))
        self.ends.append(end)
        self.now = int(end + 0.999)
        if self.gated:
            self.runs.append((clock_begin, self.now))
            self.now += 60

    def finish(self):
        """Writes the clock lane once all bursts are there."""
        total = self.now + self.idle() + 20
        self.total = total
        place = 1.0 if self.aligned else 0.5
        clock = [(0, "0")] if not self.gated else [(0, "11")]
        runs = self.runs if self.gated else [(0, total)]
        for begin, end in runs:
            first, last = 0, total
            if self.gated:
                clock += [(begin, "01"), (begin + 6, "00"), (begin + 12, "0")]
                first, last = begin + 24, end + 30
            first += first % 2
            for n in range(int(first), int(last)):
                clock.append((n + place, "01"[n % 2 == 0]))
            if self.gated:
                clock += [(last + 2, "0"), (last + 10, "11")]
        self.clock = clock

    def wires(self, pairs, clock):
        """Names and changes of each wire; a single wire shows the P half."""
        out = {}
        named = ([("CLK", self.clock)] if clock else []) + [(f"D{n}", wave) for n, wave in enumerate(self.data)]
        half = {"11": (1, 1), "01": (0, 1), "10": (1, 0), "00": (0, 0), "0": (0, 1), "1": (1, 0)}
        for name, wave in named:
            for side, suffix in enumerate("PN" if pairs else ["P"]):
                changes, level = [], None
                for at, state in sorted(wave, key=lambda change: change[0]):
                    new = half[state][side]
                    if new != level:
                        changes.append((at, new))
                        level = new
                out[name + suffix if pairs else name] = changes
        return out


def sampled(wires, total, oversample, phase):
    """Each wire's level at each sample."""
    count = int(total * oversample)
    out = {}
    for name, changes in wires.items():
        levels, next_change, level = bytearray(count), 0, 0
        for n in range(count):
            at = (n + phase) / oversample
            while next_change < len(changes) and changes[next_change][0] <= at:
                level = changes[next_change][1]
                next_change += 1
            levels[n] = level
        out[name] = levels
    return out
