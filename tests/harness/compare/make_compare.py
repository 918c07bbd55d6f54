#!/usr/bin/env python3
"""Writes a run of made-up trials for tests of compare: rounds that share a machine which wanders.

usage: make_compare.py FOLDER [NAME=VALUE...] [-- FOLDER ...]
  seed=1 rounds=30 cells=1     accept drain with idle=0, 1, ... cells - 1
  subjects=floor:epoll,epoll,poll
  noise=0.05                   deviation of the logarithm of a trial
  drift=0.1                    the same of what the trials of a round share, correlated by 0.9 with the next
  offset=1                     factor on everything: another state of the machine
  epoll=1.3                    cost of a subject, 1 by default
  PATH:=JSON                   puts a value into the run: manifest.cpus:=8, cells.*.trials.*.valid:=false
"""
import json
import math
import os
import random
import sys

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
            shared = math.exp(float(asked["drift"]) * state) * float(asked["offset"])
            value = 3000 * shared * float(asked.get(subject, 1)) * math.exp(float(asked["noise"]) * generator.gauss(0, 1))
            metrics = {"ns_per_accept": value, "accepts_per_s": 1e9 / value, "server_cpu_us_per_accept": value / 1000}
            found.append({**trial(subject, number, metrics, {}, 1000), "order": order})
        state = 0.9 * state + math.sqrt(1 - 0.81) * generator.gauss(0, 1)
    return found


def cell(idle, found):
    return {
        "workload": "accept", "mode": "drain", "params": {"queue": 1000, "idle": idle, "budget": 64}, "skipped": None,
        "skipped_subjects": [], "counting_trials": [], "trials": found, "summary": [], "ratios": [], "verdicts": [],
    }


def subject_entry(name):
    return {"name": name, "tier": TIERS.get(name, "readiness"), "available": True, "reason": None, "asked": [],
            "granted": [], "opt_in": False, "summary": ""}


def put(node, path, value):
    name, rest = path[0], path[1:]
    if name == "*":
        for each in range(len(node)):
            put(node, [each, *rest], value)
    elif rest:
        put(node[int(name) if isinstance(node, list) else name], rest, value)
    else:
        node[int(name) if isinstance(node, list) else name] = value


def main(folder, *words):
    asked = {"seed": 1, "rounds": 30, "cells": 1, "subjects": "floor:epoll,epoll,poll", "noise": 0.05, "drift": 0.1,
             "offset": 1}
    puts = [word.split(":=", 1) for word in words if ":=" in word]
    asked.update(word.rsplit("=", 1) for word in words if ":=" not in word)
    generator, subjects = random.Random(int(asked["seed"])), asked["subjects"].split(",")
    run = {
        "schema": 1, "id": f"20260101-000000-{asked['seed']}", "command": ["pollbench"], "seed": 1, "profile": "quick",
        "manifest": dict(MANIFEST), "subjects": [subject_entry(name) for name in subjects],
        "cells": [cell(idle, trials(generator, subjects, asked)) for idle in range(int(asked["cells"]))],
        "placement": {"subject_cpu": 1, "generator_cpu": 0}, "why_not_counted": None, "rounds": int(asked["rounds"]),
        "ended": "all rounds are done",
    }
    for path, value in puts:
        put(run, path.split("."), json.loads(value))
    os.makedirs(folder)
    with open(os.path.join(folder, "run.json"), "w", encoding="utf-8") as file:
        json.dump(run, file)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    while "--" in arguments:
        end = arguments.index("--")
        main(*arguments[:end])
        arguments = arguments[end + 1:]
    main(*arguments)
