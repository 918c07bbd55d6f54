#!/usr/bin/env python3
"""Checks FOLDER/report.html as a reader meets it: in a headless Chromium, by keyboard, at two widths, in dark and light.

usage: POLLBENCH_CHROMIUM=$(scripts/find_program.sh chromium) check_page.py POLLBENCH FOLDER CHECK...
Prints what is wrong; exit status 1 then, 77 when there is no Chromium.
"""
import csv
import glob
import html.parser
import json
import os
import re
import subprocess
import sys
import urllib.parse
import xml.etree.ElementTree

from browser import Browser

WIDTHS = (360, 740), (1280, 800)
OPPOSITE = {"FASTER": "SLOWER", "SLOWER": "FASTER"}


class Matrix(html.parser.HTMLParser):
    """The tables of verdicts as they stand in the file: {(cell, subject): text}."""

    def __init__(self):
        super().__init__()
        self.entries, self.columns, self.row = {}, [], None
        self.inside = self.in_head = self.in_entry = self.in_small = False
        self.count = 0

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "table":
            self.inside = "verdicts" in attributes.get("class", "")
        if not self.inside:
            return
        if tag == "thead":
            self.columns, self.in_head = [], True
        keys = {name: int(attributes["data-" + name]) for name in "cs" if "data-" + name in attributes}
        if tag == "th" and keys and self.in_head:
            self.columns.append(keys)
        elif tag == "th" and keys:
            self.row, self.count = keys, 0
        elif tag == "td" and not self.in_head:
            keys = {**self.row, **self.columns[self.count]}
            self.key = keys["c"], keys["s"]
            self.entries[self.key] = ""
            self.count += 1
            self.in_entry = True
        self.in_small = self.in_small or tag == "small"

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "table"
        self.in_head = self.in_head and tag != "thead"
        self.in_entry = self.in_entry and tag != "td"
        self.in_small = self.in_small and tag != "small"

    def handle_data(self, data):
        if self.in_entry and not self.in_small:
            self.entries[self.key] += data


class Tables(html.parser.HTMLParser):
    """The tables beneath the charts: {name of the chart: rows of texts}; and the pictures: {alternative: SVG}."""

    def __init__(self):
        super().__init__()
        self.rows, self.pictures, self.name, self.place = {}, {}, None, None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "img":
            self.pictures[attributes["alt"]] = urllib.parse.unquote(attributes["src"].split(",", 1)[1])
        if tag == "tr" and self.name:
            self.rows[self.name].append([])
        if tag in ("td", "th") and self.name:
            self.rows[self.name][-1].append("")
        self.place = tag

    def handle_endtag(self, tag):
        self.name = None if tag == "table" else self.name
        self.place = None

    def handle_data(self, data):
        if self.place == "caption" and data.startswith("charts/"):
            self.name = data[len("charts/"):-len(".csv")]
            self.rows[self.name] = []
        elif self.place in ("td", "th") and self.name:
            self.rows[self.name][-1][-1] += data


def number(text):
    return float(text.replace(",", ""))


