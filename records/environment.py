from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from foveal.records import figures


@cache
def environment() -> Environment:
    """Of all pages: what they are told is escaped, and what they name must be there."""
    environment = Environment(
        loader=PackageLoader("foveal.records"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for write in (
        figures.probability,
        figures.percent,
        figures.rate,
        figures.length_mm,
        figures.short_hash,
        figures.measured,
    ):
        environment.filters[write.__name__] = write
    return environment
