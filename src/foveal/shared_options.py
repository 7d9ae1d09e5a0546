"""Options and arguments that several commands take, declared once."""

from typing import Annotated

import typer

from foveal.schemas.language import Language

Rules = Annotated[
    str, typer.Option("--workflow", metavar="FILE|NAME", help="What to look for, and how.")
]
WorkflowName = Annotated[
    str, typer.Argument(metavar="WORKFLOW", help="A YAML file, or the name of one that ships.")
]
InLanguage = Annotated[
    Language | None, typer.Option("--language", help="In which the model is asked.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
AllowUrls = Annotated[bool, typer.Option("--allow-urls", help="Take images from https URLs too.")]
