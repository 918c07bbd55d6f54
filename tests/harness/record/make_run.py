#!/usr/bin/env python3
"""Writes a run of made-up figures that can be worked out by hand, as the schemas in results/ want it.

usage: make_run.py KIND FOLDER [ROUNDS]
KIND: accuracy, scale, saturate, mixed, throughput, crossover, close, alone, lost, or large (100 cells, 12
subjects, for speed).
Round r of R adds r - (R - 1) / 2 to each figure of a subject, so that its median is the figure itself. The figures of
a large run vary from trial to trial instead, as measured ones do, always in the same way.
"""
import random
import sys

import run_folder

TIERS = {"io_uring": "completion", "null": "none", "floor:nanosleep": "none", "floor:timerfd": "none"}


def bucket(value):
    shift = value.bit_length() - 7
    return shift * 64 + (value >> shift) - 64


def buckets(counts):
    """counts: {bucket: how many}. Runs of neighbours; zeros bridge a gap of one or two."""
    text, end = "", None
    for index, count in sorted(counts.items()):
        gap = None if end is None else index - end
        text += f"{'' if end is None else ';'}{index}:" if gap is None or gap > 2 else "," + "0," * gap
        text += str(count)
        end = index + 1
    return text


def histogram(values):
    """values: {ns: how many}, each at least 128."""
    counts = {}
    for value, times in values.items():
        counts[bucket(value)] = counts.get(bucket(value), 0) + times
    return {
        "unit": "ns", "layout": "log-linear-64", "count": sum(values.values()),
        "sum": sum(value * times for value, times in values.items()), "min": min(values), "max": max(values),
        "under": 0, "over": 0, "buckets": buckets(counts),
    }


def trial(subject, number, metrics, histograms, operations):
    return {
        "subject": subject, "start_ns": 1, "metrics": metrics, "histograms": histograms,
        "counters": {"operations": operations, "waits": 2 * operations},
        "usage": {"wall_ns": 1, "cpu_ns": 1, "user_us": 1, "system_us": 1, "voluntary": 1, "involuntary": 0,
                  "maxrss_kib": 1},
        "generator": {"cpu_utilisation": None, "late_ns_p99": None, "bound": False, "connections": 0, "errors": {},
                      "source_addresses": 0, "pinned": False},
        "granted": [], "valid": True, "why_invalid": None, "round": number, "order": 0, "attempt": 0,
    }


def cell(workload, mode, params, subjects, rounds, figures):
    """With its trials, as in run_folder. figures(subject) gives metrics, and histograms as {name: {ns: how many}}."""
    trials = []
    for subject in subjects:
        metrics, histograms = figures(subject)
        stored = {name: histogram(values) for name, values in histograms.items()}
        for number in range(rounds):
            shifted = {
                name: value if name in ("early", "refused_share") else value + number - (rounds - 1) / 2
                for name, value in metrics.items()
            }
            trials.append(trial(subject, number, shifted, stored, 100))
    return {
        "workload": workload, "mode": mode, "params": params, "skipped": None, "skipped_subjects": [],
        "counting_trials": [], "trials": trials, "baseline": None, "summary": [], "ratios": [], "verdicts": [],
    }


