"""A D-PHY link in nanoseconds: line states, bursts, escapes and the clock, as wires and as samples.

Ref: ngscopeclient/scopehal scopeprotocols/DPhyDataDecoder.cpp, DPhyEscapeModeDecoder.cpp; torvalds/linux
drivers/phy/phy-core-mipi-dphy.c (durations); antmicro/sdi-mipi-video-converter-fpga-design."""

from math import ceil

from link import bits_of

SYNC = [0, 0, 0, 1, 1, 1, 0, 1]
COMMANDS = {"LPDT": "11100001", "ULPS": "00011110", "Undefined-1": "10011111", "Undefined-2": "11011110",
            "Reset-Trigger": "01100010", "Unknown-3": "01011101", "Unknown-4": "00100001", "Unknown-5": "10100000"}
LEVELS = {"11": (1, 1), "01": (0, 1), "10": (1, 0), "00": (0, 0), "0": (0, 1), "1": (1, 0)}


class Phy:
    """`delays`: of each lane, in UI. `offset`: how much later than half-way between clock edges the data changes, in
    UI. States are lists of (time, state): LP-states by their two levels, HS by one."""

    def __init__(self, rng, rate, delays, gated=False, offset=0.0):
        self.rng, self.ui, self.delays, self.gated, self.offset = rng, 1e9 / rate, delays, gated, offset
        self.lanes = len(delays)
        self.data = [[(0.0, "11")] for _ in delays]
        self.clock = [(0.0, "11")] if gated else [(0.0, "0")]
        self.runs = []  # of a gated clock: first data instant, when it ends
        self.starts, self.ends, self.pauses, self.events = [], [], [], []
        self.glitches = []  # from, until, lane, side
        self.now = 0.0

    def between(self, low, high):
        return self.rng.uniform(low, high)

    def pause(self, least=100.0, most=400.0):
        begin = self.now
        self.now += self.between(least, most)
        self.pauses.append((begin, self.now))

    def grid(self, at):
        """The next instant at which a bit may be sampled by a rising edge."""
        period = 2 * self.ui
        return ceil(at / period) * period

    def start(self):
        """Clock lane, then data lanes into HS: when the first bit is due, when the lanes leave the stop state."""
        ui = self.ui
        self.pause()
        begin = self.now
        lpx, prepare = self.between(51, 80), self.between(42 + 4 * ui, 83 + 6 * ui)
        zero = max(150 + 10 * ui - prepare, 20 * ui) + self.between(0, 80)
        if self.gated:
            clock_lpx, clock_prepare = self.between(51, 80), self.between(40, 93)
            clock_zero = 305 - clock_prepare + self.between(0, 60)
            self.clock += [(begin, "01"), (begin + clock_lpx, "00"), (begin + clock_lpx + clock_prepare, "0")]
            runs = self.grid(begin + clock_lpx + clock_prepare + clock_zero)
            begin = runs + 10 * ui + self.between(0, 40)
        first = self.grid(begin + lpx + prepare + zero)
        if self.gated:
            self.runs.append([runs, None])
        for lane, delay in enumerate(self.delays):
            late = delay * ui + self.between(0, 4)
            self.data[lane] += [(begin + late, "01"), (begin + lpx + late, "00"), (begin + lpx + prepare + late, "0")]
        return first

    def send(self, first, head, bits_of_lanes):
        """Head, bits and trail of each lane from `first` on, and back to the stop state."""
        ui, together = self.ui, self.rng.random() < 0.5
        trail = max(8 * ui, 62 + 4 * ui)
        longest = max(len(bits) for bits in bits_of_lanes) + len(head)
        trail += self.between(0, 40)
        end = 0
        for lane, bits in enumerate(bits_of_lanes):
            wave, bits = self.data[lane], head + bits
            zero = first + (self.offset + self.delays[lane]) * ui
            last = 0
            for place, bit in enumerate(bits):
                if bit != last:
                    wave.append((zero + place * ui, str(bit)))
                    last = bit
            wave.append((zero + len(bits) * ui, str(1 - last)))
            stop = zero + (longest if together else len(bits)) * ui + trail
            wave.append((stop, "11"))
            end = max(end, stop)
        self.now = end
        self.ends.append(end)
        if self.gated:
            self.runs[-1][1] = end + 62 + 54 * ui
            self.now = self.runs[-1][1] + 62 + self.between(0, 60)
            self.clock.append((self.now, "11"))

    def burst(self, shares):
        first = self.start()
        head = SYNC
        self.send(first, head, [bits_of(data) for data in shares])
        self.starts.append(first + (8 + self.offset + min(self.delays)) * self.ui)

    def deskew(self, length):
        self.send(self.start(), [1] * 16, [[n & 1 for n in range(length)]] * self.lanes)
        kind = "initial" if length >= 1 << 15 else "periodic"
        self.events.append({"event": "deskew", "lane": None, "kind": kind, "length_ui": length})

    def tell(self, event, lane, command, **more):
        self.events.append({"event": event, "lane": lane, "command": command, **more})

    def escape(self, lanes, command, payload=b"", stay=0.0, mark=None, clock=False):
        """ULPS lasts `stay`, and `mark` is its T_WAKEUP."""
        self.pause()
        begin, end = self.now, self.now
        for lane in lanes:
            at = begin + self.delays[lane] * self.ui
            lpx = self.between(51, 75)
            wave = self.data[lane]
            bits = COMMANDS[command] + "".join(str(bit) for bit in bits_of(payload))
            states = ["10", "00", "01", "00"] + [state for bit in bits for state in ("10" if bit == "1" else "01", "00")]
            for state in states:
                wave.append((at, state))
                at += lpx
            at += stay
            wave += [(at, "10"), (at + (mark or lpx), "11")]
            end = max(end, at + (mark or lpx))
            self.tell("escape", lane, command)
            if payload:
                self.events.append({"event": "low-power-data", "lane": lane, "bytes": payload.hex()})
            self.tell("escape-end", lane, command)
        if clock:
            at = begin + 20
            out = end - (mark or 60) - 20
            self.clock += [(at, "10"), (at + 60, "00"), (out, "10"), (end, "11")]
            self.tell("escape", "clock", "ULPS")
            self.tell("escape-end", "clock", "ULPS")
        self.now = end

    def glitch(self, tick):
        """One wire of one lane is wrong for less than 20 ns, in the stop state between bursts."""
        begin, end = self.pauses.pop(self.rng.randrange(len(self.pauses)))
        late = max(self.delays) * self.ui + 5
        length = self.between(min(2.0, 19 - tick), 19 - tick)
        if end - begin > late + length + 70 and length > 0:
            at = self.between(begin + late + 30, end - 30 - length)
            self.glitches.append((at, at + length, self.rng.randrange(self.lanes), self.rng.randrange(2)))

    def finish(self):
        """Writes the clock's edges once all bursts are there."""
        self.pause(150, 300)
        # What comes late from the last burst.
        self.total = self.now + 17 * self.ui
        ui = self.ui
        runs = self.runs if self.gated else [(0, self.total)]
        for first, until in runs:
            count = int((until - first) / ui)
            self.clock += [(first + (n + 0.5) * ui, "10"[n % 2]) for n in range(count - count % 2)]
        self.clock.sort(key=lambda change: change[0])
        for wave in self.data:
            wave.sort(key=lambda change: change[0])

    def wave(self, lane):
        return self.clock if lane is None else self.data[lane]

    def side(self, lane, side):
        """One wire of a pair."""
        flips = [(at, until) for at, until, where, half in self.glitches if (where, half) == (lane, side)]
        changes = [(at, LEVELS[state][side]) for at, state in self.wave(lane)]
        for at, until in flips:
            changes += [(at, 0), (until, 1)]
        return tidy(changes)

    def low_power(self, lane, side):
        """The LP receiver of one wire: low in HS, whose levels are below its threshold."""
        return tidy([(at, LEVELS[state][side] if len(state) == 2 else 0) for at, state in self.wave(lane)]
                    + [change for at, until, where, half in self.glitches if (where, half) == (lane, side)
                       for change in ((at, 0), (until, 1))])

    def comparator(self, lane, rest):
        """The HS receiver: the sign of the difference; `rest` where there is none, or "hold"."""
        changes, level = [], rest if rest != "hold" else 0
        for at, state in self.wave(lane):
            p, n = LEVELS[state]
            if p != n:
                level = p
            elif rest != "hold":
                level = rest
            changes.append((at, level))
        return tidy(changes)


def tidy(changes):
    out = []
    for at, level in sorted(changes, key=lambda change: change[0]):
        if not out or out[-1][1] != level:
            out.append((at, level))
    return out


def inverse(changes):
    return [(at, 1 - level) for at, level in changes]


def samples_of(changes, total, rate, phase):
    """Levels at (n + phase) / rate."""
    count = int(total * rate / 1e9)
    levels = bytearray(count)
    for (at, level), (until, _) in zip(changes, changes[1:] + [(total, 0)]):
        if level:
            begin = max(0, ceil(at * rate / 1e9 - phase))
            end = min(count, ceil(until * rate / 1e9 - phase))
            if end > begin:
                levels[begin:end] = b"\x01" * (end - begin)
    return levels
