"""What is not the same on every kernel: a row for a case, a subject or a counter, a column for a kernel.

usage: table.py --out DIR FOLDER...      each FOLDER as scripts/kernels.sh leaves it
Writes DIR/table.md, which it prints too, and DIR/table.tsv with the same rows.
Exit status: 0 done, 1 a case failed that is not in slow_cases.tsv, 2 bad usage, 3 a folder cannot be read.
"""
import argparse
import csv
import json
import pathlib
import sys

# Counters differ by a few percent where they depend on what happens to come first.
COUNTER_TOLERANCE = 0.1

# Cases that fail on emulated kernels for no other reason than that these are slow: case, backend ("*": any), reason.
SLOW_CASES = pathlib.Path(__file__).with_name("slow_cases.tsv")


class Kernel:
    """What one kernel said. Rows: (what it is about, subject, which) -> what came out."""

    def __init__(self, folder):
        self.name = (folder / "release").read_text().strip()
        self.rows, self.failed, self.absent = {}, {}, set()
        for subject in json.loads((folder / "list.json").read_text())["subjects"]:
            self.add_subject(subject)
        checks = sorted(folder.glob("check.*.json"))
        if not checks:
            raise FileNotFoundError(f"{folder}/check.*.json is missing")
        for check in checks:
            for case in json.loads(check.read_text())["cases"]:
                self.add_case(case)
        # Absent where the subjects that were asked for are not to be had.
        if (folder / "counters.csv").exists():
            with open(folder / "counters.csv", newline="") as lines:
                for line in csv.DictReader(lines):
                    self.rows["for an accept", line["subject"], line["counter"]] = float(line["per_operation"])

    def add_subject(self, subject):
        lacking = sorted(set(subject["asked"]) - set(subject["granted"]))
        if not subject["available"]:
            self.absent.add(subject["name"])
        self.rows["available", subject["name"], ""] = "yes" if subject["available"] and not lacking else \
            ("without " if subject["available"] else "no: ") + (", ".join(lacking) or subject["reason"])

    def add_case(self, case):
        status = case["status"]
        if status == "skip" and case["backend"] in self.absent:
            return  # said once, by the subject's own row
        if status == "FAIL":
            self.failed[case["case"], case["backend"]] = case["reason"]
        elif status == "skip":
            status = "skip: " + case["reason"]
        self.rows["case", case["backend"], case["case"]] = status

    def get(self, key):
        # What an absent subject does not have is no difference of its own.
        return self.rows.get(key, "absent" if key[1] in self.absent else None)


def differ(values):
    values = [value for value in values if value != "absent"]
    if any(not isinstance(value, float) for value in values):
        return len(set(values)) > 1
    return bool(values) and max(values) - min(values) > COUNTER_TOLERANCE * max(max(values), 0.01)


def words(value):
    return "-" if value is None else f"{value:.3g}" if isinstance(value, float) else value


def read_slow_cases():
    lines = [line for line in SLOW_CASES.read_text().splitlines() if line and not line.startswith("#")]
    return {(case, backend): reason for case, backend, reason in (line.split("\t") for line in lines)}


def chosen_rows(kernels):
    """(the rows that are shown, of how many)"""
    keys = list(dict.fromkeys(key for kernel in kernels for key in kernel.rows))
    rows = [(key, [kernel.get(key) for kernel in kernels]) for key in keys]
    return [(key, values) for key, values in rows if differ(values) or "FAIL" in values], len(rows)


def failures(kernels, slow):
    """(lines about those that slowness explains, lines about the others)"""
    explained, others = [], []
    for kernel in kernels:
        for (case, backend), reason in kernel.failed.items():
            line = f"{case} ({backend}) on {kernel.name}: {reason}"
            why = slow.get((case, backend)) or slow.get((case, "*"))
            if why:
                explained.append(f"{line}. {why}")
            else:
                others.append(line)
    return explained, others


def markdown(kernels, rows, total, explained, others):
    text = ["| what | subject | " + " | ".join(kernel.name for kernel in kernels) + " |",
            "| --- | --- |" + " --- |" * len(kernels)]
    for (kind, subject, which), values in rows:
        cells = [kind + (": " + which if which else ""), subject, *map(words, values)]
        text.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    text += ["", f"{len(rows)} of {total} rows; the others are the same on all of them, and no case failed in them."]
    for head, lines in ("Failed:", others), ("Failed for no other reason than that emulation is slow:", explained):
        if lines:
            text += ["", head, ""] + ["- " + line for line in lines]
    return "\n".join(text) + "\n"


def write_tsv(path, kernels, rows):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, dialect="excel-tab", lineterminator="\n")
        out.writerow(["kind", "subject", "which", *(kernel.name for kernel in kernels)])
        for key, values in rows:
            out.writerow([*key, *map(words, values)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    try:
        kernels = [Kernel(folder) for folder in arguments.folders]
    except (OSError, ValueError, KeyError) as problem:
        print(f"kernels: what a kernel handed over cannot be read: {problem}; run it again", file=sys.stderr)
        return 3
    rows, total = chosen_rows(kernels)
    explained, others = failures(kernels, read_slow_cases())
    text = markdown(kernels, rows, total, explained, others)
    (arguments.out / "table.md").write_text(text)
    write_tsv(arguments.out / "table.tsv", kernels, rows)
    print(text, end="")
    return 1 if others else 0


sys.exit(main())
