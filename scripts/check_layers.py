#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails if a file under src/ includes a layer that is not below its own."""
import pathlib
import re
import sys

# Each row may include the rows above it. Folders in one row are strangers.
LAYERS = [{"base", "proto"}, {"crypto", "store"}, {"transform"}, {"policy"},
          {"record", "keys"}, {"subject"}, {"seal", "retention", "audit"},
          {"engine"}, {"local", "testing", "rights"}, {"cli", "tools"}]
RANK = {name: rank for rank, row in enumerate(LAYERS) for name in row}
INCLUDE = re.compile(r'^#include "(\w+)/', re.M)


def main():
    errors = []
    for path in sorted(pathlib.Path("src").rglob("*.[hc]*")):
        own = path.parts[1]
        if own not in RANK and len(path.parts) > 2:
            errors.append(f"{path}: `{own}` is no layer")
            continue
        for other in INCLUDE.findall(path.read_text()):
            if other in RANK and other != own and RANK[other] >= RANK[own]:
                errors.append(f"{path}: layer `{own}` may not include `{other}`")
    print("\n".join(errors), file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
