#!/usr/bin/env python3
"""Checks that the names of a chart are on it, that no text is cut off, and that no two texts lie on each other.

usage: PYTHONPATH=tests/harness/page POLLBENCH_CHROMIUM=$(scripts/find_program.sh chromium) check_layout.py SVG...
Prints what is wrong; exit status 1 then, 77 when there is no Chromium.
"""
import csv
import os
import sys

from browser import Browser

# A letter is drawn a little narrower than the box around it is.
TOLERANCE = 2

SCRIPT = """(() => {
    const picture = document.documentElement.getBoundingClientRect();
    const texts = [...document.querySelectorAll("text")].filter((text) => text.textContent.trim() !== "").map((text) => {
        const box = text.getBoundingClientRect();
        return { text: text.textContent.trim(), left: box.left, right: box.right, top: box.top, bottom: box.bottom };
    });
    return { width: picture.width, height: picture.height, texts };
})()"""


def names(chart):
    """Of the lines and rows that are drawn, from the data beside the picture."""
    with open(chart[:-len("svg")] + "csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    if rows[0][1] == "subject":
        return {row[1] for row in rows[1:]}
    return {row[1] for row in rows if row[0] == "position"}


def wrong_with(found, expected):
    texts = {text["text"] for text in found["texts"]}
    complaints = [f"the name is not there: {name}" for name in sorted(expected - texts)]
    if not found["texts"]:
        return ["it has no text"]
    for text in found["texts"]:
        if text["left"] < -TOLERANCE or text["top"] < -TOLERANCE or text["right"] > found["width"] + TOLERANCE or \
                text["bottom"] > found["height"] + TOLERANCE:
            complaints.append(f"cut off: {text['text']!r}")
    for i, one in enumerate(found["texts"]):
        for other in found["texts"][i + 1:]:
            across = min(one["right"], other["right"]) - max(one["left"], other["left"])
            along = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
            height = min(one["bottom"] - one["top"], other["bottom"] - other["top"])
            # Boxes of lines that follow one another overlap by the room for accents.
            if across > TOLERANCE and along > 0.35 * height:
                complaints.append(f"on each other: {one['text']!r} and {other['text']!r}")
    return complaints


def main(*charts):
    program = os.environ.get("POLLBENCH_CHROMIUM")
    if not program:
        print("there is no chromium")
        return 77
    failed = False
    with Browser(program) as browser:
        for chart in charts:
            browser.open(chart, width=1300, height=2500)
            for complaint in wrong_with(browser.evaluate(SCRIPT), names(chart))[:5]:
                print(f"{chart}: {complaint}")
                failed = True
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
