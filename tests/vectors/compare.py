#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare.py PROGRAM FILE: fails if what PROGRAM prints is not what FILE holds."""
import pathlib
import subprocess
import sys


def main(program, path):
    made = subprocess.run([program], check=True, stdout=subprocess.PIPE).stdout
    if made != pathlib.Path(path).read_bytes():
        sys.exit("compare: the format changed: %s writes other bytes than %s holds" % (program, path))


if __name__ == "__main__":
    main(*sys.argv[1:])
