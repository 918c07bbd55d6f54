#!/usr/bin/env python3
"""Runs random programs (program_generator.py) on Node.js and on our loop; the traces must be equal.

    random_programs.py oracle FOLDER [--programs N] [--seed S]   writes the programs, and Node's traces
    random_programs.py compare FOLDER BACKEND                    runs them on a backend, and compares
    random_programs.py run BACKEND... [--programs N] [--seed S]  both, by hand

On a difference the seed is printed, and the smallest program found that still shows it, with both
traces. 0: no difference, 1: a difference or a failure, 77: skipped, the last line says why. See
oracles.py for what it needs, program_generator.py for what a program is."""

import argparse
import os
import subprocess
import sys
import tempfile

import oracles
import program_generator as generator

ALONE_LIMIT_S = 10


def write_programs(path, named):
    with open(path, "w", encoding="ascii") as file:
        for name, program in named:
            file.write(generator.to_line(name, program) + "\n")


def read_traces(path):
    traces = {}
    if os.path.exists(path):
        with open(path, encoding="ascii") as file:
            for line in file:
                if line.endswith("\n"):
                    name, trace = line.split(":")
                    traces[name] = trace.split()
    return traces


def run_node(folder, programs):
    traces = os.path.join(folder, "node.traces")
    command, environment = oracles.node_command(folder, "programs.js", programs, traces)
    oracles.output_of(command, environment)
    return read_traces(traces)


def run_loop(folder, programs, backend, limit_s=oracles.LIMIT_S):
    """The traces, and what became of the process if it did not end well."""
    traces = os.path.join(folder, f"{backend}.traces")
    if os.path.exists(traces):
        os.remove(traces)
    command = [os.path.join(oracles.BUILD, "semantics_programs"), backend, programs, traces]
    try:
        status = subprocess.run(command, check=False, timeout=limit_s).returncode
    except subprocess.TimeoutExpired:
        return read_traces(traces), f"no end within {limit_s} s"
    if status == oracles.SKIPPED:
        raise oracles.Skip(f"{backend} cannot run here")
    return read_traces(traces), f"exit status {status}" if status != 0 else ""


def differing(expected, got):
    return [name for name in expected if got.get(name) != expected[name]]


def run_alone(folder, program, backend):
    """In a process of its own: the trace, and what became of the process if it did not end well."""
    path = os.path.join(folder, "program")
    write_programs(path, [("0", program)])
    traces, failure = run_loop(folder, path, backend, ALONE_LIMIT_S)
    return traces.get("0"), failure


def shrink(folder, program, backend):
    """Takes operations away for as long as a difference remains; None when there is none to begin with.
    With it Node's trace, ours, and what became of our process."""
    path, smallest, candidates = os.path.join(folder, "programs"), None, [program]
    while candidates:
        write_programs(path, enumerate(candidates))
        expected, candidates_left = run_node(folder, path), candidates
        candidates = []
        for name, candidate in enumerate(candidates_left):
            got, failure = run_alone(folder, candidate, backend)
            if got != expected[str(name)] or failure:
                smallest = candidate, expected[str(name)], got, failure
                candidates = list(generator.reductions(candidate))
                break
    return smallest


def show(trace, kinds):
    return "no trace" if trace is None else " ".join(kinds[int(number)] + number for number in trace)


def report(program, backend, expected, got):
    with tempfile.TemporaryDirectory() as folder:
        smallest = shrink(folder, program, backend)
    if smallest is None:
        print("it differs only behind the programs before it:")
        smallest = program, expected, got, ""
    else:
        print("the smallest program that still differs:")
    program, expected, got, failure = smallest
    kinds = {generator.target_of(operation): operation[0] for operations in program
             for operation in operations if generator.creates(operation)}
    kinds[0] = "main"
    for number, operations in enumerate(program):
        print(f"  {kinds[number]}{number}: {' '.join(operations)}")
    print(f"  Node.js:  {show(expected, kinds)}")
    print(f"  {backend}: {show(got, kinds)} {failure}")


def compare(folder, backend):
    programs = os.path.join(folder, "programs")
    expected = read_traces(os.path.join(folder, "node.traces"))
    if not expected:
        raise oracles.Skip("no traces of Node.js to compare with")
    with tempfile.TemporaryDirectory() as own:
        got, failure = run_loop(own, programs, backend)
    different = differing(expected, got)
    if not different:
        if failure:
            sys.exit(f"{backend}: {failure}")
        print(f"{backend}: {len(expected)} programs, no difference")
        return
    # Behind one that was not finished, all have no trace.
    seed = different[0]
    print(f"{backend}: of {len(expected)} programs {len(different)} differ, first that of seed {seed} {failure}")
    sys.stdout.flush()
    report(generator.generate(int(seed)), backend, expected[seed], got.get(seed))
    sys.exit(1)


def make_oracle(folder, first, count):
    os.makedirs(folder, exist_ok=True)
    programs = os.path.join(folder, "programs")
    for name in ("programs", "node.traces"):
        if os.path.exists(os.path.join(folder, name)):
            os.remove(os.path.join(folder, name))
    write_programs(programs, ((seed, generator.generate(seed)) for seed in range(first, first + count)))
    traces = run_node(folder, programs)
    if len(traces) != count:
        sys.exit(f"Node.js gave {len(traces)} traces of {count}")
    print(f"{count} programs from seed {first}, {sum(map(len, traces.values()))} callbacks")


def run_by_hand(arguments):
    with tempfile.TemporaryDirectory() as folder:
        make_oracle(folder, arguments.seed, arguments.programs)
        sys.stdout.flush()
        for backend in arguments.backends:
            try:
                compare(folder, backend)
            except oracles.Skip as skip:
                print(f"skipped: {skip}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("oracle", "run"):
        command = commands.add_parser(name)
        command.add_argument("--programs", type=int, default=2400)
        command.add_argument("--seed", type=int, default=1)
        if name == "oracle":
            command.add_argument("folder")
        else:
            command.add_argument("backends", nargs="+")
    command = commands.add_parser("compare")
    command.add_argument("folder")
    command.add_argument("backend")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.command == "oracle":
        make_oracle(arguments.folder, arguments.seed, arguments.programs)
    elif arguments.command == "compare":
        compare(arguments.folder, arguments.backend)
    else:
        run_by_hand(arguments)


oracles.end_with(main)
