#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails if a source file breaks a rule that a script can see.

The first line names the license; the include guard is that of the path; no
file or folder is called after nothing in particular; no file is over 500 lines,
but for one whose first comment gives a reason, `// Long, since ...`.
"""
import pathlib
import re
import subprocess
import sys

LICENSE = "SPDX-License-Identifier: Apache-2.0"
CODE = {".h", ".cc", ".proto", ".py", ".cmake", ".sh"}
VAGUE = {"util", "utils", "helper", "helpers", "common", "misc"}
MAX_LINES = 500


def sources():
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"],
            check=True, capture_output=True, text=True).stdout.split("\n")
        return sorted(pathlib.Path(p) for p in listed if p and pathlib.Path(p).is_file())
    except (OSError, subprocess.CalledProcessError):  # a tarball
        return sorted(p for top in ("include", "src", "proto", "tests", "examples",
                                    "benchmarks", "scripts", "cmake")
                      for p in pathlib.Path(top).rglob("*") if p.is_file())


def guard_of(path):
    parts = path.parts[1:] if path.parts[0] in ("include", "src") else path.parts
    name = re.sub(r"\W", "_", "_".join(parts)).upper()
    return (name if name.startswith("PRIVET_") else "PRIVET_" + name) + "_"


def complaints(path):
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.splitlines()
    first = "\n".join(lines[:2])
    if LICENSE not in first:
        yield f"the first line is not `// {LICENSE}`"
    # A schema is one file; another may be longer if its first comment says why.
    excused = path.suffix == ".proto" or "\n// Long, since " in "\n".join(lines[:12])
    if len(lines) > MAX_LINES and not excused:
        yield f"{len(lines)} lines; split it at {MAX_LINES}"
    if path.suffix == ".h":
        guard = guard_of(path)
        if f"#ifndef {guard}\n#define {guard}\n" not in text:
            yield f"the include guard is not `{guard}`"
        if not text.rstrip().endswith(f"#endif  // {guard}"):
            yield f"the last line is not `#endif  // {guard}`"
    for part in (*path.parts[:-1], path.stem):
        if part in VAGUE:
            yield f"`{part}` names no concept"


def main():
    bad = 0
    for path in sources():
        script = path.parts[0] in ("scripts", ".ci") and not path.suffix
        if path.suffix in CODE or path.name == "CMakeLists.txt" or script:
            for complaint in complaints(path):
                print(f"{path}: {complaint}", file=sys.stderr)
                bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