class Check:
    def __init__(self, pollbench, folder):
        self.page = os.path.join(folder, "report.html")
        self.folder = folder
        said = subprocess.run([pollbench, "report", folder, "--json"], stdout=subprocess.PIPE, check=True).stdout
        self.run = json.loads(said)
        self.names = [subject["name"] for subject in self.run["subjects"]]
        self.wrong = []
        self.browser = None

    def expect(self, holds, sentence):
        if not holds:
            self.wrong.append(sentence)

    def same(self, expected, found, what):
        self.expect(expected == found, f"{what}: expected {expected!r}, found {found!r}")

    def verdict(self, cell, baseline, subject):
        """Word and ratio of the subject against the baseline, by run.json alone; None: not compared."""
        for entry in self.run["cells"][cell]["verdicts"]:
            ratio = entry["ratio"]
            if (entry["baseline"], entry["subject"]) == (baseline, subject):
                return entry["verdict"], ratio
            if (entry["baseline"], entry["subject"]) == (subject, baseline):
                return OPPOSITE.get(entry["verdict"], entry["verdict"]), 1 / ratio if ratio else None
        return None

    def open(self, **options):
        self.browser.open(self.page, **options)
        self.same([], self.browser.complaints, "the console")
        asked = [url for url in self.browser.requests if not url.startswith("data:")]
        self.same(["file://" + os.path.abspath(self.page)], asked, "requests")

    # ---- what stands in the file ----

    def matrix(self):
        """Without a script the matrix holds the words and ratios that run.json holds, of every subject."""
        with open(self.page, encoding="utf-8") as file:
            matrix = Matrix()
            matrix.feed(file.read())
        compared = {(cell, name) for cell, about in enumerate(self.run["cells"]) for entry in about["verdicts"]
                    for name in (entry["baseline"], entry["subject"])}
        bases = {cell: self.names[subject] for (cell, subject), text in matrix.entries.items() if "baseline" in text}
        self.same({cell for cell, _ in compared}, set(bases), "cells with a baseline")
        words = set()
        for cell, name in sorted(compared):
            text = matrix.entries.get((cell, self.names.index(name)), "nothing").split()
            if bases.get(cell) == name:
                continue
            word, ratio = self.verdict(cell, bases.get(cell), name)
            words.add(word)
            self.expect(word in text, f"cell {cell}, {name}: {word} is not in {text}")
            number = [part for part in text if part.replace(".", "").isdigit()]
            self.expect((not number and ratio is None) or (number and abs(float(number[0]) / ratio - 1) < 3e-3),
                        f"cell {cell}, {name}: {ratio} is not in {text}")
        return words

    def words(self):
        """The run that this is tried on has all five words."""
        self.same({"FASTER", "SLOWER", "EQUIVALENT", "INCONCLUSIVE", "INVALID"},
                  {entry["verdict"] for cell in self.run["cells"] for entry in cell["verdicts"]}, "words of the run")

    def size(self):
        self.expect(os.path.getsize(self.page) < 4 << 20, f"{os.path.getsize(self.page)} bytes")

    def tables_of_charts(self):
        with open(self.page, encoding="utf-8") as file:
            found = Tables()
            found.feed(file.read())
        return found

    def tables(self):
        """The table beneath a chart has what its CSV file has, and that is what gnuplot has drawn."""
        rows = self.tables_of_charts().rows
        drawn = {os.path.basename(path)[:-len(".svg")] for path in glob.glob(f"{self.folder}/charts/*.svg")}
        self.same(drawn, set(rows), "charts with a table")
        for name in drawn & set(rows):
            with open(f"{self.folder}/charts/{name}.csv", encoding="utf-8", newline="") as file:
                data = [row for row in csv.reader(file) if row]
            dots, forest = data[0][1] == "subject", data[0][3] == "ratio"
            points = [row for row in data if row[0] != "position"]
            cells = rows[name][1:]
            self.same(len(points), len(cells), f"rows of {name}")
            for point, cell in zip(points, cells):
                figures = (point[3:6], cell[1:4]) if dots else (point[1:4], cell[3:6])
                if dots:
                    self.same(point[1], cell[0], f"subject in {name}")
                    self.same(point[10] if forest else None, cell[4] if forest else None, f"word in {name}")
                else:
                    self.same(point[4], cell[2], f"value in {name}")
                for expected, shown in zip(*figures):
                    if not expected or (forest and point[10] == "baseline"):
                        self.expect(not expected and shown == "-" or float(expected or 1) == 1, f"{name}: {shown} for nothing")
                        continue
                    self.expect(abs(number(shown) - float(expected)) <= 5e-3 * abs(float(expected)) + 1e-4,
                                f"{name}: {shown} for {expected}")

    def pictures(self):
        """Each is a whole picture that would do nothing even where scripts run."""
        pictures = self.tables_of_charts().pictures
        self.expect(pictures, "there are no pictures")
        for name, svg in pictures.items():
            root = xml.etree.ElementTree.fromstring(svg)
            tags = {element.tag.split("}")[1] for element in root.iter()}
            self.expect("text" in tags and {"path", "use"} & tags, f"{name}: nothing is drawn")
            self.expect(not tags & {"script", "image", "foreignObject", "a", "style"}, f"{name}: {tags}")
            self.expect(not any(attribute.startswith("on") for element in root.iter() for attribute in element.attrib),
                        f"{name}: it has a handler")

    def answers(self):
        """The first table: who is better and worse than the baseline, and what is neither, by the verdicts alone."""
        self.open()
        first = self.browser.evaluate("document.querySelector('table').id")
        self.same("answers", first, "the first table")
        rows = self.browser.evaluate("""[...document.querySelectorAll('.answers tbody tr:not(.group)')].map((row) => ({
            cell: +row.querySelector('th').dataset.c,
            entries: [...row.querySelectorAll('td:not(.others)')].flatMap((td) => [...td.querySelectorAll('li')].map((li) => ({
                word: li.closest('ul').className.toUpperCase(), column: td.className, name: li.querySelector('b').textContent,
                amount: li.querySelector('em')?.textContent ?? null, text: li.textContent, said: li.closest('ul').previousSibling?.textContent ?? null }))),
            others: [...row.querySelectorAll('.others li')].map((li) => ({ winners: [...li.querySelectorAll('b')].map((b) => b.textContent),
                text: li.textContent })),
        }))""")
        self.same([i for i, cell in enumerate(self.run["cells"]) if cell["verdicts"]],
                  sorted(row["cell"] for row in rows if row["entries"]), "cells that are answered")
        self.words_are_explained()
        self.totals(sum(len(row["entries"]) for row in rows))
        for row in rows:
            self.answer(row["cell"], row["entries"])
            self.answer_among_others(row["cell"], row["others"])

    def totals(self, entries):
        """The sentence above the table counts what the table and the filter show."""
        based = [entry["verdict"] for cell in self.run["cells"] for entry in cell["verdicts"]
                 if cell["baseline"] in (entry["baseline"], entry["subject"])]
        said = self.browser.evaluate("document.querySelector('.totals').textContent")
        shown = self.browser.evaluate("document.querySelector('#status').textContent")
        found = re.match(r"Of (\d+) comparisons? with the baseline, (\d+) ha(?:s|ve) a winner", said)
        self.same((len(based), sum(word in OPPOSITE for word in based)), found and tuple(map(int, found.groups())), "totals")
        self.same(entries, len(based), "entries of the answers")
        self.same(f"{len(based)} comparison{'s' if len(based) != 1 else ''} shown", shown, "the filter's count")

    def words_are_explained(self):
        """What the words mean can be read without pointing at anything, on a wide screen and on a narrow one."""
        for width, height in WIDTHS:
            self.open(width=width, height=height)
            seen = self.browser.evaluate("""[...document.querySelectorAll('.answers thead th, .how')].filter((it) =>
                it.checkVisibility() && getComputedStyle(it.closest('thead') ?? it).position !== 'absolute').map((it) => it.textContent).join(' ')""")
            for word in "FASTER: ", "SLOWER: ", "(EQUIVALENT): ", "(INCONCLUSIVE): ", "minimum effect", "floor":
                self.expect(word in seen, f"{word!r} is not explained at {width}")

    def answer(self, cell, entries):
        about = self.run["cells"][cell]
        base = about["baseline"]
        every = {name for entry in about["verdicts"] for name in (entry["baseline"], entry["subject"])} - {base}
        self.same(sorted(every), sorted(entry["name"] for entry in entries), f"cell {cell}: who is in the answer")
        for entry in entries:
            word, ratio = self.verdict(cell, base, entry["name"])
            what = f"cell {cell}, {entry['name']}"
            self.same(word, entry["word"], what)
            self.same(entry["word"].lower() if entry["amount"] else "inconclusive", entry["column"], f"{what}: column")
            self.same(word in ("FASTER", "SLOWER"), entry["amount"] is not None, f"{what}: amount")
            # "No winner" is said of what was shown to be EQUIVALENT, and of nothing else.
            self.same(word == "EQUIVALENT", "no winner" in (entry["said"] or ""), f"{what}: no winner")
            rounds = max([pair["n"] for pair in about["verdicts"] if pair["verdict"] == "INCONCLUSIVE"], default=0)
            self.same(word == "INCONCLUSIVE", f"not decided after {rounds} round" in (entry["said"] or ""), f"{what}: not decided")
            if word in ("FASTER", "SLOWER"):
                number = float(re.match(r"[\d.]+", entry["amount"]).group())
                shown = number if "times" in entry["amount"] else 1 + number / 100 * (1 if "more" in entry["amount"] else -1)
                self.expect(abs(shown / ratio - 1) < 0.03, f"{what}: {entry['amount']} for {ratio}")
            if word in ("FASTER", "SLOWER", "EQUIVALENT"):
                self.expect(re.search(r"[\d.]+ \[[\d.]+, [\d.]+\]", entry["text"]), f"{what}: no interval in {entry['text']}")

    def answer_among_others(self, cell, lines):
        """Who is ahead of whom, the baseline and floors left out."""
        about = self.run["cells"][cell]
        left_out = {about["baseline"]} | {name for name in self.names if name.startswith("floor:")}
        expected = set()
        for entry in about["verdicts"]:
            pair = entry["subject"], entry["baseline"]
            if not left_out & set(pair) and entry["verdict"] in OPPOSITE:
                expected.add(pair if entry["verdict"] == "FASTER" else pair[::-1])
        found = {(winner, loser) for line in lines for winner in line["winners"]
                 for loser in re.sub(r" [\d.]+( to [\d.]+)?$", "", line["text"].split(" ahead of ")[1]).split(", ")}
        if not any(" more" in line["text"] for line in lines):
            self.same(expected, found, f"cell {cell}: among the others")

    # ---- how it looks ----

    def layout(self):
        """Nothing is fetched, nobody complains, and the page itself does not scroll sideways."""
        for width, height in WIDTHS:
            for scheme in "light", "dark":
                self.open(width=width, height=height, scheme=scheme)
                self.browser.evaluate("document.querySelectorAll('details').forEach((it) => it.open = true)")
                found = self.browser.evaluate("document.documentElement.scrollWidth")
                self.expect(found <= width, f"{found} pixels wide at {width}, {scheme}")
                if "SCREENSHOTS" in os.environ:
                    self.browser.screenshot(f"{os.environ['SCREENSHOTS']}/{width}-{scheme}.png")

    def contrast(self):
        """Text is readable on what is behind it, dark and light, also in the pictures."""
        script = """(() => {
            const channels = (text) => text.match(/[\\d.]+/g).map(Number);
            const light = (text) => {
                const [r, g, b] = channels(text).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const behind = (element) => {
                for (; element; element = element.parentElement) {
                    const colour = getComputedStyle(element).backgroundColor;
                    if (channels(colour)[3] !== 0) return colour;
                }
                return getComputedStyle(document.body).backgroundColor;
            };
            const poor = new Set();
            for (const element of document.querySelectorAll("td, th, p, a, small, span, summary, caption, button")) {
                if (!element.textContent.trim() || element.closest("[hidden]")) continue;
                const style = getComputedStyle(element);
                const [a, b] = [light(style.color), light(behind(element))].sort((x, y) => y - x);
                if ((a + 0.05) / (b + 0.05) < 4.5) poor.add(`${element.tagName} ${element.className} ${element.textContent.slice(0, 30)}`);
            }
            // Text of pictures: its colours as the filter leaves them, on what becomes of white.
            const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
            const paper = channels(getComputedStyle(document.body).backgroundColor);
            const shown = (image, colour) => {
                const style = getComputedStyle(image);
                canvas.filter = style.filter;
                canvas.fillStyle = colour;
                canvas.fillRect(0, 0, 9, 9);
                const got = [...canvas.getImageData(4, 4, 1, 1).data].slice(0, 3);
                const lighten = style.mixBlendMode === "lighten";
                return `rgb(${(lighten ? got.map((c, i) => Math.max(c, paper[i])) : got).join(", ")})`;
            };
            const body = getComputedStyle(document.body).backgroundColor;
            for (const image of document.querySelectorAll("figure img")) {
                if (shown(image, "white") !== body) poor.add(`${image.alt}: ${shown(image, "white")} on ${body}`);
                const fills = decodeURIComponent(image.src).matchAll(/<g [^>]*fill="(rgb[^"]*)" font-family/g);
                for (const fill of new Set([...fills].map((found) => found[1]))) {
                    const [a, b] = [light(shown(image, fill)), light(body)].sort((x, y) => y - x);
                    if ((a + 0.05) / (b + 0.05) < 4.5) poor.add(`${image.alt}: ${fill}`);
                }
            }
            return [...poor].slice(0, 5);
        })()"""
        papers = []
        for scheme in "light", "dark":
            self.open(scheme=scheme)
            self.same([], self.browser.evaluate(script), f"text of poor contrast, {scheme}")
            papers.append(self.browser.evaluate("getComputedStyle(document.body).backgroundColor"))
        self.expect(papers[0] != papers[1], "dark is as light")

    def structure(self):
        """What a screen reader goes by: one h1, no level left out, captions, scopes, named regions that take focus."""
        self.open()
        levels = self.browser.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => +h.tagName[1])")
        self.same(1, levels.count(1), "headings of level 1")
        self.expect(all(b <= a + 1 for a, b in zip(levels, levels[1:])), f"levels are left out: {levels}")
        for what, expression in {
            "tables without a caption": "[...document.querySelectorAll('table')].filter((t) => !t.caption).length",
            "headings without a scope": "document.querySelectorAll('th:not([scope])').length",
            "regions without a name or focus": """[...document.querySelectorAll('.scroll')].filter((r) => r.tabIndex !== 0 ||
                r.getAttribute('role') !== 'region' || !(r.getAttribute('aria-label') ||
                document.getElementById(r.getAttribute('aria-labelledby'))?.textContent)).length""",
            "pictures without a name": """[...document.querySelectorAll('figure img')].filter((i) =>
                i.alt !== i.closest('figure').querySelector('figcaption').textContent).length""",
            "charts without their data": "[...document.querySelectorAll('figure')].filter((f) => !f.querySelector('details td')).length",
            "ids that are there twice": """(() => { const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
                return ids.length - new Set(ids).size; })()""",
            "links that lead nowhere": """[...document.querySelectorAll('a')].filter((a) =>
                !document.getElementById(a.getAttribute('href').slice(1))).length""",
        }.items():
            self.same(0, self.browser.evaluate(expression), what)

    def charts(self):
        """Every picture is there, and as wide as its text needs: on a narrow screen it scrolls in its own frame."""
        for width, height in WIDTHS:
            self.open(width=width, height=height)
            self.expect(self.browser.evaluate("document.querySelectorAll('figure img').length") > 3, "no charts")
            self.same(0, self.browser.evaluate("""(async () => {
                const images = [...document.querySelectorAll('figure img')];
                await Promise.all(images.map((image) => image.decode()));
                return images.filter((image) => image.getBoundingClientRect().width < 700 ||
                    image.getBoundingClientRect().height < 80).length;
            })()"""), f"pictures that cannot be read at {width}")

    def printed(self):
        """On paper nothing scrolls and nothing is there to be pressed."""
        self.open()
        self.browser.call("Emulation.setEmulatedMedia", media="print",
                          features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.same("none", self.browser.evaluate("getComputedStyle(document.getElementById('controls')).display"), "controls")
        self.same("visible", self.browser.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX"), "overflow")
        self.same("rgb(255, 255, 255)", self.browser.evaluate("getComputedStyle(document.body).backgroundColor"), "paper")
        self.browser.call("Emulation.setEmulatedMedia", media="")

    # ---- what can be done ----

    def focus(self, selector):
        """Reached by Tab alone, and seen to be."""
        self.browser.evaluate("document.activeElement.blur(), getSelection().removeAllRanges()")
        for _ in range(200):
            self.browser.press("Tab")
            if self.browser.evaluate(f"document.activeElement.matches({selector!r})"):
                width = self.browser.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
                return self.expect(width >= 2, f"{selector} does not show that it has the focus")
        return self.expect(False, f"{selector} cannot be reached by Tab")

    def baseline(self):
        """Another baseline: every word and ratio is that of run.json, turned round where it has to be."""
        self.open()
        self.focus("#baseline")
        seen = set()
        for _ in range(len(self.names)):
            self.browser.press("ArrowDown")
            chosen = self.browser.evaluate("document.getElementById('baseline').value")
            if chosen in seen:
                break
            seen.add(chosen)
            self.compare_entries(self.names[int(chosen)])
        self.expect(len(seen) > 3, f"only {len(seen)} baselines are offered")
        self.browser.press("Home")
        self.same("", self.browser.evaluate("document.getElementById('baseline').value"), "the usual baseline")

    def entries(self):
        return self.browser.evaluate("""[...document.querySelectorAll('.verdicts tbody tr:not(.group)')].flatMap((row) => {
            const heads = [...row.closest('table').querySelectorAll('thead tr:last-child th')];
            return [...row.children].slice(1).map((td, i) => ({ ...heads[i + 1].dataset, ...row.firstElementChild.dataset,
                word: td.querySelector('b')?.textContent.trim().split(' ').pop(),
                ratio: parseFloat(td.querySelector('span:not(.ci)')?.textContent) || null, shown: td.checkVisibility() }));
        })""")

    def compare_entries(self, baseline):
        for entry in self.entries():
            cell, name = int(entry["c"]), self.names[int(entry["s"])]
            if name == baseline:
                continue
            expected = self.verdict(cell, baseline, name)
            self.same(expected and expected[0], entry.get("word"), f"cell {cell}, {name} against {baseline}")
            if expected and expected[1]:
                self.expect(abs(entry["ratio"] / expected[1] - 1) < 3e-3, f"{entry['ratio']} for {expected[1]}")

    def sort(self):
        """Sorting by keyboard: up, down, and as it was; each tier by itself."""
        self.open()
        order = "[...document.querySelectorAll('.verdicts')[0].tBodies].map((b) => [...b.rows].map((r) => r.cells[1]).filter((c) => c).map((c) => c.classList.contains('base') ? 1 : parseFloat(c.querySelector('span')?.textContent)))"
        state = "document.querySelector('.verdicts thead th:nth-child(2)').ariaSort"
        before = self.browser.evaluate(order)
        self.focus(".verdicts thead th:nth-child(2) button")
        self.browser.press("Enter")
        self.same([sorted(tier) for tier in before], self.browser.evaluate(order), "rising")
        self.same("ascending", self.browser.evaluate(state), "aria-sort")
        self.browser.press(" ")
        self.same([sorted(tier, reverse=True) for tier in before], self.browser.evaluate(order), "falling")
        self.browser.press("Enter")
        self.same(before, self.browser.evaluate(order), "as it was")
        self.same(None, self.browser.evaluate(state), "aria-sort at last")

    def filter(self):
        """Tier, verdict and workload, by keyboard; Reset brings all back."""
        self.open()
        every = len([entry for entry in self.entries() if entry["shown"]])
        tiers = {subject["name"]: subject["tier"] for subject in self.run["subjects"]}
        self.focus("#tiers input[value=readiness]")
        self.browser.press(" ")
        shown = [entry for entry in self.entries() if entry["shown"]]
        self.expect(0 < len(shown) < every, f"{len(shown)} of {every} entries without readiness")
        self.expect(all(tiers[self.names[int(entry["s"])]] != "readiness" for entry in shown), "readiness is still there")
        self.focus("#controls [type=reset]")
        self.browser.press("Enter")
        self.browser.evaluate("new Promise((done) => setTimeout(done))")
        self.same(every, len([entry for entry in self.entries() if entry["shown"]]), "entries after Reset")
        self.focus("#words input[value=SLOWER]")
        self.browser.press(" ")
        count = "document.querySelectorAll('.verdicts td.slower:not(.dim)').length"
        self.same(0, self.browser.evaluate(count), "SLOWER that stand out")
        self.expect(self.browser.evaluate("document.querySelectorAll('.verdicts td.faster:not(.dim)').length") > 0,
                    "FASTER does not stand out")
        self.focus("#more")
        self.browser.press(" ")
        self.expect(self.browser.evaluate("[...document.querySelectorAll('.verdicts td small')].some((s) => s.checkVisibility())"), "no reasons")

    # ---- what must not be ----

    def evil(self):
        """Nothing from the run is markup: it is there to be read, and nothing else."""
        for script in False, True:
            self.open(script=script)
            self.browser.call("Emulation.setScriptExecutionDisabled", value=False)
            self.same(None, self.browser.evaluate("window.evil"), "what the run's script did")
            self.same(0, self.browser.evaluate("document.querySelectorAll('img:not(figure img), iframe, object, embed, [onerror]').length"),
                      "elements of the run")
            self.same(2, self.browser.evaluate("document.scripts.length"), "scripts")
        for place in "#verdicts", "#not-measured", "#machine", "header":
            self.expect("<script>evil=1</script>" in
                        self.browser.evaluate(f"document.querySelector({place!r}).textContent"),
                        f"the string is not shown in {place}")


def main(pollbench, folder, *checks):
    check = Check(pollbench, folder)
    in_file = {"matrix", "words", "size", "tables", "pictures"}
    for name in checks:
        if name in in_file:
            getattr(check, name)()
    program = os.environ.get("POLLBENCH_CHROMIUM")
    if not program and set(checks) - in_file:
        print("there is no chromium")
        return 1 if check.wrong else 77
    if program and set(checks) - in_file:
        with Browser(program) as check.browser:
            for name in checks:
                if name not in in_file:
                    before = len(check.wrong)
                    getattr(check, name)()
                    check.wrong[before:] = [f"{name}: {sentence}" for sentence in check.wrong[before:]]
    for sentence in check.wrong[:20]:
        print(sentence)
    return 1 if check.wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
