#!/usr/bin/env python3
"""Runs random programs (program_generator.py) on Node.js and on our loop; the traces must be equal.

    random_programs.py oracle FOLDER [--programs N] [--seed S]   writes the programs, and Node's traces
    random_programs.py compare FOLDER BACKEND                    runs them on a backend, and compares
    random_programs.py run BACKEND... [--programs N] [--seed S]  both, by hand

On a difference the seed is printed, and the smallest program found that still shows it, with both
traces. 0: no difference, 1: a difference or a failure, 77: skipped, the last line says why.
REQUIRE_ORACLES="node" in the environment makes a failure of it that there is no Node.js. NODE names the
program, default node. SEMANTICS_BUILD is the folder of semantics_programs and of the virtual clock."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

import program_generator as generator

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("SEMANTICS_BUILD", ".")
SKIPPED = 77
# A loop that hangs has to be ended some time; nothing is measured by it.
LIMIT_S = int(os.environ.get("SEMANTICS_LIMIT_S", "300"))


class Skip(Exception):
    pass


def find_node():
    node = shutil.which(os.environ.get("NODE", "node"))
    clock = os.path.join(BUILD, "libsemantics_clock.so")
    missing = "no Node.js here" if node is None else "" if os.path.exists(clock) else "no virtual clock here"
    if not missing:
        return node, clock
    if "node" in os.environ.get("REQUIRE_ORACLES", "").split():
        sys.exit(f"{missing}, and REQUIRE_ORACLES names it")
    raise Skip(missing)


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
    node, clock = find_node()
    traces, fifo = os.path.join(folder, "node.traces"), os.path.join(folder, "fifo")
    if not os.path.exists(fifo):
        os.mkfifo(fifo)
    # One thread, and its own queue instead of io_uring, so that jobs end in order.
    environment = dict(os.environ, LD_PRELOAD=clock, UV_THREADPOOL_SIZE="1", UV_USE_IO_URING="0")
    environment.pop("NODE_OPTIONS", None)
    command = [node, "--no-warnings", os.path.join(HERE, "programs.js"), programs, traces, fifo]
    subprocess.run(command, env=environment, check=True, timeout=LIMIT_S)
    return read_traces(traces)


def run_loop(folder, programs, backend):
    """The traces, and what became of the process if it did not end well."""
    traces = os.path.join(folder, f"{backend}.traces")
    command = [os.path.join(BUILD, "semantics_programs"), backend, programs, traces]
    try:
        status = subprocess.run(command, check=False, timeout=LIMIT_S).returncode
    except subprocess.TimeoutExpired:
        return read_traces(traces), f"no end within {LIMIT_S} s"
    if status == SKIPPED:
        raise Skip(f"{backend} cannot run here")
    return read_traces(traces), f"exit status {status}" if status != 0 else ""


def differing(expected, got):
    return [name for name in expected if got.get(name) != expected[name]]


def shrink(program, backend):
    """Takes operations away for as long as a difference remains."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "programs")
        while True:
            smaller = list(generator.reductions(program))
            write_programs(path, enumerate(smaller))
            expected = run_node(folder, path)
            got, _ = run_loop(folder, path, backend)
            different = differing(expected, got)
            if not different:
                return program, *run_both(folder, program, backend)
            program = min((smaller[int(name)] for name in different), key=size)


def size(program):
    return len(program), sum(len(operations) for operations in program)


def run_both(folder, program, backend):
    path = os.path.join(folder, "programs")
    write_programs(path, [("0", program)])
    return run_node(folder, path)["0"], run_loop(folder, path, backend)[0].get("0")


def show(trace, kinds):
    return "no trace" if trace is None else " ".join(kinds[int(number)] + number for number in trace)


def report(program, backend):
    program, expected, got = shrink(program, backend)
    kinds = {generator.target_of(operation): operation[0] for operations in program
             for operation in operations if generator.creates(operation)}
    kinds[0] = "main"
    print("the smallest program that still differs:")
    for number, operations in enumerate(program):
        print(f"  {kinds[number]}{number}: {' '.join(operations)}")
    print(f"  Node.js:  {show(expected, kinds)}")
    print(f"  {backend}: {show(got, kinds)}")


def compare(folder, backend):
    programs = os.path.join(folder, "programs")
    expected = read_traces(os.path.join(folder, "node.traces"))
    if not expected:
        raise Skip("no traces of Node.js to compare with")
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
    report(generator.generate(int(seed)), backend)
    sys.exit(1)


def make_oracle(folder, first, count):
    programs = os.path.join(folder, "programs")
    for name in ("programs", "node.traces"):
        if os.path.exists(os.path.join(folder, name)):
            os.remove(os.path.join(folder, name))
    write_programs(programs, ((seed, generator.generate(seed)) for seed in range(first, first + count)))
    traces = run_node(folder, programs)
    if len(traces) != count:
        sys.exit(f"Node.js gave {len(traces)} traces of {count}")
    print(f"{count} programs from seed {first}, {sum(map(len, traces.values()))} callbacks")


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
    try:
        if arguments.command == "oracle":
            make_oracle(arguments.folder, arguments.seed, arguments.programs)
        elif arguments.command == "compare":
            compare(arguments.folder, arguments.backend)
        else:
            with tempfile.TemporaryDirectory() as folder:
                make_oracle(folder, arguments.seed, arguments.programs)
                sys.stdout.flush()
                for backend in arguments.backends:
                    try:
                        compare(folder, backend)
                    except Skip as skip:
                        print(f"skipped: {skip}")
    except Skip as skip:
        print(skip)
        sys.exit(SKIPPED)


main()
