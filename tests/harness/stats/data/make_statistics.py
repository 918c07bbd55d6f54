#!/usr/bin/env python3
"""Writes statistics.json beside itself: what SciPy makes of the samples that the tests of
harness/stats/{normal,walsh,wilcoxon,effect}.c use. The tests read the file and need no Python.

    tests/harness/stats/data/make_statistics.py

SciPy is Debian's python3-scipy. Only its public functions are used; the samples come from NumPy's
PCG64 with a fixed seed and are stored with the results.
"""
import json
import os

import numpy
import scipy
from scipy import stats

random = numpy.random.Generator(numpy.random.PCG64(20240501))


def signed_rank_untied():
    """scipy.stats.wilcoxon, mode="exact": no ties, no zeros."""
    for n, shift in ((1, 0), (2, 0), (5, 0), (8, 2), (10, 0.5), (25, 0), (50, 0.3), (50, 3),
                     (51, 0.2), (100, 0.1), (100, 0.5), (100, 5)):
        d = random.standard_normal(n) + shift
        yield d, stats.wilcoxon(d, mode="exact").pvalue, True


def rank_sum(d):
    """Of positive differences, by Pratt: zeros are ranked and left out."""
    return float(numpy.sum(stats.rankdata(numpy.abs(d))[d > 0]))


def signed_rank_tied():
    """scipy.stats.permutation_test over every choice of signs: ties and zeros as they are."""
    samples = [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [0, 0, 0, 2, 2, 2, -2, 2], [3, -3, 0, 5, 5, 5, 5, -1],
               [0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [1, 2, 2, 3, 3, 3, 4, 4, 4, 4]]
    samples += [random.integers(-3, 6, n).tolist() for n in (6, 9, 12, 14)]
    for d in samples:
        d = numpy.array(d, dtype=float)
        # Sums of midranks are multiples of 1/2: exact, so that equal ones compare equal.
        result = stats.permutation_test((d,), rank_sum, permutation_type="samples",
                                        n_resamples=numpy.inf)
        yield d, min(1.0, result.pvalue), True


def signed_rank_normal():
    """scipy.stats.wilcoxon, mode="approx", correction=True, zero_method="pratt"."""
    samples = [random.standard_normal(n) + shift for n, shift in ((101, 0), (200, 0.2), (1000, 0.1))]
    samples += [numpy.round(random.standard_normal(n) * 3 + shift)
                for n, shift in ((120, 0), (300, 0.6), (500, -0.4))]
    for d in samples:
        yield d, stats.wilcoxon(d, mode="approx", correction=True, zero_method="pratt").pvalue, False


def signed_rank():
    for source in (signed_rank_untied, signed_rank_tied, signed_rank_normal):
        for d, p, exact in source():
            yield {"source": source.__doc__, "differences": d.tolist(), "rank_sum": rank_sum(d),
                   "p": float(p), "exact": exact}


def chance_outside(n, position):
    """Two-sided p of a rank sum of position - 1, by scipy.stats.wilcoxon on a sample that has it."""
    signs, left = -numpy.ones(n), position - 1
    for rank in range(n, 0, -1):
        if rank <= left:
            signs[rank - 1], left = 1, left - rank
    return stats.wilcoxon(signs * numpy.arange(1, n + 1), mode="exact").pvalue


def cuts():
    for n in list(range(8, 31)) + [40, 50, 51, 75, 99, 100]:
        for confidence in (0.9, 0.95, 0.99):
            low, high = 1, n * (n + 1) // 4
            while low < high:
                middle = (low + high + 1) // 2
                if chance_outside(n, middle) <= 1 - confidence:
                    low = middle
                else:
                    high = middle - 1
            yield {"n": n, "confidence": confidence, "position": low,
                   "achieved": float(1 - chance_outside(n, low))}


def approximations():
    """Exact p of samples that are too large for an exact test here: how far off is the normal one?"""
    for n in (101, 150, 200, 400):
        middle, spread = n * (n + 1) / 4, numpy.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        for level in (0.1, 0.05, 0.01, 1e-3, 1e-4, 1e-6):
            position = int(middle + stats.norm.ppf(level / 2) * spread)
            yield {"n": n, "rank_sum": position - 1, "p": float(chance_outside(n, position))}


def large_cuts():
    for n in (101, 120, 150, 200, 400):
        position = int(n * (n + 1) / 4 - 2.7 * numpy.sqrt(n * (n + 1) * (2 * n + 1) / 24))
        while chance_outside(n, position + 1) <= 0.01:
            position += 1
        yield {"n": n, "position": position}


def effects(cut_list):
    """NumPy: the median of all Walsh averages, listed, and those at the cut's position."""
    positions = {(cut["n"], cut["confidence"]): cut["position"] for cut in cut_list}
    for n, ratio in ((8, 1.5), (10, 1), (11, 0.8), (30, 1.03), (50, 0.97), (100, 1)):
        baseline = numpy.exp(random.standard_normal(n) + 8)
        subject = baseline * ratio * numpy.exp(0.13 * random.standard_t(3, n))
        logs = numpy.log(subject / baseline)
        row, column = numpy.triu_indices(n)
        walsh = numpy.sort((logs[row] + logs[column]) / 2)
        position = positions[n, 0.99]
        yield {"subject": subject.tolist(), "baseline": baseline.tolist(),
               "ratio": float(numpy.exp(numpy.median(walsh))),
               "low": float(numpy.exp(walsh[position - 1])),
               "high": float(numpy.exp(walsh[-position])),
               "median": float(numpy.exp(numpy.median(logs))),
               "p": float(stats.wilcoxon(logs, mode="exact").pvalue)}


def quantiles():
    for chance in (1e-300, 1e-100, 1e-15, 1e-9, 1e-6, 0.0005, 0.005, 0.025, 0.1, 0.3, 0.49, 0.5,
                   0.51, 0.7, 0.9, 0.975, 0.995, 0.9995, 1 - 1e-9):
        yield {"chance": chance, "z": float(stats.norm.ppf(chance))}


def power():
    """Of 40,000 samples of normal log ratios each, with ranks by scipy.stats.rankdata: how often p < level."""
    for n, ratio, deviation, level in ((200, 1.03, 0.13, 0.01), (400, 1.02, 0.13, 0.01),
                                       (50, 1.05, 0.13, 0.01), (50, 1, 0.13, 0.01)):
        z, samples = 0, 40000
        for start in range(0, samples, 1000):
            d = random.standard_normal((1000, n)) * deviation + numpy.log(ratio)
            ranks = stats.rankdata(numpy.abs(d), axis=1)
            sums = numpy.sum(ranks * (d > 0), axis=1)
            spread = numpy.sqrt(n * (n + 1) * (2 * n + 1) / 24)
            distance = numpy.abs(sums - n * (n + 1) / 4) - 0.5
            z += int(numpy.sum(2 * stats.norm.sf(distance / spread) < level))
        yield {"n": n, "ratio": ratio, "deviation": deviation, "level": level, "share": z / samples}


def main():
    cut_list = list(cuts())
    data = {"origin": f"make_statistics.py with SciPy {scipy.__version__}, NumPy {numpy.__version__}",
            "signed_rank": list(signed_rank()), "cuts": cut_list,
            "approximations": list(approximations()), "large_cuts": list(large_cuts()),
            "effects": list(effects(cut_list)),
            "quantiles": list(quantiles()), "power": list(power())}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "statistics.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump(data, file, indent=0)
        file.write("\n")


if __name__ == "__main__":
    main()
