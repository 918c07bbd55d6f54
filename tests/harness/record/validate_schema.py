#!/usr/bin/env python3
"""Checks a result file against the schema, and prints the path of each field that is wrong.

usage: validate_schema.py RUN.json [SCHEMA.json]
Exit status: 0 it is valid, 1 it is not, 2 it could not be checked.
"""
import json
import pathlib
import sys

import jsonschema

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "results" / "schema.json"


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON number")


def without_duplicates(pairs):
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is there twice in the object with " + ", ".join(fields))
    return fields


def path_of(error):
    path = ""
    for part in error.absolute_path:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "the file"


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    schema_path = arguments[1] if len(arguments) == 2 else SCHEMA
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    try:
        with open(arguments[0], encoding="utf-8") as file:
            run = json.load(
                file, parse_constant=refuse_constant, object_pairs_hook=without_duplicates
            )
    except ValueError as problem:
        print(f"{arguments[0]}: not JSON: {problem}")
        return 1
    wrong = False
    for error in jsonschema.Draft202012Validator(schema).iter_errors(run):
        message = error.message if len(error.message) <= 200 else error.message[:200] + "..."
        print(f"{path_of(error)}: {message}")
        wrong = True
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (OSError, ValueError, jsonschema.SchemaError) as problem:
        print(f"validate_schema.py: {problem}", file=sys.stderr)
        sys.exit(2)
