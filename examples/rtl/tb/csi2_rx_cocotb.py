"""Plays a corpus into a receiver's PPI with cocotb and compares what it reports with what was expected.

    python tb/csi2_rx_cocotb.py CORPUS            (a directory of `csi2 inject --corpus`; needs cocotb and a simulator)

Environment: SIM (icarus), IGNORE (flags that are not compared, hexadecimal), DEFINES (names that are defined for the
receiver), BUILD (a directory to build in).
The formats of the corpus: README.md.
"""

import os
import sys
import zlib
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

LANES = 4
STREAM = 0xFF
NO_PACKET = 0x02


def memory(path):
    """The words of a `$readmemh` file."""
    for line in Path(path).read_text().splitlines():
        for word in line.split("//")[0].split():
            yield int(word.replace("_", ""), 16)


class Report:
    """A report: kind, flags, channel, data type, word, bytes, CRC-32 of the payload."""

    WIDTHS = (8, 8, 8, 8, 16, 16, 32)

    def __init__(self, *fields):
        self.fields = fields
        self.kind, self.flags = fields[:2]

    @classmethod
    def of(cls, word):
        fields = []
        for width in reversed(cls.WIDTHS):
            fields.append(word & ((1 << width) - 1))
            word >>= width
        return cls(*reversed(fields))

    def compared(self, ignore):
        return (self.kind, self.flags & ~ignore) + self.fields[2:]

    def is_moot(self, ignore):
        return self.kind == NO_PACKET and self.flags & ~ignore == 0

    def __str__(self):
        return "_".join(f"{field:0{width // 4}x}" for field, width in zip(self.fields, self.WIDTHS))


class Streams:
    """Compares stream by stream."""

    def __init__(self, expected, ignore):
        self.ignore = ignore
        self.expected = {}
        self.order = []
        for report in map(Report.of, expected):
            if report.kind == STREAM:
                index = report.fields[-1]
                self.order.append(index)
                self.expected[index] = []
            elif not report.is_moot(ignore):
                self.expected[index].append(report)
        self.received = []
        self.begun = 0
        self.passed = 0
        self.failed = 0

    def next_stream(self):
        """The stream under way is over, another one begins."""
        if self.begun:
            index = self.order[self.begun - 1]
            expected = [report.compared(self.ignore) for report in self.expected[index]]
            received = [report.compared(self.ignore) for report in self.received]
            if expected == received:
                self.passed += 1
            else:
                self.failed += 1
                self.show(index)
        self.begun += 1
        self.received = []

    def receive(self, report):
        if not report.is_moot(self.ignore):
            self.received.append(report)

    def show(self, index):
        """The first report that differs."""
        if self.failed > 10:
            return
        wanted, got = self.expected[index], self.received
        for at in range(max(len(wanted), len(got))):
            want = str(wanted[at]) if at < len(wanted) else "nothing"
            have = str(got[at]) if at < len(got) else "nothing"
            if want != have:
                print(f"stream {index}, report {at}: expected {want}, received {have}")
                return


@cocotb.test()
async def corpus(dut):
    directory = Path(os.environ["CORPUS"])
    ignore = int(os.environ.get("IGNORE", "0"), 16)
    streams = Streams(memory(directory / "expected.mem"), ignore)
    payload = bytearray()
    report_ports = [getattr(dut, f"report_{name}") for name in ("kind", "flags", "vc", "dt", "word", "bytes")]
    ports = [getattr(dut, name) for name in ("rx_valid_hs", "rx_active_hs", "rx_sync_hs", "err_sot_hs", "err_sot_sync_hs")]
    before = None
    cocotb.start_soon(Clock(dut.clk, 4, "ns").start())
    for word in memory(directory / "ppi.mem"):
        await FallingEdge(dut.clk)
        # What the rising edge before made.
        if dut.report_valid.value.is_resolvable and dut.payload_keep.value.is_resolvable:
            keep, data = int(dut.payload_keep.value), dut.payload_data.value
            # Lanes that are not kept may hold anything.
            payload += bytes(int(data[8 * lane + 7 : 8 * lane]) for lane in range(LANES) if keep >> lane & 1)
            if dut.report_valid.value == 1:
                streams.receive(Report(*(int(port.value) for port in report_ports), zlib.crc32(payload)))
                payload.clear()
        control = word >> 64
        if control & 1:
            streams.next_stream()
            payload.clear()
        if word == before:
            continue
        before = word
        dut.rst.value = control & 1
        dut.extended.value = control >> 1 & 1
        dut.lanes.value = control >> 4 & 7
        lanes = [word >> 16 * lane & 0xFFFF for lane in range(LANES)]
        dut.rx_data_hs.value = sum((port & 0xFF) << 8 * lane for lane, port in enumerate(lanes))
        for bit, port in enumerate(ports, start=8):
            port.value = sum((of >> bit & 1) << lane for lane, of in enumerate(lanes))
    streams.next_stream()
    print(f"{streams.passed} passed, {streams.failed} failed")
    assert streams.failed == 0 and streams.passed == len(streams.order) > 0


def main(directory):
    from cocotb_tools.runner import get_runner

    here = Path(__file__).resolve().parent
    names = ("csi2_rx_pkg.sv", "csi2_lane_align.sv", "csi2_packet_rx.sv", "csi2_rx.sv")
    build = Path(os.environ.get("BUILD", "sim_build")).resolve()
    simulator = os.environ.get("SIM", "icarus")
    runner = get_runner(simulator)
    runner.build(
        sources=[here.parent / name for name in names],
        hdl_toplevel="csi2_rx",
        build_args=["-g2012"] if simulator == "icarus" else [],
        defines=dict.fromkeys(os.environ.get("DEFINES", "").split(), 1),
        build_dir=build,
        timescale=("1ns", "1ps"),
        always=True,
    )
    os.environ["CORPUS"] = str(Path(directory).resolve())
    results = runner.test(
        hdl_toplevel="csi2_rx",
        test_module=Path(__file__).stem,
        test_dir=here,
        build_dir=build,
        results_xml=str(build / "results.xml"),
    )
    from cocotb_tools.check_results import get_results

    tests, failures = get_results(Path(results))
    return 0 if tests and not failures else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: csi2_rx_cocotb.py CORPUS")
    sys.exit(main(sys.argv[1]))
