"""Whatever a label is called, there is one term for it."""

import pytest

from foveal.schemas.errors import BadLabel
from foveal.schemas.glossary import Glossary

GLOSSARY = Glossary({"short": ["Short circuit", "短路", "é"], "open": ["断路"], "none": []})

OTHER_NAMES = {
    "the term itself": ("open", "open"),
    "an alias": ("Short circuit", "short"),
    "another language": ("短路", "short"),
    "capitals": ("SHORT CIRCUIT", "short"),
    "spaces": ("  short \t circuit\n", "short"),
    "a letter composed of two": ("e\u0301", "short"),
    "a capital composed of two": ("E\u0301", "short"),
}


@pytest.mark.parametrize(("name", "term"), OTHER_NAMES.values(), ids=OTHER_NAMES)
def test_every_name_leads_to_the_one_term(name: str, term: str) -> None:
    assert GLOSSARY.term(name) == term


@pytest.mark.parametrize("name", ["dent", "", "shortcircuit"])
def test_a_name_outside_the_glossary_is_refused(name: str) -> None:
    with pytest.raises(BadLabel, match=f"no label is called '{name}': use one of short, open, "):
        GLOSSARY.term(name)


@pytest.mark.parametrize(
    "names",
    [{"short": ["bridge"], "bridge": []}, {"short": ["Bridge"], "joined": ["bridge "]}],
    ids=["an alias and a term", "two aliases"],
)
def test_two_labels_that_share_a_name_are_both_named(names: dict[str, list[str]]) -> None:
    one, other = names
    with pytest.raises(ValueError, match=f"names the labels '{one}' and '{other}'"):
        Glossary(names)


def test_one_label_may_be_called_the_same_in_two_languages() -> None:
    assert Glossary({"PCB": ["PCB", "pcb"]}).term("Pcb") == "PCB"
