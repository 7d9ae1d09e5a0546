import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from foveal.records.chain import chain_of
from foveal.records.ledger import Ledger
from foveal.schemas.box import Box
from foveal.schemas.errors import BadOutput, BadRecord
from foveal.schemas.report import Usage


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.begin(tmp_path / "ledger.jsonl", "run")


def lines(ledger: Ledger) -> list[bytes]:
    return ledger.path.read_bytes().splitlines()


def test_each_line_holds_the_hash_of_the_line_before(ledger: Ledger) -> None:
    for number in range(3):
        ledger.append("call", number=number)
    written = lines(ledger)
    hashes = [None, *(json.loads(line)["sha256"] for line in written)]
    assert [json.loads(line)["previous"] for line in written] == hashes[:-1]
    assert ledger.head == hashes[-1]


def test_each_line_holds_the_hash_of_what_else_it_holds(ledger: Ledger) -> None:
    ledger.append("call", number=1)
    _, line = lines(ledger)
    before, own = line.decode().rsplit(',"sha256":', 1)
    assert own == f'"{sha256(f"{before}}}".encode()).hexdigest()}"}}'


def test_lines_are_canonical(ledger: Ledger) -> None:
    ledger.append("align", reason="zwei Länder\n短路", box=Box(1, 2, 3, 4), agreement=0.5)
    ledger.append("tiny", least=1e-7, most=1e21, none=0.0)
    assert b'{"least":1e-7,"most":1e+21,"none":0}' in lines(ledger)[2]
    known = json.loads(lines(ledger)[1])
    assert lines(ledger)[1].decode() == (
        '{"data":{"agreement":0.5,"box":[1,2,3,4],"reason":"zwei Länder\\n短路"},'
        f'"kind":"align","previous":"{known["previous"]}","sha256":"{known["sha256"]}"}}'
    )


def test_models_are_written_as_their_json(ledger: Ledger) -> None:
    ledger.append("choose", usage=Usage(model_calls=2), kind="any name of data may be used")
    data = json.loads(lines(ledger)[1])["data"]
    assert data["usage"]["model_calls"] == 2
    assert data["kind"] == "any name of data may be used"


def test_threads_do_not_break_the_chain(ledger: Ledger) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: ledger.append("call", number=number), range(40)))
    written = lines(ledger)
    assert len(written) == 41
    for before, after in pairwise(written):
        assert json.loads(after)["previous"] == json.loads(before)["sha256"]


def test_what_is_no_json_is_refused_and_leaves_no_line(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="nan is not representable"):
        ledger.append("measure", residual_px=float("nan"))
    assert len(lines(ledger)) == 1


def test_a_ledger_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    ledger = Ledger.begin(tmp_path / "ledger.jsonl", "run")
    ledger.path.unlink()
    ledger.path.mkdir()
    with pytest.raises(BadOutput, match="cannot write"):
        ledger.append("call")


def test_a_ledger_goes_on_where_it_ended(ledger: Ledger) -> None:
    ledger.append("call", number=1)

    resumed, records = Ledger.resume(ledger.path)
    resumed.append("call", number=2)

    assert [record["kind"] for record in records] == ["run", "call"]
    chain = chain_of(ledger.path.read_bytes(), head=resumed.head)
    assert chain.broken is None
    assert len(chain.records) == 3


def test_a_line_that_was_being_written_is_cut_off(ledger: Ledger) -> None:
    ledger.append("call", number=1)
    whole = ledger.path.read_bytes()
    for cut in (whole + b'{"da', whole[:-1], whole[:-20]):
        ledger.path.write_bytes(cut)
        _, records = Ledger.resume(ledger.path)
        assert len(records) == cut.count(b"\n")
        assert chain_of(ledger.path.read_bytes()).broken is None


def test_a_ledger_that_was_changed_is_not_gone_on_with(ledger: Ledger) -> None:
    ledger.append("call", number=1)
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b'"number":1', b'"number":2'))

    with pytest.raises(BadRecord, match=r"record 2 was changed or cut: begin anew"):
        Ledger.resume(ledger.path)
