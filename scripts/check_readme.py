#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails if the README does not show the quickstart as it is, or links nowhere.

With the folder of the built programs, it also runs the quickstart as the README
says, and compares what it prints.

  check_readme.py [QUICKSTART PRIVET]
"""
import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAM = pathlib.Path("examples/quickstart/quickstart.cc")


def shown(text):
    """The first program of the README, and what it prints."""
    program, session = re.search(r"```cpp\n(.*?)```\n```\n(.*?)```", text, re.S).groups()
    command, printed = session.split("\n", 1)
    return program, command, printed


def run(quickstart, privet):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([privet, "init", "privacy"], cwd=folder, check=True, capture_output=True)
        return subprocess.run([quickstart], cwd=folder, check=True, capture_output=True,
                              text=True).stdout


def broken_links():
    pages = [pathlib.Path(p) for p in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
    for page in pages + sorted(pathlib.Path("docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                yield f"{page}: links to `{target}`, which is not there"


def main():
    found = list(broken_links())
    program, command, printed = shown(pathlib.Path("README.md").read_text(encoding="utf-8"))
    if program != PROGRAM.read_text(encoding="utf-8"):
        found.append(f"README.md: the first program is not {PROGRAM}")
    if len(sys.argv) > 1:
        quickstart, privet = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
        assert command == "$ privet init privacy && quickstart", command
        output = run(quickstart, privet)
        if output != printed:
            found.append(f"README.md: the quickstart prints `{output}`, and the page says `{printed}`")
    for complaint in found:
        print(complaint, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
