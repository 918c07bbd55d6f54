#!/usr/bin/env python3
"""Runs the fixed programs of orders.txt: the words must be the same everywhere.

    orders.py node            every program that names Node.js, on Node.js
    orders.py libuv           every program that names libuv, on the libuv that is here
    orders.py BACKEND         every program, on our loop

0: all is as it should be, 1: it is not, 77: skipped, the last line says why. See oracles.py."""

import operator
import os
import re
import subprocess
import sys
import tempfile

import oracles


def read_orders():
    """(name, {oracle: condition}, words) of each line."""
    with open(os.path.join(oracles.HERE, "orders.txt"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                head, words = line.split(":", 1)
                name, *named = head.split()
                conditions = dict(re.fullmatch(r"([a-z]+)(.*)", oracle).groups() for oracle in named)
                yield name, conditions, words.split()


def holds(condition, version):
    if not condition:
        return True
    sign, bound = re.fullmatch(r"(<|>=)([\d.]+)", condition).groups()
    compare = {"<": operator.lt, ">=": operator.ge}[sign]
    return compare(numbers(version), numbers(bound))


def numbers(version):
    return [int(number) for number in version.split("-")[0].split(".")]


def without_tasks(words):
    return [word for word in words if not re.search(r"tick|microtask", word)]


def chosen(oracle, version=""):
    """The programs for this oracle, and what they have to print."""
    for name, conditions, words in read_orders():
        if oracle in conditions and holds(conditions[oracle], version):
            yield name, words


def node_results():
    with tempfile.TemporaryDirectory() as folder:
        for name, words in chosen("node"):
            command, environment = oracles.node_command(folder, "orders.js", name)
            yield name, words, oracles.output_of(command, environment)


def libuv_results():
    program = oracles.libuv_program()
    version = oracles.output_of([program, "--version"])
    print(f"libuv {version}")
    for name, words in chosen("libuv", version):
        yield name, without_tasks(words), oracles.output_of([program, name])


def loop_results(backend):
    ran = False
    for name, _, words in read_orders():
        command = [os.path.join(oracles.BUILD, "semantics_orders"), backend, name]
        result = subprocess.run(command, check=False, timeout=oracles.LIMIT_S, stdout=subprocess.PIPE, text=True)
        if result.returncode == oracles.SKIPPED:
            if not ran:
                raise oracles.Skip(result.stdout.strip())
            continue
        ran = True
        yield name, words, result.stdout.strip() if result.returncode == 0 else f"exit {result.returncode}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    subject = sys.argv[1]
    results = {"node": node_results, "libuv": libuv_results}.get(subject, lambda: loop_results(subject))
    count = failed = 0
    for name, words, output in results():
        count += 1
        if output.split() != words:
            failed += 1
            print(f"{name}:\n  {subject}: {output}\n  expected: {' '.join(words)}")
    print(f"{subject}: {count} programs, {failed} with another order")
    sys.exit(1 if failed or count == 0 else 0)


oracles.end_with(main)
