from foveal.schemas.errors import FovealError


class BadData(FovealError):
    """Labelled data that an eval cannot measure on."""
