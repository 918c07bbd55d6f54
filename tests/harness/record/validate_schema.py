#!/usr/bin/env python3
"""Checks a result folder against the schemas in results/, and prints the path of each field that is wrong.

usage: validate_schema.py FOLDER
       validate_schema.py FILE.json SCHEMA.json
FOLDER, or the run.json in it: run.json, each line of trials.jsonl, and that they are of one run. A last line that was
cut off is no mistake: a run that was killed may leave one.
Exit status: 0 it is valid, 1 it is not, 2 it could not be checked.
"""
import json
import os
import pathlib
import sys

import jsonschema
import run_folder

RESULTS = pathlib.Path(__file__).resolve().parents[3] / "results"


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON number")


def without_duplicates(pairs):
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is there twice in the object with " + ", ".join(fields))
    return fields


def parse(text):
    return json.loads(text, parse_constant=refuse_constant, object_pairs_hook=without_duplicates)


def path_of(error):
    path = ""
    for part in error.absolute_path:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def read_schema(path):
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def mistakes(validator, value, place):
    for error in validator.iter_errors(value):
        message = error.message if len(error.message) <= 200 else error.message[:200] + "..."
        path = path_of(error) or ("" if place else "the file")
        yield place + (f"{path}: " if path else "") + message


class Lines:
    """What a line of trials.jsonl may hold depends on the mode of its cell."""

    def __init__(self, run, schema):
        self.run = run
        self.cells = run["cells"]
        self.subjects = {subject["name"] for subject in run["subjects"]}
        self.any = jsonschema.Draft202012Validator(schema)
        self.of_mode = {
            name: jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{name}"})
            for name in schema["$defs"] if name.startswith("trial_of_")
        }

    def mistakes(self, trial, place):
        found = list(mistakes(self.any, trial, place))
        if found:
            return found
        if trial["run"] != self.run["id"]:
            return [f"{place}run: not the id of run.json"]
        if trial["cell"] >= len(self.cells):
            return [f"{place}cell: run.json has {len(self.cells)} cells"]
        # A proof of headroom runs against a floor, which may be none of the run's subjects.
        against = self.cells[trial["cell"]].get("headroom", {}).get("against")
        known = self.subjects if trial["kind"] != "headroom" else {against or trial["subject"]}
        if trial["subject"] not in known:
            return [f"{place}subject: run.json has none of that name"]
        cell = self.cells[trial["cell"]]
        if trial["kind"] == "headroom" and "headroom" not in cell:
            return [f"{place}kind: its cell has no headroom"]
        return mistakes(self.of_mode[f"trial_of_{cell['workload']}_{cell['mode']}"], trial, place)


def check_lines(folder, run):
    lines = Lines(run, read_schema(RESULTS / "trial.schema.json"))
    for number, text in enumerate(run_folder.lines(folder), 1):
        place = f"trials.jsonl:{number}: "
        try:
            trial = parse(text)
        except ValueError as problem:
            yield f"{place}not JSON: {problem}"
            continue
        yield from lines.mistakes(trial, place)


def check_file(path, schema):
    """The value, None when it is not JSON; and what is wrong."""
    with open(path, "rb") as file:
        text = file.read()
    try:
        value = parse(text)
    except ValueError as problem:
        return None, [f"{path}: not JSON: {problem}"]
    return value, list(mistakes(jsonschema.Draft202012Validator(schema), value, ""))


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    if len(arguments) == 2:
        _, wrong = check_file(arguments[0], read_schema(arguments[1]))
    else:
        folder = arguments[0] if os.path.isdir(arguments[0]) else os.path.dirname(arguments[0]) or "."
        run, wrong = check_file(os.path.join(folder, "run.json"), read_schema(RESULTS / "schema.json"))
        if not wrong:
            wrong = list(check_lines(folder, run))
    for mistake in wrong:
        print(mistake)
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (OSError, ValueError, jsonschema.SchemaError) as problem:
        print(f"validate_schema.py: {problem}", file=sys.stderr)
        sys.exit(2)
