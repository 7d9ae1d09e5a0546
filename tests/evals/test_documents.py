from rich.console import Console

from foveal.evals import documents
from foveal.evals.documents import DocumentFigures, _figures, _Written
from foveal.evals.options import EvalOptions
from foveal.evals.roles import WORDS
from foveal.workflow_file import load_workflow


def test_documents_are_written_in_both_languages_and_in_other_words() -> None:
    figures = documents.run(EvalOptions(workflow=load_workflow("board-compare"), limit=4))

    known = DocumentFigures.model_validate(figures)
    for words in WORDS:
        for found in (known.documents[words], known.thinking[words]):
            assert found.right.of == 4
            assert sum(share.of for share in found.listed.values()) <= 8
    console = Console(width=120)
    with console.capture() as shown:
        console.print(documents.show(figures))
    assert "zh, thinking" in shown.get()
    assert "lists of 7 or more" in shown.get()


def test_lists_are_counted_by_their_length_and_cut_documents_are_wrong() -> None:
    box = [1, 2, 3, 4]
    whole = {"findings": [{"box": box}] * 5, "labels": []}
    short = {"findings": [{"box": box}] * 4, "labels": []}

    found = _figures([_Written(whole, whole), _Written(whole, short), _Written(whole, None)])

    assert (found.right.count, found.right.of, found.cut) == (1, 3, 1)
    assert (found.listed["0"].count, found.listed["0"].of) == (2, 2)
    assert (found.listed["4 to 6"].count, found.listed["4 to 6"].of) == (1, 2)
