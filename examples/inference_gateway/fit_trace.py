#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fits the generator of trace_model.cc to a trace, and says how well it fits.

  fit_trace.py TRACE.csv [GENERATED.csv]

Prints the quantile tables of trace_model.cc. With a second trace (made by
`inference_gateway --write-trace FILE`) compares the two: quantiles, the
Kolmogorov-Smirnov distance of each column, rank correlation.
"""
import bisect
import csv
import datetime
import math
import statistics
import sys

# Dense where the trace has steps, and towards both ends.
PROBABILITIES = sorted({0, .001, .005, .01, .02, .03, .995, .998, .999, .9995, 1} |
                       {i / 40 for i in range(2, 40)} | {.96, .97, .98, .985, .99})


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    epoch = datetime.datetime(1970, 1, 1)
    times = []
    for row in rows:
        whole, _, fraction = row["TIMESTAMP"].partition(".")
        at = datetime.datetime.strptime(whole, "%Y-%m-%d %H:%M:%S")
        times.append((at - epoch).total_seconds() + float("0." + (fraction or "0")))
    return {
        "context": [int(row["ContextTokens"]) for row in rows],
        "generated": [int(row["GeneratedTokens"]) for row in rows],
        "gap": [b - a for a, b in zip(times, times[1:])],
    }


def quantile(ordered, p):
    at = p * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def distance(a, b):
    a, b = sorted(a), sorted(b)
    return max(abs(bisect.bisect_right(a, x) / len(a) - bisect.bisect_right(b, x) / len(b))
               for x in sorted(set(a) | set(b)))


def ranks(values):
    order = sorted(range(len(values)), key=values.__getitem__)
    rank = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for k in range(start, end):
            rank[order[k]] = (start + end - 1) / 2
        start = end
    return rank


def correlation(a, b):
    a, b = ranks(a), ranks(b)
    mean_a, mean_b = statistics.mean(a), statistics.mean(b)
    covariance = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b))
    return covariance / math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))


def main():
    trace = read(sys.argv[1])
    if len(sys.argv) == 2:
        for name, values in trace.items():
            ordered = sorted(values)
            print(name)
            print(",\n".join(f"    {{{p:g}, {quantile(ordered, p):.6g}}}" for p in PROBABILITIES))
        print("rank correlation of tokens", round(correlation(trace["context"], trace["generated"]), 4))
        return
    made = read(sys.argv[2])
    print("| | requests | 1 % | 10 % | 50 % | 90 % | 99 % | mean | KS |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in trace:
        for label, data in (("trace", trace), ("model", made)):
            ordered = sorted(data[name])
            cells = [f"{quantile(ordered, p):.4g}" for p in (.01, .1, .5, .9, .99)]
            ks = f"{distance(trace[name], made[name]):.4f}" if label == "model" else ""
            print(f"| {name}, {label} | {len(ordered)} | " + " | ".join(cells) +
                  f" | {statistics.mean(ordered):.4g} | {ks} |")
    for label, data in (("trace", trace), ("model", made)):
        print(f"rank correlation of tokens, {label}: {correlation(data['context'], data['generated']):.3f}")


if __name__ == "__main__":
    main()
