"""Where the oracles are, and what it means that one is not there. scripts/find_program.sh finds Node.js.
SEMANTICS_BUILD is the folder of our programs and of the virtual clock. REQUIRE_ORACLES="node libuv" in
the environment makes a failure of it that one of these is missing."""

import functools
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("SEMANTICS_BUILD", ".")
SKIPPED = 77
# A program that hangs has to be ended some time; nothing is measured by it.
LIMIT_S = int(os.environ.get("SEMANTICS_LIMIT_S", "120"))


class Skip(Exception):
    pass


def missing(oracle, reason):
    """Skip, unless the environment says that this oracle has to be there."""
    if oracle in os.environ.get("REQUIRE_ORACLES", "").split():
        sys.exit(f"{reason}, and REQUIRE_ORACLES names {oracle}")
    raise Skip(reason)


@functools.lru_cache(maxsize=None)
def find_node():
    finder = os.path.join(HERE, "..", "..", "scripts", "find_program.sh")
    found = subprocess.run([finder, "node"], check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return found.stdout.strip() if found.returncode == 0 else None


def node_command(folder, script, *arguments):
    """Node.js with the virtual clock, one thread in its pool with a queue of its own instead of io_uring,
    so that jobs end in order, and a FIFO for the script. The command and its environment."""
    node = find_node()
    clock = os.path.join(BUILD, "libsemantics_clock.so")
    if node is None:
        missing("node", "no Node.js here")
    if not os.path.exists(clock):
        missing("node", "no virtual clock for Node.js here")
    fifo = os.path.join(folder, "fifo")
    if not os.path.exists(fifo):
        os.mkfifo(fifo)
    environment = dict(os.environ, LD_PRELOAD=clock, UV_THREADPOOL_SIZE="1", UV_USE_IO_URING="0")
    environment.pop("NODE_OPTIONS", None)
    return [node, "--no-warnings", os.path.join(HERE, script), *arguments, fifo], environment


def libuv_program():
    program = os.path.join(BUILD, "semantics_orders_libuv")
    if not os.path.exists(program):
        missing("libuv", "no libuv here")
    return program


def output_of(command, environment=None):
    return subprocess.run(command, env=environment, check=True, timeout=LIMIT_S, stdout=subprocess.PIPE,
                          text=True).stdout.strip()


def end_with(main):
    """Runs it; a skip is the last line and the exit status."""
    try:
        main()
    except Skip as skip:
        print(skip)
        sys.exit(SKIPPED)
