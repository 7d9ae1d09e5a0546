"""A ledger that was tampered with: the first record that does not hold is named."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator

from foveal.records.chain import Broken, Chain, chain_of
from foveal.records.ledger import Ledger

RECORDS = 30
CASES = 200
"""Of each kind of tampering."""

Tampering = Callable[[Generator, list[bytes]], tuple[list[bytes], int]]
"""Gives back the lines, and the number of the record at which they no longer hold."""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    ledger = Ledger.begin(tmp_path_factory.mktemp("run") / "ledger.jsonl", "run", opened="today")
    for number in range(1, RECORDS):
        ledger.append("call", number=number, pixels="img:…", answers={"短路": number / 7})
    return ledger


def tampered(ledger: Ledger, lines: list[bytes]) -> Chain:
    return chain_of(b"".join(lines), head=ledger.head)


def at(rng: Generator, count: int) -> int:
    return int(rng.integers(count))


def flip(rng: Generator, lines: list[bytes]) -> tuple[list[bytes], int]:
    record = at(rng, RECORDS)
    line = bytearray(lines[record])
    line[at(rng, len(line))] ^= 1 << at(rng, 8)
    lines[record] = bytes(line)
    return lines, record + 1


def delete(rng: Generator, lines: list[bytes]) -> tuple[list[bytes], int]:
    record = at(rng, RECORDS)
    return lines[:record] + lines[record + 1 :], record + 1


def insert(rng: Generator, lines: list[bytes]) -> tuple[list[bytes], int]:
    """A record from elsewhere in the same ledger: itself it holds."""
    record, copied = (int(at) for at in rng.choice(RECORDS, 2, replace=False))
    first = record + 1 if copied != record else record + 2
    return [*lines[:record], lines[copied], *lines[record:]], first


def swap(rng: Generator, lines: list[bytes]) -> tuple[list[bytes], int]:
    one, other = sorted(int(at) for at in rng.choice(RECORDS, 2, replace=False))
    lines[one], lines[other] = lines[other], lines[one]
    return lines, one + 1


def truncate(rng: Generator, lines: list[bytes]) -> tuple[list[bytes], int]:
    content = b"".join(lines)
    kept = content[: at(rng, len(content))]
    return [kept], kept.count(b"\n") + 1


@pytest.mark.parametrize("tamper", [flip, delete, insert, swap, truncate])
def test_the_first_record_that_does_not_hold_is_named(tamper: Tampering, ledger: Ledger) -> None:
    written = ledger.path.read_bytes().splitlines(keepends=True)
    for seed in range(CASES):
        lines, first = tamper(np.random.default_rng(seed), list(written))
        broken = tampered(ledger, lines).broken
        assert broken is not None, f"seed {seed} went unnoticed"
        assert broken.record == first, f"seed {seed}"


def test_as_written_it_holds(ledger: Ledger) -> None:
    chain = chain_of(ledger.path.read_bytes(), head=ledger.head)

    assert chain.broken is None
    assert len(chain.records) == RECORDS
    assert chain.head == ledger.head


def test_records_cut_from_the_end_are_missed_only_by_who_kept_the_head(
    ledger: Ledger,
) -> None:
    lines = ledger.path.read_bytes().splitlines(keepends=True)[:-2]

    assert tampered(ledger, lines).broken == Broken(RECORDS - 1, "is missing")
    assert chain_of(b"".join(lines)).broken is None


def test_other_bytes_for_the_same_values_are_a_change(ledger: Ledger) -> None:
    first, *rest = ledger.path.read_bytes().splitlines(keepends=True)

    broken = tampered(ledger, [first.replace(b":", b": ", 1), *rest]).broken

    assert broken == Broken(1, "was changed or cut")


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"\xff\n", b'{"kind":1}\n', b"[" * 9999])
def test_what_is_no_ledger_holds_no_record(content: bytes) -> None:
    assert chain_of(content) == Chain([], Broken(1, "was changed or cut"))
