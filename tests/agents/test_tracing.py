from dataclasses import replace
from typing import Any

import pytest

from foveal.agents.facts import Defect, Facts
from foveal.agents.tracing import SCHEMA, constants_of, traced
from foveal.schemas.box import Box

FACTS = Facts(
    verdict="fail",
    defects=(
        Defect("open", Box(10, 20, 30, 40), 0.8, 0.93),
        Defect("short", Box(50, 60, 70, 80), 0.3, 0.7),
        Defect("short", Box(1, 2, 3, 4), 0.5, 0.6),
    ),
    labels=("open", "short", "spur"),
    part="board7.png",
    size_px=(100, 100),
    workflow="boards",
    coverage=0.99,
    date="2026-11-25",
    regions={"zone 2": Box(0, 0, 1000, 1000)},
)


def test_each_value_leads_to_the_fact_that_carries_it() -> None:
    document = {
        "verdict": "FAIL",
        "n": 3,
        "n_open": 1,
        "zone_2": 3,
        "largest_mm": 0.8,
        "worst": {"worst_box": [10, 20, 30, 40]},
        "coverage": 0.99,
        "on": "2026-11-25",
        "entries": [{"box": [1, 2, 3, 4], "label": "short", "size": 0.5}],
        "summary": "1 open, 2 short; largest 0.8 mm.",
    }

    assert traced(document, FACTS) == (
        {
            "/verdict": "/verdict",
            "/n": "/facts/count/all",
            "/n_open": "/facts/count/label/open",
            "/zone_2": "/facts/count/region/zone 2",
            "/largest_mm": "/findings/0/size_mm",
            "/worst/worst_box": "/findings/0/box_px",
            "/coverage": "/coverage/share",
            "/on": "/facts/date",
            "/entries/0/box": "/findings/2/box_px",
            "/entries/0/label": "/findings/2/label",
            "/entries/0/size": "/findings/2/size_mm",
            "/summary[0:1]": "/facts/count/label/open",
            "/summary[8:9]": "/facts/count/label/short",
            "/summary[25:28]": "/findings/0/size_mm",
        },
        [],
    )


UNTOLD: dict[str, Any] = {
    "a number that nothing says": {"n": 7},
    "a fact of another name": {"n_open": 2},
    "a count of some for that of all": {"defects": 2},
    "a count of some in a group": {"D2_problem": {"count": 1}},
    "a count of some in Chinese": {"缺陷数": 2},
    "a count as a size": {"size_mm": 3},
    "a size that is not the largest": {"largest_mm": 0.3},
    "a box that is none": {"box": [10, 20, 30, 41]},
    "a box that is not the worst": {"worst_box": [1, 2, 3, 4]},
    "another label than that of the box": [{"box": [1, 2, 3, 4], "label": "open"}],
    "another label than that of the box beside it": {"where": [1, 2, 3, 4], "label": "open"},
    "a finding listed twice": [{"box": [1, 2, 3, 4]}, {"box": [1, 2, 3, 4]}],
    "another size than that of the box": [{"box": [1, 2, 3, 4], "size": 0.8}],
    "another verdict": {"verdict": "pass"},
    "a number in a text": {"note": "about 12 of them"},
    "a negative number in a text": {"note": "at -3 now"},
    "an exponent in a text": {"note": "some 3e3"},
    "a count of another label in a text": {"note": "2 open"},
    "a count that follows its label": {"note": "断 open 2"},
    "a size in a text that is a count": {"note": "3 mm"},
    "a box in a text that is none": {"note": "at [1, 2, 3, 5]"},
    "a name that is nearly the part's": {"part": "board7png"},
    "a whole document of one number": 17,
}


@pytest.mark.parametrize("document", UNTOLD.values(), ids=UNTOLD)
def test_what_no_fact_carries_is_named(document: object) -> None:
    assert len(traced(document, FACTS).untold) >= 1


TOLD: dict[str, Any] = {
    "names of the part and the workflow": {"part": "board7.png", "workflow": "boards"},
    "a part that may be unknown": {"part": None},
    "names that hold digits": {"note": "board7.png of 2026-11-25, zone 2"},
    "two lines about one finding": [
        {"box": [1, 2, 3, 4], "step": "clean"},
        {"box": [1, 2, 3, 4], "step": "repair"},
    ],
    "a type that is no label": {"box": [1, 2, 3, 4], "type": "fail"},
    "a label that is not said of the box": {"box": [1, 2, 3, 4], "rarest_label": "open"},
    "a box in a text": {"note": "see [1, 2, 3, 4]."},
    "a count in a group of its label": {"short": {"defects": 2}},
    "a count in a group of its region": {"zone_2": {"count": 3}},
    "a count in an entry": [{"kind": "short", "count": 2}],
    "truth values and nothing": {"any": True, "none": None},
    "a number that reads the same": {"n": 3.0},
    "Chinese counts": {"小结": "open 1 处，short 2 处；最大 0.8 毫米。"},
}


@pytest.mark.parametrize("document", TOLD.values(), ids=TOLD)
def test_what_facts_carry_is_let_through(document: object) -> None:
    assert traced(document, FACTS).untold == []


def test_constants_of_the_schema_are_its_own() -> None:
    schema = {"properties": {"version": {"const": 42}, "step": {"enum": ["D8 close", 43]}}}
    constants = constants_of(schema)

    assert traced({"version": 42, "step": "D8 close"}, FACTS, constants=constants) == (
        {"/version": SCHEMA},
        [],
    )
    assert traced({"step": 43}, FACTS, constants=constants).untold


def test_labels_of_an_enum_are_checked_like_others() -> None:
    constants = constants_of({"enum": ["open", "short"]})
    entry = [{"box": [1, 2, 3, 4], "label": "open"}]

    assert traced(entry, FACTS, constants=constants).untold


def test_names_of_properties_are_escaped_in_pointers() -> None:
    assert traced({"a/b~c": 3}, FACTS).sources == {"/a~1b~0c": "/facts/count/all"}


def test_a_part_without_findings_has_counts_of_nought() -> None:
    good = replace(FACTS, defects=(), verdict="pass")

    assert traced({"n": 0, "verdict": "pass", "coverage": 0.99}, good).untold == []
    assert traced({"n": 1}, good).untold == ["/n: 1, which no fact of that name says"]
