from typing import Literal

Language = Literal["en", "zh"]
"""In which foveal's instructions are written."""
