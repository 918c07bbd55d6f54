#!/usr/bin/env python3
"""Damages a run in one place at a time and has pollbench report on it: exit status 0 or 3, never a signal.

usage: mutate_run.py POLLBENCH RUN.json [SECONDS]
Every node of the document is deleted and replaced by each of REPLACEMENTS, in an order that is shuffled by
a fixed seed, until all is done or SECONDS (12) are over. Runs in the current folder.
"""
import copy
import json
import os
import random
import subprocess
import sys
import time

DELETED = object()
REPLACEMENTS = [
    DELETED, None, True, 0, -1, 0.5, 1e308, -1e308, 2**62, "", "x", "\x1b[31m\u0085", "%s%n", "y" * 5000, [], {},
    [[[]]], [None], {"": None}, {"name": -1},
]


def nodes(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from nodes(child, path + (name,))


def damaged(run, path, replacement):
    if not path:
        return None if replacement is DELETED else replacement
    run = copy.deepcopy(run)
    parent = run
    for name in path[:-1]:
        parent = parent[name]
    if replacement is DELETED:
        del parent[path[-1]]
    else:
        parent[path[-1]] = replacement
    return run


def small(run):
    """Few trials and buckets are enough: what is damaged in one is damaged in any."""
    for cell in run["cells"]:
        del cell["trials"][8:], cell["counting_trials"][1:], cell["ratios"][1:]
        for trial in cell["trials"] + cell["counting_trials"]:
            for histogram in trial["histograms"].values():
                histogram["buckets"] = histogram["buckets"].split(";")[0]
                histogram["count"] = sum(map(int, histogram["buckets"].split(":")[-1].split(",")))
    return run


def report(pollbench, run):
    os.makedirs("damaged", exist_ok=True)
    with open("damaged/run.json", "w", encoding="utf-8") as file:
        json.dump(run, file)
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


def main(pollbench, path, seconds="12"):
    with open(path, encoding="utf-8") as file:
        run = small(json.load(file))
    # A gnuplot that does nothing: the real one would take all of the time, and only reads what is written.
    os.makedirs("bin", exist_ok=True)
    os.symlink("/bin/true", "bin/gnuplot")
    cases = [(place, new) for place in nodes(run) for new in REPLACEMENTS]
    random.Random(1).shuffle(cases)
    problem = report(pollbench, run)
    if problem:
        print(f"undamaged: {problem}")
        return 1
    end = time.monotonic() + float(seconds)
    tried = failures = 0
    for place, new in cases:
        if time.monotonic() > end or failures == 10:
            break
        problem = report(pollbench, damaged(run, place, new))
        tried += 1
        if problem:
            shown = "deleted" if new is DELETED else json.dumps(new)[:60]
            print(f"{'.'.join(map(str, place)) or 'the file'} = {shown}: {problem}")
            failures += 1
    print(f"{tried} of {len(cases)} kinds of damage tried, {failures} handled wrongly")
    return 1 if failures or tried == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