def accuracy(rounds):
    """Late by 50 us, and without slack by 5; select 0.1 % of the interval more, io_uring 10 us less. At
    100 ms a trial has 40 timers: p90 takes all rounds together."""
    cells = []
    for interval_us in (100, 1000, 10000, 100000):
        for slack in ("default", "1"):
            def figures(subject):
                late = (50000 if slack == "default" else 5000) + (interval_us if subject == "select" else 0)
                late -= 1000 if subject == "io_uring" else 0
                count = 2000 if interval_us < 100000 else 40
                values = {late: count - count // 20, 2 * late: count // 20}
                metrics = {"lateness_p50_ns": late, "early": 0, "drift_ns_per_s": 2000, "cpu_us_per_timer": 20}
                return metrics, {"lateness_ns": values}
            params = {"interval_us": interval_us, "timers": 1, "slack": slack, "busy_us": 0, "conns": 0,
                      "scheduler": "other", "seconds": 0.2}
            cells.append(cell("timer", "accuracy", params, ("select", "io_uring", "floor:nanosleep"), rounds, figures))
    return cells


def scale(rounds):
    """libuv takes four times as long as epoll, ten times to cancel."""
    cells = []
    for timers in (1000, 10000, 100000, 1000000):
        def figures(subject):
            factor = timers // 1000
            libuv = subject == "peer:libuv"
            names = ("ns_per_start_and_fire", "ns_per_start", "ns_per_fire", "ns_per_restart")
            metrics = {name: (400 if libuv else 100) * factor for name in names}
            metrics["ns_per_cancel"] = (1000 if libuv else 100) * factor
            metrics["bytes_per_timer"] = 152 if libuv else 104
            return metrics, {}
        cells.append(cell("timer", "scale", {"timers": timers, "due": "random"}, ("epoll", "peer:libuv"), rounds, figures))
    return cells


def saturate(rounds):
    """Carries up to 0.9 of its capacity of 10,000 jobs/s a thread; past it the queue is full."""
    cells = []
    for threads in (1, 4):
        for load in (0.1, 0.5, 0.9, 1, 1.5):
            def figures(_subject):
                offered = 10000 * threads * load
                delivered = min(offered, 9500 * threads)
                wait = 5000 if load < 1 else 20000000
                metrics = {
                    "jobs_per_s": delivered, "offered_per_s": offered, "capacity_per_s": 10000 * threads,
                    "refused_share": 0 if load <= 1 else 0.25, "cpu_us_per_job": 100,
                }
                waits = {wait: 1900, 2 * wait: 100}
                few = {wait: 50}
                return metrics, {"queue_wait_ns": waits if load > 0.1 else few, "service_ns": {100000: 2000},
                                 "loop_lag_ns": {1000000: 2000}}
            params = {"threads": threads, "job": "spin", "job_us": 100, "load": load, "queue_limit": 256, "cache": "warm",
                      "seconds": 0.5}
            cells.append(cell("pool", "saturate", params, ("epoll",), rounds, figures))
    return cells


def mixed(rounds):
    def figures(_subject):
        return {
            "fast_queue_wait_p50_ns": 5000000, "fast_queue_wait_p99_ns": 40000000, "alone_queue_wait_p50_ns": 50000,
            "alone_queue_wait_p99_ns": 100000, "refused_share": 0.125,
        }, {}
    return [
        cell("pool", "mixed", {"threads": 4, "load": load, "queue_limit": 256, "seconds": 0.5}, ("epoll",), rounds,
             figures)
        for load in (0.3, 0.6)
    ]


def throughput(rounds):
    def figures(subject):
        return {"jobs_per_s": 2000000 if subject == "epoll" else 500000, "cpu_us_per_job": 2000}, {}
    return [
        cell("pool", "throughput", {"threads": threads, "batch": 256, "seconds": 0.5}, ("epoll", "peer:libuv"), rounds,
             figures)
        for threads in (1, 4)
    ]


def drain(levels, subjects, rounds):
    """levels: {idle: (ns of each subject)}."""
    return [
        cell("accept", "drain", {"queue": 100, "idle": idle, "budget": 64}, subjects, rounds,
             lambda subject, ns=dict(zip(subjects, figures)): ({"ns_per_accept": ns[subject]}, {}))
        for idle, figures in levels.items()
    ]


def crossover(rounds):
    """poll and io_uring change places with epoll, at different values; epoll-et is as epoll."""
    subjects = ("poll", "epoll", "epoll-et", "io_uring", "floor:epoll")
    return drain({
        0: (90000, 100000, 100000, 110000, 80000), 10: (90000, 100000, 100000, 101000, 80000),
        100: (200000, 100000, 100000, 90000, 80000), 1000: (900000, 100000, 100000, 80000, 80000),
    }, subjects, rounds)


def alone(rounds):
    """One subject, and null, which has no part in verdicts."""
    return drain({0: (100000, 50)}, ("epoll", "null"), rounds)


def close(rounds):
    """Three that differ by less than the minimum effect."""
    return drain({0: (101000, 100000, 99000)}, ("poll", "epoll", "epoll-et"), rounds)


def lost(rounds):
    """No trial of io_uring is valid, for two reasons; the commoner one has a number in it."""
    cells = drain({0: (100000, 1000)}, ("epoll", "io_uring"), rounds)
    for each in cells[0]["trials"]:
        number = each["round"]
        if each["subject"] == "io_uring":
            each["valid"] = False
            each["why_invalid"] = f"it lost {number + 2} connections" if number % 3 else "the server was killed"
    return cells


def large(rounds):
    """Two histograms of about 100 buckets in each trial."""
    subjects = ["epoll", "peer:libuv", "floor:nanosleep"] + [f"subject{i}" for i in range(9)]
    chance = random.Random(1)
    shapes = [histogram({20000 + shift + 600 * i: 1 + i * shift % 7 for i in range(100)}) for shift in range(97)]

    def vary(cell_of_run):
        for each in cell_of_run["trials"]:
            factor = chance.lognormvariate(0, 0.1)
            each["metrics"] = {name: value * factor for name, value in each["metrics"].items()}
            each["histograms"] = {name: chance.choice(shapes) for name in ("lateness_ns", "iteration_ns")}
        return cell_of_run

    def figures(_subject):
        names = ("lateness_p50_ns", "lateness_p99_ns", "drift_ns_per_s", "cpu_us_per_timer")
        return {**dict.fromkeys(names, 100000), "early": 0}, {}
    return [
        vary(cell("timer", "accuracy",
                  {"interval_us": 100 * (1 + i % 10), "timers": 1 + i // 10, "slack": "default", "busy_us": 0,
                   "conns": 0, "scheduler": "other", "seconds": 1}, subjects, rounds, figures))
        for i in range(100)
    ]


def run_of(cells):
    """For run_folder.save()."""
    names = dict.fromkeys(trial["subject"] for cell in cells for trial in cell["trials"])
    subjects = [
        {"name": name, "tier": TIERS.get(name, "readiness"), "available": True, "reason": None, "asked": [],
         "granted": [], "opt_in": False, "summary": ""}
        for name in names
    ]
    unknown = ("kernel_build", "machine", "allowed_cpus", "user_hz", "memory_kib", "governor", "clocksource", "hz",
               "commit", "compiler", "build_type", "flags")
    manifest = {"date": "2026-01-01T00:00:00Z", "kernel": "Linux", "cpu": "CPU", "cpus": 2, "cores": 2,
                "virtualization": "none", "timer_slack_ns": 50000, **dict.fromkeys(unknown), "mitigations": {},
                "sysctl": {}, "limits": dict.fromkeys(
                    f"{limit}_{end}" for limit in ("nofile", "memlock", "nproc") for end in ("soft", "hard")),
                "libraries": dict.fromkeys(("libc", "jansson"))}
    return {
        "schema": 2, "id": "20260101-000000-0000", "command": ["pollbench"], "seed": 1, "profile": "quick",
        "baseline": None, "manifest": manifest, "calibration": None, "subjects": subjects, "cells": cells,
        "placement": {"subject_cpu": -1, "generator_cpu": -1},
        "why_not_counted": None, "ended": "all rounds are done",
        "rounds": max((trial["round"] + 1 for cell in cells for trial in cell["trials"]), default=0),
    }


def main(kind, folder, rounds="11"):
    makers = (accuracy, scale, saturate, mixed, throughput, crossover, close, alone, lost, large)
    make = {maker.__name__: maker for maker in makers}[kind]
    run_folder.save(folder, run_of(make(int(rounds))))


if __name__ == "__main__":
    main(*sys.argv[1:])
