"""Captures of a link's wires with all that a D-PHY does, under right, wrong and no names."""

from instruments import write_dsl, write_dump, write_saleae, write_saleae_csv, write_sigrok_csv
from link import share
from packets import Packet, payload_of, random_packet
from phy import COMMANDS, Phy, inverse, samples_of
from ports import write_cmp, write_ila
from scrambling import NAMES, scrambled
from writers import write_lanes_text, write_sigrok

RATES = [80e6, 100e6, 220e6, 456e6, 800e6, 1e9, 1.4e9, 2.1e9, 2.5e9]
SPELLINGS = [("CLK{}", "D{}{}", "PN"), ("clk_{}", "data{}_{}", "pn"), ("MC{}", "MD{1}{0}", "PN"),
             ("CLK{}", "D{}{}", "+-"), ("cam_clk_{}", "cam_d{}_{}", "pn")]
OTHERS = ["sda", "scl", "GPIO7", "trigger", "uart_tx", "reset_n", "int"]


def stream(rng, most=None, plain=False):
    """FS, lines of distinct payloads, FE."""
    dt, unit = rng.choice([(0x2A, 1), (0x2B, 5), (0x2C, 3), (0x1E, 4), (0x24, 3)])
    vc = rng.choice([0, 0, 0, 1, 3, rng.randrange(16)])
    word = unit * rng.randrange(30 // unit + 1, (most or 160) // unit)
    packets = [Packet(vc, 0, 1)]
    for n in range(rng.randrange(5, 9)):
        pattern = "random" if plain or n < 3 else rng.choice(["random", "random", "ramp", "zeros", "ones", "alternate"])
        packets.append(Packet(vc, dt, word, payload_of(rng, word, pattern)))
    packets.append(Packet(vc, 1, 1))
    return [[packet] for packet in packets]


def events(rng, phy, rate, wakes, quiet):
    """What may happen between bursts. Without LP wires only deskew shows."""
    if rng.random() < 0.06:
        phy.deskew(rng.randrange(1 << 10, 3000))
    if quiet or rng.random() > 0.12:
        return
    lanes = sorted(rng.sample(range(phy.lanes), rng.randrange(1, phy.lanes + 1)))
    what = rng.choice(["LPDT", "ULPS", "trigger"])
    if what == "LPDT":
        phy.escape([0], "LPDT", bytes(rng.randrange(256) for _ in range(rng.randrange(1, 6))))
    elif what == "ULPS":
        clock = phy.gated and rng.random() < 0.5
        phy.escape(range(phy.lanes) if clock else lanes, "ULPS", stay=rng.uniform(0, 4000),
                   mark=1.01e6 if wakes else rng.uniform(100, 3000), clock=clock)
    else:
        phy.escape(lanes, rng.choice([name for name in COMMANDS if name not in ("LPDT", "ULPS")]))


class View:
    """Which wires are recorded, and under which names."""

    def __init__(self, rng, phy, kind, clock, names):
        self.rng, self.phy, self.kind = rng, phy, kind
        self.order = list(range(phy.lanes))
        self.turned, self.clock_turned = set(), False
        if names != "right":
            rng.shuffle(self.order)
            self.turned = {lane for lane in self.order if rng.random() < 0.3}
            self.clock_turned = clock and rng.random() < 0.3
        # What a comparator shows where there is no difference.
        self.rest = rng.choice([0, 1, "hold"])
        self.wires = {}  # by (lane, leg)
        for lane in ([None] if clock else []) + list(range(phy.lanes)):
            self.add(lane, self.clock_turned if lane is None else lane in self.turned)
        if kind == "lp":
            self.spelling = ("clk{}", "d{}{}", ["_hs", "_lp_p", "_lp_n"])
        else:
            self.spelling = rng.choice(SPELLINGS)
            if kind == "single":
                self.spelling = rng.choice([("CLK{}", "D{}{}", [""]), ("clk{}", "data{}{}", [""])])
        self.rename(names)

    def add(self, lane, turned):
        phy = self.phy
        if self.kind == "pair":
            legs = [phy.side(lane, int(turned)), phy.side(lane, 1 - int(turned))]
        elif self.kind == "lp":
            hs = phy.comparator(lane, self.rest)
            legs = [inverse(hs) if turned else hs, phy.low_power(lane, int(turned)), phy.low_power(lane, 1 - int(turned))]
        else:
            legs = [inverse(phy.side(lane, 0)) if turned else phy.side(lane, 0)]
        for leg, wave in enumerate(legs):
            self.wires[lane, leg] = wave

    def rename(self, names):
        """Named wires in the order of their channels."""
        rng = self.rng
        keys = list(self.wires)
        if rng.random() < 0.7:
            rng.shuffle(keys)
        clock, data, halves = self.spelling
        named = []
        for lane, leg in keys:
            if lane is None:
                name = clock.format(halves[leg])
            else:
                name = data.format(self.order[lane], halves[leg])
            named.append([name, self.wires[lane, leg], lane])
        for name in rng.sample(OTHERS, rng.choice([0, 0, 1, 2, 4])):
            named.insert(rng.randrange(len(named) + 1), [name, self.other(), "other"])
        if names == "none":
            pattern = rng.choice(["ch{}", "Channel {}", "A{}", "probe_{}"])
            for n, entry in enumerate(named):
                entry[0] = pattern.format(n)
            lowest = [min(n for n, entry in enumerate(named) if entry[2] == lane) for lane in range(self.phy.lanes)]
            self.order = [sorted(lowest).index(place) for place in lowest]
            # A pair is found as it is; a wire read inverted stays one.
            self.turned = set() if self.kind == "pair" else self.turned
        self.named = {name: wave for name, wave, _ in named}

    def other(self):
        """A slow wire."""
        rng, at, level, out = self.rng, 0.0, self.rng.randrange(2), []
        period = rng.choice([1250.0, 5000.0, self.phy.total * 2])
        out.append((0.0, level))
        while (at := at + period * rng.choice([1, 1, 1, 2, 5]) * rng.uniform(0.98, 1.02)) < self.phy.total:
            level = 1 - level
            out.append((at, level))
        return out


def write_in_order(path, rng, levels, rate):
    write_sigrok(path, rng, levels, rate, shuffled=False)


FORMATS = ["sr", "vcd", "sigrok.csv", "saleae.csv", "saleae", "dsl"]


def link_of(rng, index):
    """Options of one capture; each is settled before anything is made."""
    form = FORMATS[index % len(FORMATS)]
    lanes = rng.choice([1, 2, 3, 4, 8])
    kind = rng.choice(["pair", "pair", "lp", "single"])
    clock = rng.random() < 0.75
    names = rng.choice(["right", "swapped", "none"])
    if form == "saleae":
        names = "none"
    # Which LP receiver belongs to which lane, names have to say.
    if kind == "lp" and names == "none":
        kind = "pair"
    if form.startswith("saleae"):
        # Their samples are whole nanoseconds apart.
        sample = rng.choice([500, 250, 200]) * 10**6
        over = rng.uniform(2.0 if clock else 2.5, sample / 80e6)
        over = rng.choice([over, 2.5, 2.0 if clock else 1.0])
        rate = sample / over
    else:
        rate = rng.choice(RATES) * rng.choice([1.0, rng.uniform(1.0, 1.2)])
        over = rng.choice([2.0, 2.5, 3.0, 4.0, rng.uniform(2, 10), rng.uniform(2, 4)])
        if not clock:
            over = rng.choice([1.0, max(2.5, over)])
        sample = round(rate * over)
        if over == 1.0:
            rate = sample
    return dict(form=form, lanes=lanes, kind=kind, clock=clock, names=names, rate=rate, sample=sample,
                gated=rng.random() < 0.4, offset=rng.uniform(-0.35, 0.35),
                delays=[rng.choice([0, 0, rng.uniform(0, 16)]) for _ in range(lanes)] if rng.random() < 0.5 else [0.0] * lanes,
                scrambling=rng.choice(NAMES) if lanes <= 4 and rng.random() < 0.25 else None,
                initial=rng.random() < 0.08, glitches=rng.random() < 0.4, phase=rng.random(), quiet=rng.random() < 0.3)


def wire_files(all_of, count, base="w"):
    for index in range(count):
        rng = all_of.rng(f"{base}{index}")
        wire_file(all_of, f"{base}{index}", rng, **link_of(rng, index))


def wire_file(all_of, name, rng, form, lanes, kind, clock, names, rate, sample, gated, offset, delays, scrambling, initial,
              glitches, phase, quiet):
    single = kind == "single"
    bursts = stream(rng, 40 * lanes if lanes > 2 else 100, plain=single)
    phy = Phy(rng, rate, delays, gated, offset if clock else 0.0)
    wakes = form == "vcd" and (gated or not clock) and rng.random() < 0.5
    if initial:
        phy.deskew(rng.randrange(1 << 15, 40000))
    for packets in bursts:
        shares = share(b"".join(packet.bytes for packet in packets), lanes)
        phy.burst(scrambled(scrambling, shares) if scrambling else shares)
        events(rng, phy, rate, wakes, quiet or single)
    if glitches and not single:
        for _ in range(rng.randrange(1, 5)):
            phy.glitch(0 if form == "vcd" else 1e9 / sample)
    phy.finish()
    view = View(rng, phy, kind, clock, names)
    file = f"{name}.{form}"
    path = all_of.path(file)
    if form == "vcd":
        write_dump(path, rng, view.named, phy.total)
    else:
        levels = {wire: samples_of(wave, phy.total, sample, phase) for wire, wave in view.named.items()}
        writer = {"sr": write_in_order, "sigrok.csv": write_sigrok_csv, "saleae.csv": write_saleae_csv,
                  "saleae": write_saleae, "dsl": write_dsl}[form]
        writer(path, rng, levels, sample)
    slack = 3 * phy.ui + 3e9 / sample
    for burst, start in zip(bursts, phy.starts):
        burst[0].expected["time_ns"] = start
    asleep = any(event.get("command") == "ULPS" for event in phy.events)
    link = {"lanes": lanes, "lane_order": view.order, "inverted": sorted(view.turned), "scrambling": scrambling,
            "rate_bps": rate}
    if clock:
        link["clock"] = "gated" if gated else "continuous"
    # A clock comparator that rests high seems to start early; exports of changes hide how far apart samples are.
    timed = (not asleep or wakes) and not form.startswith("saleae") and not (kind == "lp" and gated and view.rest == 1)
    note = (f"{lanes} lanes, {kind}, rest {view.rest}, clock {clock}, names {names}, {rate:.4g} b/s, {sample / rate:.3f} samples/UI, gated "
            f"{gated}, offset {offset:.3f}, delays {[round(d, 2) for d in delays]}, scrambling {scrambling}, initial "
            f"{initial}, glitches {len(phy.glitches)}, phase {phase:.3f}, wakes {wakes}")
    args = []
    all_of.add(file, bursts, args=args, note=note, tolerance_ns=slack, link=link, clean=timed,
               events=[event for event in phy.events if (not single or event["event"] == "deskew")
                       and (clock or event["lane"] != "clock")])


def port_files(all_of, count, base="i"):
    for index in range(count):
        rng = all_of.rng(f"{base}{index}")
        lanes = rng.choice([1, 2, 3, 4, 8])
        bursts = stream(rng)
        scrambling = rng.choice(NAMES) if lanes <= 4 and rng.random() < 0.25 else None
        shares = [share(b"".join(packet.bytes for packet in packets), lanes) for packets in bursts]
        if scrambling:
            shares = [scrambled(scrambling, each) for each in shares]
        file = f"{base}{index}.csv"
        style = write_ila(all_of.path(file), rng, shares, lanes)
        args = ["--descramble", scrambling] if scrambling else []
        all_of.add(file, bursts, args=args, note=f"{lanes} lanes, {style}, scrambling {scrambling}")
    for index in range(count):
        rng = all_of.rng(f"{base}c{index}")
        packets = [random_packet(rng, 3000, ["random", "ramp", "zeros"], rng.choice([None, None, "payload"]))
                   for _ in range(rng.randrange(5, 20))]
        file = f"{base}c{index}.pcapng"
        times = write_cmp(all_of.path(file), rng, packets)
        for packet, at in zip(packets, times):
            packet.expected["time_ns"] = at
        all_of.add(file, [[packet] for packet in packets], tolerance_ns=1)
    for index in range(count):
        rng = all_of.rng(f"{base}l{index}")
        lanes = rng.choice([1, 2, 3, 4])
        scrambling = rng.choice(NAMES)
        bursts = stream(rng)
        file = f"{base}l{index}.lanes"
        write_lanes_text(all_of.path(file), rng, bursts, lanes, lambda shares: scrambled(scrambling, shares))
        all_of.add(file, bursts, args=["--input-format", "lanes-text", "--descramble", scrambling],
                   note=f"{lanes} lanes, scrambling {scrambling}")
