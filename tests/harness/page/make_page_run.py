#!/usr/bin/env python3
"""Writes a run of accept for the tests of report.html: made-up figures, always the same.

usage: make_page_run.py KIND FOLDER
KIND: small (two modes, all five words, a crossover, skipped subjects), wide (100 cells, 12 subjects) or evil (markup
wherever the file has a string).
"""
import json
import random
import sys

import make_run
import run_folder

EVIL = "<script>window.evil = 1</script><img src=x onerror='window.evil = 2'>&amp;\"' </script>"
make_run.TIERS.update({"io_uring": "completion", "io_uring:+multishot": "completion", "null": "none"})


def drain(params, rounds, factors, bound=()):
    """factors: {subject: its cost}. Rounds differ by 10 %, subjects within one by 1 %."""
    draw = random.Random(json.dumps(params))
    trials = []
    for number in range(rounds):
        common = draw.gauss(0, 0.1)
        for subject, factor in factors.items():
            value = 1700 * factor * 2.718 ** (common + draw.gauss(0, 0.01))
            metrics = {"ns_per_accept": value, "accepts_per_s": 1e9 / value, "server_cpu_us_per_accept": value / 1000}
            trials.append(make_run.trial(subject, number, metrics, {}, 100))
            trials[-1]["generator"]["bound"] = subject in bound
    cell = make_run.cell("accept", "drain", params, [], 0, None)
    cell["trials"] = trials
    return cell


def steady(params, rounds, factors):
    cell = drain(params, rounds, factors, bound=())
    cell["mode"] = "steady"
    for trial in cell["trials"]:
        latency = int(100 * trial["metrics"].pop("ns_per_accept"))
        trial["histograms"] = {"connect_latency_ns": make_run.histogram({latency: 900, 2 * latency: 100})}
    return cell


def small():
    cells = []
    for idle in (0, 10, 100, 1000):
        costs = {"null": 0.03, "select": 1 + idle / 500, "poll": 1.0, "epoll": 1.0, "epoll-et": 1.05,
                 "floor:epoll": 0.9, "io_uring": 0.8 if idle >= 100 else 1.2, "io_uring:+multishot": 1.031}
        cells.append(drain({"queue": 1000, "idle": idle, "budget": 64}, 24, costs))
    cells[0]["skipped_subjects"] = [{"subject": "peer:libuv", "reason": "it accepts one connection in an iteration"}]
    cells.append(steady({"conns": 64, "idle": 0, "budget": 64, "seconds": 0.2}, 24, {"poll": 1.2, "epoll": 1.0, "io_uring": 0.9}))
    for trial in cells[-1]["trials"]:
        if trial["subject"] == "poll":
            trial.update(valid=False, why_invalid="3 connections were lost")
    cells.append(drain({"queue": 10, "idle": 0, "budget": 64}, 0, {}))
    cells[-1]["skipped"] = "net.core.somaxconn is 5"
    return cells


def wide():
    names = ["select", "poll", "epoll", "floor:epoll", "io_uring"] + [f"io_uring:+feature{i}" for i in range(7)]
    for name in names[4:]:
        make_run.TIERS[name] = "completion"
    costs = {name: 1 + i / 20 for i, name in enumerate(names)}
    return [drain({"queue": 10 ** (1 + i % 4), "idle": 10 * i, "budget": 64}, 3, costs) for i in range(100)]


def evil():
    cells = [drain({"queue": 1000, "idle": idle, "budget": EVIL}, 24,
                   {EVIL: 1.5, "epoll": 1.0, "floor:epoll": 0.9, "io_uring": 0.8}) for idle in (0, 10, 100)]
    cells[0]["skipped_subjects"] = [{"subject": EVIL, "reason": EVIL}]
    return cells


def make(kind):
    run = make_run.run_of({"small": small, "wide": wide, "evil": evil}[kind]())
    run["cells"].sort(key=lambda cell: cell["mode"])
    if kind == "evil":
        run["command"] = ["pollbench", "run", EVIL, "it's"]
        for name in ("cpu", "kernel", "virtualization", "commit"):
            run["manifest"][name] = EVIL
        run["id"] = run["profile"] = EVIL
        run["subjects"].append({**run["subjects"][0], "name": EVIL + "2", "available": False, "reason": EVIL})
    else:
        run["subjects"].append({**run["subjects"][0], "name": "kqueue", "available": False,
                                "reason": "it takes a BSD or macOS"})
        run["subjects"].append({**run["subjects"][0], "name": "peer:libuv"})
    run["manifest"]["virtualization"] = run["manifest"]["virtualization"] if kind == "evil" else "kvm"
    return run


def main(kind, folder):
    run_folder.save(folder, make(kind))


if __name__ == "__main__":
    main(*sys.argv[1:])
