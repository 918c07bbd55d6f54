#!/usr/bin/env python3
"""Writes a run of made-up trials for tests of compare: rounds that share a machine which wanders (made_runs.c).

usage: make_compare.py FOLDER [NAME=VALUE...] [-- FOLDER ...]
  seed=1 rounds=30 cells=1     accept drain with idle=0, 1, ... cells - 1
  subjects=floor:epoll,epoll,poll
  epoll=1.3                    cost of a subject, 1 by default
  PATH:=JSON                   puts a value into the run (run_folder.py): manifest.cpus:=8, cells.*.trials.*.valid:=false
  PATH:=                       takes it away
"""
import json
import math
import pathlib
import random
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "record"))
import run_folder
from make_run import TIERS, trial

MANIFEST = {
    "date": "2026-01-01T00:00:00Z", "kernel": "Linux 6.18.0", "kernel_build": "#1", "machine": "x86_64", "cpu": "CPU",
    "cpus": 2, "cores": 2, "memory_kib": 8000000, "virtualization": "kvm", "mitigations": {"meltdown": "Not affected"},
    "sysctl": {"net.core.somaxconn": 4096}, "libraries": {"libc": "glibc 2.36"}, "commit": "aaaa", "compiler": "gcc 12",
    "build_type": "RelWithDebInfo", "flags": "-O2 -Wall", "timer_slack_ns": 50000,
}


def trials(generator, subjects, asked):
    state, found = generator.gauss(0, 1), []
    for number in range(int(asked["rounds"])):
        for order, subject in enumerate(subjects):
            own = math.exp(0.05 * generator.gauss(0, 1))
            value = 3000 * math.exp(0.1 * state) * own * float(asked.get(subject, 1))
            metrics = {"ns_per_accept": value, "accepts_per_s": 1e9 / value, "server_cpu_us_per_accept": value / 1000}
            found.append({**trial(subject, number, metrics, {}, 1000), "order": order})
        state = 0.9 * state + math.sqrt(1 - 0.81) * generator.gauss(0, 1)
    return found


def cell(idle, found):
    return {
        "workload": "accept", "mode": "drain", "params": {"queue": 1000, "idle": idle, "budget": 64}, "skipped": None,
        "skipped_subjects": [], "trials": found, "baseline": None, "summary": [], "ratios": [], "verdicts": [],
    }


def subject_entry(name):
    return {"name": name, "tier": TIERS.get(name, "readiness"), "available": True, "reason": None, "asked": [],
            "granted": [], "opt_in": False, "summary": ""}


def put(node, path, text):
    name, rest = path[0], path[1:]
    if name == "*":
        for each in range(len(node)):
            put(node, [each, *rest], text)
        return
    name = int(name) if isinstance(node, list) else name
    if rest:
        put(node[name], rest, text)
    elif text:
        node[name] = json.loads(text)
    else:
        del node[name]


def main(folder, *words):
    asked = {"seed": 1, "rounds": 30, "cells": 1, "subjects": "floor:epoll,epoll,poll"}
    puts = [word.split(":=", 1) for word in words if ":=" in word]
    asked.update(word.rsplit("=", 1) for word in words if ":=" not in word)
    generator, subjects = random.Random(int(asked["seed"])), asked["subjects"].split(",")
    run = {
        "schema": 2, "id": f"20260101-000000-{int(asked['seed']):04x}", "command": ["pollbench"], "seed": 1,
        "profile": "quick", "baseline": None, "manifest": dict(MANIFEST), "calibration": None,
        "subjects": [subject_entry(name) for name in subjects],
        "cells": [cell(idle, trials(generator, subjects, asked)) for idle in range(int(asked["cells"]))],
        "placement": {"subject_cpu": 1, "generator_cpu": 0}, "why_not_counted": None, "rounds": int(asked["rounds"]),
        "ended": "all rounds are done",
    }
    for path, text in puts:
        put(run, path.split("."), text)
    run_folder.save(folder, run)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    while "--" in arguments:
        end = arguments.index("--")
        main(*arguments[:end])
        arguments = arguments[end + 1:]
    main(*arguments)
