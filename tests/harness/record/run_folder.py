"""A result folder as one dictionary: that of run.json, with the trials of trials.jsonl in their cells.

Each cell has "trials", "counting_trials" and "twin_trials", and its "headroom" its own "trials". A trial is a line without its "run",
"kind" and "cell", which its place says.
"""
import json
import os

KINDS = ("measured", "counting", "headroom", "twin")
LISTS = {"measured": "trials", "counting": "counting_trials", "headroom": "trials", "twin": "twin_trials"}


def lines(folder):
    """Of trials.jsonl, as bytes. A last one that was cut off is left out."""
    with open(os.path.join(folder, "trials.jsonl"), "rb") as file:
        return file.read().split(b"\n")[:-1]


def load(folder):
    with open(os.path.join(folder, "run.json"), encoding="utf-8") as file:
        run = json.load(file)
    for cell in run["cells"]:
        cell["trials"], cell["counting_trials"], cell["twin_trials"] = [], [], []
        if "headroom" in cell:
            cell["headroom"]["trials"] = []
    for line in lines(folder):
        trial = json.loads(line)
        cell = run["cells"][trial.pop("cell")]
        kind = trial.pop("kind")
        del trial["run"]
        # Of a run that was killed, run.json may be one step behind.
        place = cell.setdefault("headroom", {"trials": []}) if kind == "headroom" else cell
        place[LISTS[kind]].append(trial)
    return run


def split(run):
    """The dictionary of run.json, and those of the lines, cell by cell."""
    found, cells = [], []
    for index, cell in enumerate(run["cells"]):
        cell = dict(cell)
        headroom = dict(cell["headroom"]) if "headroom" in cell else None
        of_kind = (cell.pop("trials", []), cell.pop("counting_trials", []),
                   headroom.pop("trials", []) if headroom else [], cell.pop("twin_trials", []))
        for kind, trials in zip(KINDS, of_kind):
            found += [{"run": run["id"], "kind": kind, "cell": index, **trial} for trial in trials]
        cells.append({**cell, "headroom": headroom} if headroom else cell)
    return {**run, "cells": cells}, found


def save(folder, run):
    """Replaces both files of a folder, which is made when it is not there."""
    os.makedirs(folder, exist_ok=True)
    whole, found = split(run)
    with open(os.path.join(folder, "run.json"), "w", encoding="utf-8") as file:
        json.dump(whole, file, separators=(",", ":"))
    with open(os.path.join(folder, "trials.jsonl"), "w", encoding="utf-8") as file:
        for trial in found:
            file.write(json.dumps(trial, separators=(",", ":")) + "\n")
