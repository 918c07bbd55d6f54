"""What is not the same on every kernel: a row for a case, a subject or a counter, a column for a kernel.

usage: table.py FOLDER...      each as scripts/kernels.sh leaves it
"""
import csv
import json
import pathlib
import sys

# Counters differ by a few percent where they depend on what happens to come first.
COUNTER_TOLERANCE = 0.1


def read(folder):
    """Rows of one kernel: what it is about -> what came out."""
    rows = {}
    for subject in json.loads((folder / "list.json").read_text())["subjects"]:
        lacking = sorted(set(subject["asked"]) - set(subject["granted"]))
        rows["available", subject["name"]] = "yes" if subject["available"] else \
            "no: " + (", ".join(lacking) or subject["reason"])
    for case in json.loads((folder / "check.json").read_text())["cases"]:
        rows["case", f'{case["case"]} ({case["backend"]})'] = case["status"]
    try:
        with open(folder / "counters.csv", newline="") as lines:
            for line in csv.DictReader(lines):
                rows["for an accept", f'{line["counter"]} ({line["subject"]})'] = float(line["per_operation"])
    except FileNotFoundError:
        pass
    return rows


def differ(values):
    numbers = [value for value in values if isinstance(value, float)]
    if len(numbers) < len(values):
        return len(set(values)) > 1
    return max(numbers) - min(numbers) > COUNTER_TOLERANCE * max(max(numbers), 0.01)


def words(value):
    return "-" if value is None else f"{value:.3g}" if isinstance(value, float) else value


def main(folders):
    folders = [pathlib.Path(folder) for folder in folders]
    kernels = [read(folder) for folder in folders]
    names = [(folder / "release").read_text().strip() for folder in folders]
    print("| what | " + " | ".join(names) + " |")
    print("| --- |" + " --- |" * len(names))
    keys = list(dict.fromkeys(key for kernel in kernels for key in kernel))
    shown = 0
    for kind, what in keys:
        values = [kernel.get((kind, what)) for kernel in kernels]
        if differ(values) or "FAIL" in values:
            print(f"| {kind}: {what} | " + " | ".join(map(words, values)) + " |")
            shown += 1
    print(f"\n{shown} of {len(keys)} rows; the others are the same on all of them, and no case failed in them.")


main(sys.argv[1:])
