#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails if a public header does not compile alone, or reaches what it must not.

A host that includes one of ours gets Abseil and the standard library with it:
no protobuf, no cryptography, no SQL, and none of our private headers. privet.h
includes every header of the core.

  check_public_headers.py [COMPILER]    default: c++
"""
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

FORBIDDEN = re.compile(
    r"google/protobuf/|\.pb\.h$|sodium|sqlite3|libpq|catch2|(^|/)src/")

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror",
            "-Wno-pragma-once-outside-header"]
# Headers of the other libraries, which privet.h leaves out.
OTHER = {"local.h", "sqlite.h", "testing.h"}


def complaints(compiler, header):
    with tempfile.NamedTemporaryFile("r", suffix=".d") as deps:
        alone = subprocess.run(
            [compiler, "-std=c++17", *WARNINGS, "-Iinclude", "-fsyntax-only", "-MD", "-MF", deps.name,
             "-x", "c++", str(header)], capture_output=True, text=True)
        if alone.returncode:
            return [f"{header}: does not compile alone:\n{alone.stderr}"]
        reached = deps.read()
    files = reached.replace("\\\n", " ").split()[1:]
    return [f"{header}: reaches `{file}`" for file in files if FORBIDDEN.search(file)]


def main():
    compiler = sys.argv[1] if len(sys.argv) > 1 else "c++"
    headers = sorted(pathlib.Path("include/privet").rglob("*.h"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = sum(pool.map(lambda h: complaints(compiler, h), headers), [])
    umbrella = pathlib.Path("include/privet/privet.h").read_text()
    for header in headers:
        name = str(header.relative_to("include"))
        core = header.parent.name == "privet" and header.name not in OTHER
        if header.name != "privet.h" and core != (f'#include "{name}"' in umbrella):
            found.append(f"{header}: {'is not' if core else 'may not be'} in privet.h")
    if not headers:
        found.append("include/privet holds no header")
    for complaint in found:
        print(complaint, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
