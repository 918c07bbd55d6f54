#!/usr/bin/env python3
"""Writes a run of accept drain whose ratios are known, for the tests of charts of ratios.

usage: make_forest_run.py KIND FOLDER
KIND: many (25 subjects, names of 63 bytes, ratios from 0.1 to 30), wide (one interval far wider than
the rest), few (three rounds), two, invalid (nobody but the baseline has trials that count), tiny (figures of
1e-201), small (of 1e-10), zero, swept (two subjects that cost more and more, six that hardly differ) or latency (a sweep of steady, with its histograms).
"""
import random
import sys

import make_run
import run_folder

LONG = "a-name-of-63-bytes-that-somebody-gave-to-a-backend-of-their-own"


def cell(rounds, factors, noise=None, idle=0, mode="drain", base=1700):
    """factors: {subject: its cost}; noise: {subject: deviation of its log ratios}."""
    draw = random.Random(idle)
    trials = []
    for number in range(rounds):
        common = draw.gauss(0, 0.1)
        for subject, factor in factors.items():
            value = base * factor * 2.718281828 ** (common + draw.gauss(0, (noise or {}).get(subject, 0.01)))
            metrics = {"ns_per_accept": value, "accepts_per_s": 1e9 / value if value else 0,
                       "server_cpu_us_per_accept": value / 1000}
            trials.append(make_run.trial(subject, number, metrics, {}, 100))
    params = {"queue": 100, "idle": idle, "budget": 64}
    if mode == "steady":
        params = {"conns": 64, "idle": idle, "budget": 64, "seconds": 0.1}
        for trial in trials:
            latency = int(100 * trial["metrics"].pop("ns_per_accept"))
            trial["histograms"] = {"connect_latency_ns": make_run.histogram({latency: 1800, 3 * latency: 200})}
    made = make_run.cell("accept", mode, params, [], 0, None)
    made["trials"] = trials
    return made


def many():
    factors = {"epoll": 1, "select": 30, "poll": 0.1, LONG: 1.2, LONG[:62] + "2": 0.99, "io_uring": 0.8}
    factors.update({f"subject{i}": 0.7 + i / 20 for i in range(19)})
    return [cell(20, factors)]


def wide():
    return [cell(20, {"epoll": 1, "select": 1.1, "poll": 1.2}, {"poll": 1.5})]


def few():
    return [cell(3, {"epoll": 1, "select": 1.5, "poll": 0.9})]


def two():
    return [cell(20, {"epoll": 1, "poll": 1.02})]


def invalid():
    made = cell(20, {"epoll": 1, "poll": 1.02, "select": 2})
    for trial in made["trials"]:
        if trial["subject"] != "epoll":
            trial.update(valid=False, why_invalid="3 connections were lost")
    return [made]


def tiny():
    return [cell(20, {"epoll": 1, "poll": 2}, base=1e-201)]


def small():
    return [cell(20, {"epoll": 1, "poll": 2}, base=1e-10)]


def zero():
    return [cell(20, {"epoll": 1, "poll": 2}, base=0)]


def swept(mode="drain"):
    names = ["epoll-et", "epoll-oneshot", "io_uring-poll", "peer:libev", "peer:libevent"]
    return [cell(20, {"epoll": 1, "select": 1 + idle / 100, "poll": 1 + idle / 110, "io_uring": 0.9,
                      **{name: 1 + i / 100 for i, name in enumerate(names)}}, idle=idle, mode=mode)
            for idle in (0, 100, 1000)]


def latency():
    return swept("steady")


def main(kind, folder):
    run_folder.save(folder, make_run.run_of({"many": many, "wide": wide, "few": few, "two": two, "invalid": invalid, "tiny": tiny, "small": small,
                                             "zero": zero, "swept": swept, "latency": latency}[kind]()))


if __name__ == "__main__":
    main(*sys.argv[1:])
