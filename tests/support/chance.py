"""Chance without Hypothesis: the same in every run, like what Hypothesis draws, unless new cases are explored."""

from __future__ import annotations

import random
import sys

from hypothesis import settings


def chance(seed: int) -> random.Random:
    """Draws what the seed stands for; when new cases are explored, of another seed, which a failing test shows."""
    if settings.default and not settings.default.derandomize:
        seed = random.SystemRandom().getrandbits(32)
        sys.stderr.write(f"drawn from the seed {seed}\n")
    return random.Random(seed)  # noqa: S311
