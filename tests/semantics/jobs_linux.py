#!/usr/bin/env python3
"""How many jobs of a thread pool run at a time, in Node.js and in our loop.

    jobs_linux.py pbkdf2 node|BACKEND     ten CPU-bound PBKDF2-SHA512 jobs on five threads
    jobs_linux.py streams node|BACKEND    six file streams on a pool of three

Jobs: the times at which each began and ended, from Node's own trace and from the pool's time-stamps. The
sixth begins when the first has ended, and so on: two waves of five, however many cores there are.

Streams: the files are FIFOs that nobody writes to, so a read of one holds a thread until we write. Which
of them a thread of the process stands in is in /proc. It is often said that streams bypass the pool;
then all six would be read at once.

Nothing here is measured against a limit. 0: so it is, 1: it is not, 77: skipped."""

import glob
import json
import os
import subprocess
import sys
import tempfile
import time

import oracles

JOBS, JOB_THREADS, STREAMS, STREAM_THREADS = 10, 5, 6, 3


def command_of(subject, kind, threads, arguments, options=()):
    if subject == "node":
        with tempfile.TemporaryDirectory() as folder:
            command, environment = oracles.node_command(folder, "jobs.js")
        del environment["LD_PRELOAD"]
        environment["UV_THREADPOOL_SIZE"] = str(threads)
        return [command[0], *options, command[2], kind, *arguments], environment
    return [os.path.join(oracles.BUILD, "semantics_jobs"), subject, kind, str(threads), *arguments], None


def skip_if_told(status):
    if status == oracles.SKIPPED:
        raise oracles.Skip("the backend cannot run here")
    if status != 0:
        sys.exit(f"exit status {status}")


# ---- jobs ----

def times_of_node(folder):
    """(began, ended) of each PBKDF2 job in Node's trace, in microseconds."""
    began, spans = {}, []
    with open(os.path.join(folder, "trace"), encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    for event in sorted((event for event in events if "threadpoolwork" in event.get("cat", "")),
                        key=lambda event: event["ts"]):
        if event["ph"] == "B":
            began[event["tid"]] = event["ts"]
        elif event["ph"] == "E":
            spans.append((began.pop(event["tid"]), event["ts"]))
    return spans


def job_times(subject):
    with tempfile.TemporaryDirectory() as folder:
        options = ["--trace-event-categories", "node.threadpoolwork.sync",
                   "--trace-event-file-pattern", os.path.join(folder, "trace")]
        command, environment = command_of(subject, "pbkdf2", JOB_THREADS, [str(JOBS)], options)
        result = subprocess.run(command, env=environment, check=False, timeout=oracles.LIMIT_S,
                                stdout=subprocess.PIPE, text=True)
        skip_if_told(result.returncode)
        if subject == "node":
            return times_of_node(folder)
        return [tuple(map(int, line.split())) for line in result.stdout.splitlines()]


def check_jobs(subject):
    spans = sorted(job_times(subject))
    ends = sorted(ended for _, ended in spans)
    first, last = spans[0][0], ends[-1]
    for wave in range(0, len(spans), JOB_THREADS):
        share = [f"{100 * (began - first) / (last - first):.0f}" for began, _ in spans[wave:wave + JOB_THREADS]]
        print(f"wave {wave // JOB_THREADS + 1} began at {' '.join(share)} % of the time")
    waited = all(began >= ends[index] for index, (began, _) in enumerate(spans[JOB_THREADS:]))
    print(f"{subject}: {len(spans)} jobs, never more than {JOB_THREADS} at a time: {waited}")
    return len(spans) == JOBS and waited


# ---- streams ----

def files_being_read(process, paths):
    """Those of the files in whose read or readv a thread of the process stands."""
    being_read = set()
    for path in glob.glob(f"/proc/{process.pid}/task/*/syscall"):
        try:
            with open(path, encoding="ascii") as file:
                call = file.read().split()
            if call[0] in ("0", "17", "19", "295"):
                being_read.add(os.readlink(f"/proc/{process.pid}/fd/{int(call[1], 16)}"))
        except PermissionError as error:
            raise oracles.Skip("/proc does not say what other processes do") from error
        except (FileNotFoundError, ProcessLookupError):
            continue
    return being_read & set(paths)


class Watch:
    def __init__(self, process, paths):
        self.process, self.paths, self.most, self.seen = process, paths, 0, set()

    def look(self):
        now = files_being_read(self.process, self.paths)
        self.most = max(self.most, len(now))
        self.seen |= now
        return now

    def until(self, holds):
        end = time.monotonic() + oracles.LIMIT_S
        while not holds(now := self.look()):
            if self.process.poll() is not None:
                skip_if_told(self.process.returncode)
            if self.process.poll() is not None or time.monotonic() > end:
                sys.exit(f"{len(now)} files are being read, {len(self.seen)} were")
            time.sleep(0.001)
        return now


def read_all(process, paths):
    """Lets them go one by one, looking who takes the thread."""
    writers = {path: os.open(path, os.O_RDWR) for path in paths}
    watch = Watch(process, paths)
    reading = watch.until(lambda now: len(now) == STREAM_THREADS)
    for _ in range(50):
        watch.look()
        time.sleep(0.001)
    while len(watch.seen) < len(paths):
        path = next(iter(reading))
        os.write(writers[path], b"x")
        reading = watch.until(lambda now, path=path: path not in now and len(now) == STREAM_THREADS)
    for writer in writers.values():
        os.close(writer)
    return watch.most


def check_streams(subject):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.realpath(os.path.join(folder, f"file{i}")) for i in range(STREAMS)]
        for path in paths:
            os.mkfifo(path)
        # Before the process opens them, so that opening does not wait.
        keep = [os.open(path, os.O_RDWR) for path in paths]
        command, environment = command_of(subject, "streams", STREAM_THREADS, paths)
        with subprocess.Popen(command, env=environment) as process:
            try:
                most = read_all(process, paths)
                for descriptor in keep:
                    os.close(descriptor)
                skip_if_told(process.wait(oracles.LIMIT_S))
            finally:
                process.kill()
    print(f"{subject}: {STREAMS} streams, {most} of them read at a time by a pool of {STREAM_THREADS}")
    return most == STREAM_THREADS


def main():
    kinds = {"pbkdf2": check_jobs, "streams": check_streams}
    if len(sys.argv) != 3 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    sys.exit(0 if kinds[sys.argv[1]](sys.argv[2]) else 1)


oracles.end_with(main)
