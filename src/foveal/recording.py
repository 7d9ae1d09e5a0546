from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any

from pydantic_core import to_jsonable_python

from foveal.agents.step import current_step
from foveal.records.run_directory import RunDirectory
from foveal.schemas.errors import BadRecord
from foveal.schemas.image import ImageId
from foveal.tools.image import Pixels


class RunRecorder:
    """What a graph records goes to the run's directory; the two do not know each other.

    Where a run goes on after its process died, its last step begins anew and says again what is
    `written` already, after the opening: that is compared, and not written twice.
    """

    def __init__(self, directory: RunDirectory, written: Iterable[dict[str, Any]] = ()) -> None:
        self._directory = directory
        self._written: defaultdict[str | None, deque[dict[str, Any]]] = defaultdict(deque)
        for number, record in enumerate(written, start=2):
            self._written[record["data"].get("step")].append({**record, "number": number})

    def image(self, image_id: ImageId, pixels: Pixels) -> None:
        self._directory.images.save(image_id, pixels)

    def append(self, kind: str, **data: object) -> None:
        step = current_step()
        if step is not None:
            data["step"] = str(step)
        written = self._written[step and str(step)]
        if not written:
            self._directory.ledger.append(kind, **data)
            return
        record = written.popleft()
        if (record["kind"], _timeless(record["data"])) != (kind, _timeless(data)):
            raise BadRecord(
                f"{str(self._directory.ledger.path)!r}: the run goes on otherwise than record "
                f"{record['number']} says",
                fix="go on with the version of foveal and the model that began it, or run it again",
            )


def _timeless(data: dict[str, Any]) -> dict[str, Any]:
    """As JSON, without how long it took."""
    told: dict[str, Any] = to_jsonable_python(data)
    return {name: value for name, value in told.items() if name != "seconds"}
