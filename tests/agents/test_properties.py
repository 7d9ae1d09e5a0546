from foveal.agents.properties import is_box, property_lines

BOX = {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4}


def test_each_property_is_a_line_with_what_it_holds_below() -> None:
    schema = {
        "properties": {
            "verdict": {"enum": ["ok", 1, None], "description": "is it good"},
            "worst": {"anyOf": [BOX, {"type": "null"}]},
            "problem": {
                "properties": {"n": {"type": ["integer", "null"]}},
                "description": "what is wrong",
            },
            "entries": {"type": "array", "items": {"properties": {"box": BOX}}},
            "labels": {"type": "array", "items": {"type": "string"}},
        }
    }

    assert property_lines(schema).splitlines() == [
        "- verdict (ok | 1 | null): is it good",
        "- worst (box | null)",
        "- problem (object): what is wrong",
        "  - n (integer | null)",
        "- entries (list)",
        "  - box (box)",
        "- labels (list of string)",
    ]


def test_a_box_is_a_list_of_exactly_four_numbers() -> None:
    assert is_box(BOX)
    assert not is_box({**BOX, "maxItems": 5})
    assert not is_box({**BOX, "items": {"type": "string"}})
