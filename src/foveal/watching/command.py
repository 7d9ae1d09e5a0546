"""`foveal watch`. What takes long to import is imported inside, so that help is instant."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from foveal.model_choice import ModelChoice
from foveal.model_options import with_model
from foveal.schemas.language import Language
from foveal.shared_options import InLanguage, WorkflowName

if TYPE_CHECKING:
    from foveal.schemas.event import Event
    from foveal.schemas.workflow import Workflow
    from foveal.tools.gate_settings import GateSettings

app = typer.Typer()


@app.command()
@with_model
def watch(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A folder, a video file, or a camera's URL.")
    ],
    workflow: WorkflowName,
    *,
    out: Annotated[
        str, typer.Option(metavar="DIR", help="Folder for events.jsonl and a run for each frame.")
    ],
    model: ModelChoice,
    template: Annotated[
        str | None, typer.Option(metavar="FILE", help="A good part, taken by the same camera.")
    ] = None,
    empty: Annotated[
        str | None, typer.Option(metavar="FILE", help="The place without a part: not judged.")
    ] = None,
    sink: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="http(s), mqtt(s) or opc.tcp; may be repeated."),
    ] = None,
    when_behind: Annotated[
        Literal["newest", "oldest", "wait"] | None,
        typer.Option(help="Frames to keep; by default wait, and newest of a camera."),
    ] = None,
    rest: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Nothing moves before a look.")
    ] = 0.3,
    smallest: Annotated[
        str, typer.Option(metavar="LENGTH", help="Change on what lies still, as 6px or 0.2mm.")
    ] = "6px",
    tolerance: Annotated[
        str, typer.Option(metavar="LENGTH", help="That edges may tremble, as 2px or 0.05mm.")
    ] = "2px",
    contrast: Annotated[
        float, typer.Option(min=1, max=255, metavar="LEVELS", help="That a change spans.")
    ] = 12,
    moving: Annotated[
        float, typer.Option(min=0, max=1, metavar="SHARE", help="Of the picture, in movement.")
    ] = 0.005,
    language: InLanguage = None,
) -> int:
    """Judge what comes to rest or changes before a camera, and tell each defect once.

    Events are JSON lines on stdout, in DIR/events.jsonl, and go to each sink until it took them.

    \b
    foveal watch rtsp://camera-7/stream board-compare --template good.png --out line7
    foveal watch line.mp4 board-compare --template good.png --out line7 --smallest 0.2mm
    foveal watch pictures board-inspect --out line7 | jq 'select(.kind == "finding")'
    foveal watch rtsp://camera-7/stream board-inspect --out line7 --sink mqtt://broker/line/7
    foveal watch rtsp://camera-7/stream board-inspect --out line7 --empty belt.png \\
      --sink 'opc.tcp://plc:4840/?verdict=ns=2;s=Verdict&label=ns=2;s=Label&timestamp=ns=2;s=Time'
    """
    from threading import Event as Flag

    from foveal.api import watch as run_watch
    from foveal.summary import print_watched
    from foveal.watching.start import stopped_by_signals

    rules = _load(workflow, language)
    gate = _gate(rules, smallest, tolerance, contrast=contrast, moving=moving, rest=rest)
    stop = Flag()
    with stopped_by_signals(stop):
        done = run_watch(
            source,
            rules,
            out=out,
            model=model,
            template=template,
            empty=empty,
            sinks=sink or (),
            when_behind=when_behind,
            gate=gate,
            show=_print,
            stop=stop,
        )
    print_watched(done, Path(out))
    return done.exit_code


def _load(workflow: str, language: Language | None) -> "Workflow":
    from foveal.workflow_file import load_workflow

    return load_workflow(workflow, language=language)


def _gate(
    workflow: "Workflow",
    smallest: str,
    tolerance: str,
    *,
    contrast: float,
    moving: float,
    rest: float,
) -> "GateSettings":
    from foveal.tools.gate_settings import GateSettings
    from foveal.watching.lengths import length_px

    return GateSettings(
        smallest_px=length_px(smallest, workflow.scale),
        tolerance_px=length_px(tolerance, workflow.scale),
        least_levels=contrast,
        moving_share=moving,
        rest_s=rest,
    )


def _print(event: "Event") -> None:
    sys.stdout.write(event.as_line())
    sys.stdout.flush()
