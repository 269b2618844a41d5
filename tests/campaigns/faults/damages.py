"""Shards and tables cut, emptied, altered or removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.campaigns.faults.trial import compare

if TYPE_CHECKING:
    import random
    from pathlib import Path


def damages(folder: Path, clean: dict[str, bytes], count: int, rng: random.Random) -> str:
    """Damage a file of a clean run many times, and run it again."""
    for _ in range(count):
        damage(rng.choice(sorted(path for path in folder.rglob("*") if path.is_file())), rng)
        compare(folder, clean)
    return f"{count} damages: nothing lost"


def damage(path: Path, rng: random.Random) -> None:
    """Cut a file, empty it, change a bit, or remove it."""
    whole = path.read_bytes()
    at = rng.randrange(max(len(whole), 1))
    flipped = whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1 :] if whole else b""
    path.write_bytes(rng.choice([whole[:at], b"", flipped]))
    if rng.random() < 0.2:
        path.unlink()
