"""Compares the figures in README.md with measured ones: figures.py MEASURED README. CSI2_BLESS=1 writes them anew.

Compilers change: a tenth, and eight bytes, are let pass."""

import os
import re
import sys

BEGIN, END = "<!-- firmware -->\n", "<!-- /firmware -->"
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def main(measured_path, readme_path):
    measured = open(measured_path, encoding="utf-8").read()
    readme = open(readme_path, encoding="utf-8").read()
    before, rest = readme.split(BEGIN)
    written, after = rest.split(END)
    if os.environ.get("CSI2_BLESS"):
        open(readme_path, "w", encoding="utf-8").write(before + BEGIN + measured + END + after)
        return 0
    if len(written.splitlines()) != len(measured.splitlines()):
        print(f"README.md has {len(written.splitlines())} lines of figures, not {len(measured.splitlines())}")
        return 1
    wrong = 0
    for old, new in zip(written.splitlines(), measured.splitlines()):
        name, *_ = old.strip("| ").split(" | ")
        # Numbers in names (RAW10) are part of the words.
        was, now = old[len(name) + 2 :], new[len(name) + 2 :]
        same = old[: len(name) + 2] == new[: len(name) + 2] and NUMBER.sub("", was) == NUMBER.sub("", now)
        pairs = zip(map(float, NUMBER.findall(was)), map(float, NUMBER.findall(now)))
        slack = 8 if "." not in was else 0.5
        if not same or any(abs(a - b) > max(slack, a / 10) for a, b in pairs):
            print(f"README.md: {old}\nmeasured:  {new}")
            wrong += 1
    print(f"{len(measured.splitlines())} lines, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
