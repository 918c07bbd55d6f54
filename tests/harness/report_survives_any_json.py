"""`pollbench report` on a valid run in which one node at a time is deleted or replaced: whatever the file says,
report ends with 0 or 3, never by a signal or a sanitizer, and with 3 it says what is wrong.

Usage: report_survives_any_json.py POLLBENCH
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

# One of each kind of JSON, and the edges of the number types.
REPLACEMENTS = [
    None, True, 0, -1, 9223372036854775807, 1e308, -0.5, "", "x" * 5000, "%s%n", "\u001b[31m\n\u00e9",
    "'; system \"touch injected\" #`touch injected`", [], {}, [[]], {"": None},
]  # fmt: skip


def places(node, path=()):
    """Every node's path; of a long array its first two elements, since the rest is alike."""
    yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, path + (key,))
    elif isinstance(node, list):
        for index, value in enumerate(node[:2]):
            yield from places(value, path + (index,))


def changed(run, path, change):
    run = copy.deepcopy(run)
    if not path:
        return change[0] if change else None
    parent = run
    for step in path[:-1]:
        parent = parent[step]
    if change:
        parent[path[-1]] = change[0]
    else:
        del parent[path[-1]]
    return run


def measure(pollbench, folder):
    """A small real run, so that all that is really written is there to be changed."""
    arguments = ["run", "accept", "--set", "mode=drain,steady", "--set", "queue=8", "--set", "idle=0",
                 "--set", "conns=2", "--set", "seconds=0.02", "--backends", "poll,null", "--rounds", "2",
                 "--seed", "1", "--quiet", "--out", str(folder)]  # fmt: skip
    subprocess.run([pollbench, *arguments], check=True, stdout=subprocess.DEVNULL, timeout=60)
    return json.loads((folder / "run.json").read_text())


def report(pollbench, folder, charts):
    """Charts are made by other programs and take most of the time, so most cases look for none."""
    environment = {"PATH": "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin" if charts else "/nowhere"}
    return subprocess.run([pollbench, "report", str(folder)], capture_output=True, timeout=60,
                          env=environment, cwd=folder)  # fmt: skip


def wrong(outcome, folder):
    text = outcome.stderr.decode(errors="replace")
    if outcome.returncode not in (0, 3):
        return f"exit status {outcome.returncode}: {text}"
    if outcome.returncode == 3 and not text.startswith("pollbench"):
        return f"it does not say what is wrong: {text!r}"
    if b"\x1b" in outcome.stdout + outcome.stderr:
        return "a control character reaches the terminal"
    if (folder / "injected").exists():
        return "a string of the file was run as a command"
    return None


def main():
    pollbench = str(pathlib.Path(sys.argv[1]).resolve())
    counts = {0: 0, 3: 0}
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "run"
        run = measure(pollbench, folder)
        cases = [(path, ()) for path in places(run)]
        cases += [(path, (value,)) for path in places(run) for value in REPLACEMENTS]
        # A prime step: of every node and of every replacement some, and a run of the test stays short.
        cases = cases[::11] + [(("manifest", "cpu"), (value,)) for value in REPLACEMENTS]
        for number, (path, change) in enumerate(cases):
            (folder / "run.json").write_text(json.dumps(changed(run, path, change)))
            outcome = report(pollbench, folder, charts=number >= len(cases) - len(REPLACEMENTS))
            problem = wrong(outcome, folder)
            if problem:
                sys.exit(f"{'.'.join(map(str, path))} = {json.dumps(change)[:200]}: {problem}")
            counts[outcome.returncode] += 1
    print(f"{counts[0]} reported, {counts[3]} refused")
    if min(counts.values()) == 0:
        sys.exit("all ended alike: the cases no longer test what they are for")


main()
