#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows the figures of a run of the benchmarks beside their bars; writes them as JSON.

  bench_report.py [--all] FIGURES [JSON]    FIGURES: lines `name value`

With --all, a figure that the bars name and the run lacks is a failure; a figure
over its bar is shown, and fails nothing: machines differ.
"""
import json
import sys

# name: (bar, whether the figure must be at most that)
BARS = {
    "decide_ns": (5, True),
    "minimize_vs_handwritten": (0.35, True),
    "seal_vs_floor": (1.25, True),
    "open_one_of_four_vs_floor": (1.25, True),
    "threads2_scaling": (0.95, False),
    "sqlite_put_vs_sql": (1.5, False),
    "sweep_drop_vs_sql": (2.0, False),
    "sweep_delete_vs_sql": (3.0, False),
    "sweep_flatness": (1.2, True),
    "policy_load_ms": (10, True),
}


def main():
    arguments = [a for a in sys.argv[1:] if a != "--all"]
    with open(arguments[0], encoding="ascii") as lines:
        figures = {name: float(value) for name, value in (line.split() for line in lines)}
    for name, value in figures.items():
        bar, at_most = BARS.get(name, (None, True))
        if bar is None:
            print(f"{name:28} {value:10.4g}")
            continue
        met = value <= bar if at_most else value >= bar
        print(f"{name:28} {value:10.4g}   bar {'<=' if at_most else '>='} {bar:<6g} {'met' if met else 'NOT MET'}")
    missing = [name for name in BARS if name not in figures]
    for name in missing if "--all" in sys.argv else []:
        print(f"{name:28}    missing", file=sys.stderr)
    if len(arguments) > 1:
        with open(arguments[1], "w", encoding="ascii") as out:
            json.dump({n: figures[n] for n in BARS if n in figures}, out, indent=2)
            out.write("\n")
    return 1 if missing and "--all" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
