#!/usr/bin/env python3
"""Damages a run in one place at a time and has pollbench report on it: exit status 0 or 3, never a signal.

usage: mutate_run.py POLLBENCH FOLDER [SECONDS]
Every node of run.json, and of each line of trials.jsonl, is deleted and replaced by each of REPLACEMENTS; and
trials.jsonl is damaged as text, by each of TEXT_DAMAGES at each of its lines. The order is shuffled by a fixed seed; it
ends when all is done or SECONDS (12) are over. Runs in the current folder.
"""
import copy
import json
import os
import random
import subprocess
import sys
import time

import run_folder

DELETED = object()
REPLACEMENTS = [
    DELETED, None, True, 0, -1, 0.5, 1e308, -1e308, 2**62, "", "x", "\x1b[31m\u0085", "%s%n", "y" * 5000, [], {},
    [[[]]], [None], {"": None}, {"name": -1},
]

# line: its text; each gives what stands in its place.
TEXT_DAMAGES = {
    "cut off": lambda line: line[: len(line) // 2],
    "cut off without its end": lambda line: line[:-1],
    "twice": lambda line: line + "\n" + line,
    "joined": lambda line: line + line,
    "empty": lambda line: "",
    "blank": lambda line: "  ",
    "with a zero byte": lambda line: line[:20] + "\0" + line[20:],
    "not UTF-8": lambda line: line[:9] + "\udcff" + line[9:],
    "not JSON": lambda line: "{" + line,
    "deep": lambda line: "[" * 5000,
    "no trial": lambda line: "[]",
}


def nodes(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from nodes(child, path + (name,))


def damaged(document, path, replacement):
    document = copy.deepcopy(document)
    parent = document
    for name in path[:-1]:
        parent = parent[name]
    if replacement is DELETED:
        del parent[path[-1]]
    else:
        parent[path[-1]] = replacement
    return document


def small(run):
    """Few trials and buckets are enough: what is damaged in one is damaged in any."""
    for cell in run["cells"]:
        del cell["trials"][8:], cell["counting_trials"][1:], cell["ratios"][1:]
        for trial in cell["trials"] + cell["counting_trials"]:
            for histogram in trial["histograms"].values():
                histogram["buckets"] = histogram["buckets"].split(";")[0]
                histogram["count"] = sum(map(int, histogram["buckets"].split(":")[-1].split(",")))
    return run


def report(pollbench, document):
    """document: {"run.json": value, "trials.jsonl": [value or text of each line]}."""
    os.makedirs("damaged", exist_ok=True)
    for name in ("run.json", "trials.jsonl"):
        if os.path.exists(os.path.join("damaged", name)):
            os.remove(os.path.join("damaged", name))
    if "run.json" in document:
        with open("damaged/run.json", "w", encoding="utf-8") as file:
            json.dump(document["run.json"], file)
    if "trials.jsonl" in document:
        with open("damaged/trials.jsonl", "w", encoding="utf-8", errors="surrogateescape") as file:
            lines = document["trials.jsonl"] if isinstance(document["trials.jsonl"], list) else [document["trials.jsonl"]]
            file.writelines((line if isinstance(line, Text) else json.dumps(line)) + "\n" for line in lines)
    done = subprocess.run(
        [pollbench, "report", "damaged"], env={**os.environ, "PATH": os.path.abspath("bin")}, timeout=60,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
    )
    if done.returncode not in (0, 3):
        return f"exit status {done.returncode}: {done.stderr[-300:]!r}"
    if done.returncode == 3 and not done.stderr:
        return "it does not say what is wrong"
    if b"\x1b" in done.stdout or b"\x1b" in done.stderr:
        return "a control character of the file reaches the terminal"
    return None


class Text(str):
    """A line that is written as it is."""


def cases_of(document):
    """What is damaged, and how, in words; and what gives the damaged document."""
    for path in nodes(document):
        if not path:
            continue
        for new in REPLACEMENTS:
            shown = "deleted" if new is DELETED else json.dumps(new)[:60]
            yield f"{'.'.join(map(str, path))} = {shown}", path, new
    for number, line in enumerate(document["trials.jsonl"]):
        for name, damage in TEXT_DAMAGES.items():
            yield f"line {number + 1} is {name}", ("trials.jsonl", number), Text(damage(json.dumps(line)))


def main(pollbench, folder, seconds="12"):
    whole, lines = run_folder.split(small(run_folder.load(folder)))
    document = {"run.json": whole, "trials.jsonl": lines}
    # A gnuplot that does nothing: the real one would take all of the time, and only reads what is written.
    os.makedirs("bin", exist_ok=True)
    os.symlink("/bin/true", "bin/gnuplot")
    cases = list(cases_of(document))
    random.Random(1).shuffle(cases)
    problem = report(pollbench, document)
    if problem:
        print(f"undamaged: {problem}")
        return 1
    end = time.monotonic() + float(seconds)
    tried = failures = 0
    for words, place, new in cases:
        if time.monotonic() > end or failures == 10:
            break
        problem = report(pollbench, damaged(document, place, new))
        tried += 1
        if problem:
            print(f"{words}: {problem}")
            failures += 1
    print(f"{tried} of {len(cases)} kinds of damage tried, {failures} handled wrongly")
    return 1 if failures or tried == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
