from foveal.evals.confusion import confusion, recall_per_type
from foveal.evals.detection import Scored
from foveal.evals.matching import Detection, Truth
from foveal.schemas.box import Box

HERE, THERE, ELSEWHERE = Box(0, 0, 10, 10), Box(20, 0, 30, 10), Box(40, 0, 50, 10)

PAIR = Scored(
    (
        Detection("short", HERE, 0.9),
        Detection("open", THERE, 0.9),
        Detection("spur", Box(80, 0, 90, 10), 0.9),
    ),
    (Truth("open", HERE), Truth("open", THERE), Truth("spur", ELSEWHERE)),
)


def test_places_are_matched_whatever_they_were_called() -> None:
    assert confusion([PAIR]) == {
        "open": {"short": 1, "open": 1},
        "spur": {"missed": 1},
        "nothing there": {"spur": 1},
    }


def test_recall_per_type_asks_only_for_the_place() -> None:
    assert recall_per_type(confusion([PAIR])) == {"open": 1, "spur": 0}
