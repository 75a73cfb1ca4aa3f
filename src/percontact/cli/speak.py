# SPDX-License-Identifier: Apache-2.0
"""How commands speak: results on stdout, progress on stderr, one set of options for all."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from percontact.pipeline import OpenBook
    from percontact.report.as_pdf import Sheet
    from percontact.report.charts.chart import Chart

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = ("text", "json", "csv", "md", "html", "xlsx", "parquet", "pdf", "svg", "png")
BINARY = ("xlsx", "parquet", "pdf", "png")
PAPER, BOOK = "percontact.paper", "percontact.book"
"""What a command keeps for the end of its call: the paper asked for, the book it opened."""
DRAWN = ("pdf", "svg", "png")
PAPERS = ("a4", "letter")


def output_options(command: F) -> F:
    """--format, --json, --output and --paper."""
    for option in (
        click.option(
            "--paper",
            type=click.Choice(PAPERS),
            default="a4",
            expose_value=False,
            callback=lambda ctx, _, value: ctx.meta.update({PAPER: value}),
            help="Of a PDF: a4 (default) or letter.",
        ),
        click.option(
            "-o",
            "--output",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Write to this file; its ending names the format.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Short for --format json."),
        click.option(
            "--format",
            "form",
            type=click.Choice(FORMATS),
            default=None,
            help="Default: text, or the ending of --output. svg and png: the picture alone.",
        ),
    ):
        command = option(command)
    return command


def slice_options(command: F) -> F:
    """The options of a question: span, conditions, basis."""
    for option in (
        click.option(
            "--snapshot",
            type=int,
            metavar="N",
            help="The data as it was at an earlier state (`imports` names them).",
        ),
        click.option(
            "--amounts",
            type=click.Choice(["effective", "billed"]),
            default="effective",
            help="Cost spread over the days it is for, or when booked.",
        ),
        click.option(
            "--basis",
            default="used",
            metavar="BASIS",
            help="used (default), full (with unused and unassigned cost) or marginal.",
        ),
        click.option(
            "--where",
            multiple=True,
            metavar="DIM=VALUE",
            help="team=Billing, team=A,B, channel!=voice; `team=` means unknown; "
            """a value with a comma in quotes: 'team="A, B"'. May be repeated: all must hold.""",
        ),
    ):
        command = option(command)
    return span_options(command)


def span_options(command: F) -> F:
    """--from and --to."""
    for option in (
        click.option("--to", "end", metavar="PERIOD", help="Last period, inclusive."),
        click.option(
            "--from",
            "start",
            metavar="PERIOD",
            help="First period: 2026-03-09, 2026-W11, 2026-03, 2026-Q1, 2026, FY2026-P03, FY2026-Q1. "
            "Default: all the data.",
        ),
    ):
        command = option(command)
    return command


def open_book(ctx: click.Context, amounts: str = "effective", snapshot: int | None = None) -> OpenBook:
    """The workspace named by -C, at its newest or an earlier state.

    Before any work is done, the options of the output are looked at: raises UsageError.
    """
    _chosen_form(ctx.params.get("form"), bool(ctx.params.get("as_json")), ctx.params.get("output"))
    from percontact.pipeline import OpenBook
    from percontact.store.workspace import Workspace

    book = OpenBook(Workspace.open(ctx.find_root().obj), snapshot, amounts=amounts)  # type: ignore[arg-type]
    ctx.meta[BOOK] = book
    return book


def say(
    answer: Any,
    *,
    form: str | None,
    as_json: bool,
    output: Path | None,
    charts: Callable[[], Sequence[Chart]] = tuple,
) -> None:
    """Print an answer, or write it to a file.

    charts  makes its pictures; asked only for a form that shows them
    """
    from percontact.report.as_text import page_of
    from percontact.report.forms import render

    chosen = _chosen_form(form, as_json, output)
    if chosen in DRAWN:
        made = render(answer, chosen, charts=tuple(charts()), sheet=_sheet())
    else:
        made = render(answer, chosen, page=page_of(sys.stdout))
    if output is None:
        text = made if isinstance(made, str) else made.decode()
        # CSV ends its lines itself; text mode would end them twice on Windows.
        click.echo(text if chosen != "csv" else text.replace("\r\n", "\n"), nl=not text.endswith("\n"))
        return
    with writing_to(output):
        output.write_bytes(made if isinstance(made, bytes) else made.encode())
    click.echo(f"Wrote {output}.", err=True)


def _sheet() -> Sheet:
    """The paper asked for, and what the figures rest on."""
    from datetime import UTC, datetime

    from percontact.report.as_pdf import Sheet

    kept = click.get_current_context().meta
    state = kept[BOOK].state_words if BOOK in kept else ()
    return Sheet(kept.get(PAPER, "a4"), datetime.now(UTC), state)


def _chosen_form(form: str | None, as_json: bool, output: Path | None) -> str:
    chosen = "json" if as_json else form or (output.suffix.lstrip(".") if output else "text")
    if chosen not in FORMATS:
        raise click.UsageError(
            f"--output {output}: the ending names no format. "
            f"Use one of {', '.join(FORMATS)}, or add --format."
        )
    if chosen in BINARY and output is None:
        raise click.UsageError(f"--format {chosen} needs a file: add --output FILE.{chosen}")
    return chosen


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Turn a refusal of the disk into a problem that names the place."""
    from percontact.values.problem import problem

    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise problem(
            "E-FILE-08",
            str(path),
            f"cannot be written: {why}",
            "Nothing was written there; the data is as it was.",
            "Name another place, or make the folder first.",
        ) from error


class Bar:
    """A progress line on stderr with rows a second and time left.

    It is silent for the first second, and where stderr is no terminal.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bar: Any = None
        self._task: Any = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Show how far a stage is."""
        if self._bar is None:
            if time.monotonic() - self._began < 1 or not sys.stderr.isatty():
                return
            self._start()
        if stage != self._stage:
            self._bar.reset(self._task, description=stage, total=total)
            self._stage = stage
        self._bar.update(
            self._task,
            completed=done,
            total=total,
            rate=f"{done / max(0.001, time.monotonic() - self._began):,.0f} rows/s",
        )

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("", total=None, rate="")
        self._bar.start()

    def done(self) -> None:
        """Take the line away."""
        if self._bar is not None:
            self._bar.stop()


def count(number: int, one: str, many: str = "") -> str:
    """1 row, 2 rows."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def advice(text: str, again: str) -> str:
    """What to do, with the commands in it called as percontact was called: `again`.

    >>> advice("Run percontact import ledger FILE.", "percontact -C books")
    'Run percontact -C books import ledger FILE.'
    """
    verbs = "import|imports|policy|check|cost|trace|measure|kpi|close|customers|contacts|usage"
    return re.sub(rf"\bpercontact (?=({verbs})\b)", lambda _: f"{again} ", text)


def call(ctx: click.Context) -> str:
    """How to call percontact again for the same workspace: `percontact -C books`."""
    folder = str(ctx.find_root().obj)
    return "percontact" if folder == "." else f"percontact -C {folder}"
