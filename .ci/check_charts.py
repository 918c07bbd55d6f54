"""Checks that a folder has charts and that each is a whole picture: SVG parses, PNG begins and ends as one.

Usage: check_charts.py FOLDER
"""
import pathlib
import sys
import xml.etree.ElementTree as xml


def problem(chart):
    if chart.suffix == ".svg":
        try:
            root = xml.parse(chart).getroot()
        except xml.ParseError as error:
            return f"is no XML: {error}"
        drawn = [element for element in root.iter() if element.tag.endswith(("}path", "}rect", "}polygon"))]
        return None if root.tag.endswith("}svg") and drawn else "has nothing drawn in it"
    content = chart.read_bytes()
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "does not begin as a PNG"
    return None if content.endswith(b"IEND\xaeB`\x82") else "is cut off"


folder = pathlib.Path(sys.argv[1])
failed = False
for suffix in ".svg", ".png":
    charts = sorted(folder.glob("*" + suffix))
    if not charts:
        print(f"{folder}: no {suffix} chart")
        failed = True
    for chart in charts:
        wrong = problem(chart)
        print(f"{chart}: {wrong or 'good'}")
        failed = failed or wrong is not None
sys.exit(failed)
