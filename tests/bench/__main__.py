"""All benchmarks: `python -m tests.bench`."""

from __future__ import annotations

from tests.bench import answers, delivery

if __name__ == "__main__":
    answers.main()
    delivery.main()
