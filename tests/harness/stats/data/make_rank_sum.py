#!/usr/bin/env python3
"""Writes rank_sum.json, what SciPy makes of made-up pairs of samples. Run it again only to extend it.

tests   p and U of scipy.stats.mannwhitneyu: method="exact" up to 25 values each without ties, otherwise
        "asymptotic" with continuity correction, as harness/stats/rank_sum.h has it
cuts    number of the outermost difference that a two-sided exact p above 1 - confidence lets stay
shifts  Hodges-Lehmann shift, interval and p of logarithms: all differences listed by NumPy
normal  exact two-sided p beyond 25 values, by counting with whole numbers: what the approximation misses
"""
import json
import os

import numpy
import scipy
from scipy import stats

EXACT = 25
random = numpy.random.default_rng(1947)


def exact_tails(n, m):
    """P(U <= 0, 1, ... n * m), by the Gaussian binomial coefficient in whole numbers."""
    ways = [1]
    for i in range(1, n + 1):
        product = [0] * (len(ways) + m + i)
        for wins, count in enumerate(ways):
            product[wins] += count
            product[wins + m + i] -= count
        for wins in range(i, len(product)):
            product[wins] += product[wins - i]
        ways = product[:i * m + 1]
    total, below, tails = sum(ways), 0, []
    for count in ways:
        below += count
        tails.append(below / total)
    return tails


def tests():
    sizes = [(1, 1), (1, 9), (2, 3), (5, 5), (4, 8), (8, 8), (10, 10), (25, 25), (7, 25), (26, 26), (25, 26),
             (10, 40), (50, 50), (100, 80), (1, 60)]
    for n, m in sizes:
        for shift, decimals in ((0, None), (1, None), (5, None), (0, 0), (1, 0), (1, 1)):
            first = random.standard_normal(n) * 2 + shift
            second = random.standard_normal(m) * 2
            if decimals is not None:
                first, second = numpy.round(first, decimals), numpy.round(second, decimals)
            both = numpy.concatenate((first, second))
            if len(set(both.tolist())) == 1:
                continue
            exact = n <= EXACT and m <= EXACT and len(set(both.tolist())) == n + m
            found = stats.mannwhitneyu(first, second, method="exact" if exact else "asymptotic")
            yield {"first": first.tolist(), "second": second.tolist(), "exact": exact,
                   "wins": float(found.statistic), "p": float(found.pvalue)}


def position(tails, outside):
    """Differences 1..k - 1 from each end are cut off when 2 P(U <= k - 1) <= outside."""
    cut = 0
    while 2 * tails[cut] <= outside:
        cut += 1
    return max(cut, 1)


def cuts():
    for n, m in ((1, 1), (3, 4), (4, 5), (5, 5), (5, 6), (8, 8), (10, 10), (10, 25), (25, 25)):
        tails = exact_tails(n, m)
        for confidence in (0.9, 0.95, 0.99):
            k = position(tails, 1 - confidence)
            yield {"n": n, "m": m, "confidence": confidence, "position": k,
                   "achieved": max(0, 1 - 2 * tails[k - 1])}


def large_cuts():
    for n, m in ((26, 26), (30, 60), (50, 50), (100, 100)):
        yield {"n": n, "m": m, "position": position(exact_tails(n, m), 0.01)}


def shifts():
    for n, m, ratio in ((5, 5, 2), (10, 10, 1), (10, 12, 1.05), (25, 25, 0.9), (25, 20, 1)):
        subject = 3000 * ratio * numpy.exp(0.13 * random.standard_normal(n))
        baseline = 3000 * numpy.exp(0.13 * random.standard_normal(m))
        differences = numpy.sort(numpy.subtract.outer(numpy.log(subject), numpy.log(baseline)).ravel())
        k = position(exact_tails(n, m), 0.01)
        yield {"subject": subject.tolist(), "baseline": baseline.tolist(),
               "ratio": float(numpy.exp(numpy.median(differences))),
               "low": float(numpy.exp(differences[k - 1])), "high": float(numpy.exp(differences[-k])),
               "median": float(numpy.median(subject) / numpy.median(baseline)),
               "p": float(stats.mannwhitneyu(subject, baseline, method="exact").pvalue)}


def normal():
    for n, m in ((26, 26), (26, 40), (50, 50), (100, 100)):
        tails = exact_tails(n, m)
        for p in (0.05, 0.01, 1e-3, 1e-4, 1e-6):
            wins = next(wins for wins, tail in enumerate(tails) if 2 * tail >= p)
            yield {"n": n, "m": m, "wins": wins, "p": 2 * tails[wins]}


def main():
    data = {"origin": f"make_rank_sum.py with SciPy {scipy.__version__}, NumPy {numpy.__version__}",
            "tests": list(tests()), "cuts": list(cuts()), "large_cuts": list(large_cuts()),
            "shifts": list(shifts()), "normal": list(normal())}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rank_sum.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump(data, file, indent=0)
        file.write("\n")


if __name__ == "__main__":
    main()
