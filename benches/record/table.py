"""A record from the last `cargo bench`, as Markdown on standard output. See README.md."""

import datetime
import json
import os
import pathlib
import re
import subprocess


def fastest(directory):
    """Least nanoseconds an iteration of all samples."""
    sample = json.loads((directory / "sample.json").read_text())
    return min(time / count for time, count in zip(sample["times"], sample["iters"]))


def natural(name):
    """Sorts raw8 before raw10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def cpu():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"


times = {}
for file in pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"), "criterion").rglob("new/benchmark.json"):
    benchmark = json.loads(file.read_text())
    group, function = benchmark["group_id"], benchmark["function_id"]
    times[group, function] = fastest(file.parent)

rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
print(f"# {datetime.date.today()}, {cpu()}\n")
print(f"- CPU: {cpu()}, {os.cpu_count()} cores visible")
print(f"- {rustc}")
print("- Machine:\n")
print("| benchmark | time / memcpy |")
print("|---|---|")
for (group, function), time in sorted(times.items(), key=lambda row: natural("/".join(row[0]))):
    size = function.rpartition("/")[2]
    copy = times.get((group, f"memcpy/{size}"))
    if copy and not function.startswith("memcpy/"):
        print(f"| {group}/{function} | {time / copy:.2f} |")
