"""All benchmarks, each in a process of its own, since they tell the memory that they take: `python -m tests.bench`."""

from __future__ import annotations

import subprocess
import sys

if __name__ == "__main__":
    for name in ("answers", "delivery"):
        outcome = subprocess.run([sys.executable, "-m", f"tests.bench.{name}"])
        if outcome.returncode:
            sys.exit(outcome.returncode)
