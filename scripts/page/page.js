"use strict";
// The tables of verdicts stand in the page without this. It shows them against another baseline, in
// another order and in part. All pairs are in the page; of a pair seen from its other side the ratio is
// the reciprocal and the word the opposite. Nothing else is computed.
(() => {
    const data = JSON.parse(document.getElementById("data").textContent);
    const signs = ["\u25B2", "\u25BC", "=", "?", "\u00D7"];
    const opposite = [1, 0, 2, 3, 4];
    const form = document.getElementById("controls");
    const field = (id) => document.getElementById(id);
    const tables = [...document.querySelectorAll("table.verdicts")];

    const make = (tag, text, cssClass) => {
        const element = document.createElement(tag);
        if (text !== undefined) element.textContent = text;
        if (cssClass) element.className = cssClass;
        return element;
    };

    // ---- entries ----

    // Each td with the number of its cell and subject in the run, and what the page said at first.
    const entries = [];
    for (const table of tables) {
        const heads = [...table.querySelectorAll("thead tr:last-child th")];
        for (const row of table.querySelectorAll("tbody tr:not(.group)")) {
            const head = row.firstElementChild;
            [...row.children].slice(1).forEach((td, i) => {
                const key = { ...heads[i + 1].dataset, ...head.dataset };
                entries.push({ td, row, head, column: heads[i + 1], cell: key.c, subject: +key.s,
                    first: td.cloneNode(true) });
            });
        }
    }

    const pairs = new Map();
    for (const [cell, { pairs: list }] of Object.entries(data.cells))
        for (const pair of list) pairs.set(`${cell} ${pair[0]} ${pair[1]}`, pair);

    // [word, ratio, low, high, pair] of the subject against the baseline; undefined: not compared.
    const compare = (cell, baseline, subject) => {
        const straight = pairs.get(`${cell} ${baseline} ${subject}`);
        if (straight) return [straight[2], straight[3], straight[4], straight[5], straight];
        const turned = pairs.get(`${cell} ${subject} ${baseline}`);
        if (!turned) return undefined;
        // Without an interval its ends are null.
        const inverse = (value) => value > 0 ? 1 / value : null;
        const ratio = [inverse(turned[3]), inverse(turned[5]), inverse(turned[4])];
        return [opposite[turned[2]], ...ratio, turned];
    };

    // As many decimals as the ratio needs; beyond these, three digits and an exponent.
    const digits = (value, ratio) =>
        ratio >= 1e6 || ratio < 1e-4 ? value.toExponential(2)
            : value.toFixed(ratio >= 1000 ? 0 : ratio >= 100 ? 1 : ratio >= 10 ? 2 : ratio >= 0.01 ? 3 : 5);

    // What page_ratio() of the page writes. An interval that is wider than a factor of 100 says nothing.
    const interval = (word, ratio, low, high) => {
        if (low === null || high === null) return "(too few rounds for an interval)";
        const open = ["INCONCLUSIVE", "INVALID"].includes(data.words[word][0]);
        return open && !(low * 100 >= high) ? "(no useful interval yet)"
            : `[${digits(low, ratio)}, ${digits(high, ratio)}]`;
    };

    const describe = (word, pair) => {
        let text = `n ${pair[6]}`;
        if (pair[7] !== null) text += `, adjusted p ${+pair[7].toPrecision(2)}`;
        if (pair[8] !== null) text += `; ${data.reasons[pair[8]]}`;
        if (data.words[word][0] === "INCONCLUSIVE" && pair[9] > 0)
            text += `; half of such pairs take ${pair[9] >= 1e6 ? "over" : "about"} ${pair[9]} rounds`;
        return text;
    };

    const fill = ({ td, cell, subject }, baseline) => {
        td.replaceChildren();
        td.className = "none";
        if (subject === baseline && data.cells[cell].figures[subject]) {
            td.className = "base";
            td.append(make("b", "baseline"), " ", make("span", data.cells[cell].figures[subject], "ci"));
            return;
        }
        const found = compare(cell, baseline, subject);
        if (!found) {
            td.append(make("i", "\u00B7"));
            return;
        }
        const [word, ratio, low, high, pair] = found;
        const name = make("b");
        const sign = make("i", signs[word]);
        sign.setAttribute("aria-hidden", "true");
        name.append(sign, ` ${data.words[word][0]}`);
        td.className = data.words[word][1];
        td.append(name);
        if (ratio !== null) {
            td.append(" ", make("span", digits(ratio, ratio)), " ",
                make("span", interval(word, ratio, low, high), "ci"));
        }
        td.append(make("small", describe(word, pair)));
    };

    // As the page had it.
    const restore = ({ td, first }) => {
        td.className = first.className;
        td.replaceChildren(...first.cloneNode(true).childNodes);
    };

    // ---- what is shown ----

    const checked = (id) => new Set([...field(id).querySelectorAll(":checked")].map((box) => box.value));

    const show = () => {
        const tiers = checked("tiers"), words = checked("words"), workload = field("workload").value;
        const used = new Set();
        let shown = 0;
        for (const entry of entries) {
            const tier = data.subjects[entry.subject][1];
            const word = data.words.findIndex((known) => entry.td.classList.contains(known[1]));
            const inTier = tiers.has(tier), inWord = word < 0 || words.has(data.words[word][0]);
            const inWorkload = !workload || entry.row.closest(".matrix").dataset.workload === workload;
            const bySubject = "s" in entry.head.dataset;
            entry.td.hidden = !bySubject && !inTier;
            entry.td.classList.toggle("dim", !inWord);
            if (!bySubject) entry.column.hidden = !inTier;
            if (inTier && inWord && word >= 0 && inWorkload) {
                used.add(entry.row);
                shown++;
            } else if (inTier && inWord && entry.td.className.startsWith("base")) {
                used.add(entry.row);
            }
        }
        const all = words.size === data.words.length;
        for (const { row, head, subject } of entries)
            row.hidden = "s" in head.dataset && !tiers.has(data.subjects[subject][1]) || !all && !used.has(row);
        for (const group of document.querySelectorAll(".verdicts [data-tier]")) {
            group.hidden = group.tagName === "TBODY"
                ? [...group.rows].slice(1).every((row) => row.hidden) : !tiers.has(group.dataset.tier);
        }
        for (const section of document.querySelectorAll(".matrix"))
            section.hidden = workload !== "" && section.dataset.workload !== workload;
        field("status").textContent = `${shown} comparison${shown === 1 ? "" : "s"} shown`;
    };

    const rebase = () => {
        const chosen = field("baseline").value;
        for (const entry of entries) chosen === "" ? restore(entry) : fill(entry, +chosen);
        for (const against of document.querySelectorAll(".against")) {
            against.dataset.usual ??= against.textContent;
            against.textContent = chosen === "" ? against.dataset.usual : data.subjects[chosen][0];
        }
        show();
    };

    // ---- order ----

    // By ratio within each tier; a second time the other way round, a third time as it was.
    const order = (table, column, direction) => {
        for (const body of table.tBodies) {
            const rows = [...body.rows].filter((row) => !row.classList.contains("group"));
            rows.forEach((row, i) => row.dataset.place ??= i);
            const key = (row) => {
                if (direction === "none" || column === 0) return +row.dataset.place;
                const entry = row.children[column];
                const ratio = entry.querySelector("span:not(.ci)")?.textContent;
                return entry.classList.contains("base") ? 1 : parseFloat(ratio);
            };
            const name = (row) => row.firstElementChild.textContent;
            const sign = direction === "descending" ? -1 : 1;
            rows.sort((a, b) => {
                if (column === 0 && direction !== "none")
                    return sign * name(a).localeCompare(name(b), "en", { numeric: true });
                const left = key(a), right = key(b);
                if (isNaN(left) || isNaN(right)) return isNaN(left) - isNaN(right);
                return sign * (left - right);
            });
            body.append(...rows);
        }
    };

    const next = { none: "ascending", ascending: "descending", descending: "none" };
    for (const table of tables) {
        const heads = [...table.querySelectorAll("thead tr:last-child th")];
        heads.forEach((head, column) => {
            const button = make("button", undefined, "sort");
            button.type = "button";
            button.append(...head.childNodes);
            head.append(button);
            button.addEventListener("click", () => {
                const direction = next[head.getAttribute("aria-sort") ?? "none"];
                for (const other of heads) other.removeAttribute("aria-sort");
                if (direction !== "none") head.setAttribute("aria-sort", direction);
                order(table, column, direction);
            });
        });
    }

    // ---- controls ----

    const option = (value, text) => {
        const made = make("option", text);
        made.value = value;
        return made;
    };
    const box = (value, text) => {
        const label = make("label"), input = make("input");
        input.type = "checkbox";
        input.value = value;
        input.defaultChecked = true;
        label.append(input, ` ${text}`);
        return label;
    };
    const present = new Set(entries.map((entry) => entry.subject));
    data.subjects.forEach(([name, tier], i) => {
        if (present.has(i)) field("baseline").append(option(i, `${name} (${tier})`));
    });
    const sections = [...document.querySelectorAll(".matrix")];
    for (const workload of new Set(sections.map((section) => section.dataset.workload)))
        field("workload").append(option(workload, workload));
    for (const tier of new Set([...present].map((i) => data.subjects[i][1])))
        field("tiers").append(box(tier, tier));
    data.words.forEach(([word], i) => field("words").append(box(word, `${signs[i]} ${word}`)));

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", (event) =>
        event.target === field("baseline") ? rebase() : show());
    form.addEventListener("reset", () => setTimeout(() => { // once the fields are as they were
        document.body.classList.remove("more");
        rebase();
    }));
    field("more").addEventListener("change", () => document.body.classList.toggle("more", field("more").checked));
    if (pairs.size > 0) {
        form.hidden = false;
        rebase();
    }
})();
