from foveal.schemas.image import ImageRecord
from foveal.schemas.report import Report


def tested_image(report: Report) -> ImageRecord | None:
    """The image that boxes are given in: the one called so, else the last one."""
    named = [image for image in report.images if image.name == "tested"]
    return next(reversed(named or report.images), None)
