# SPDX-License-Identifier: Apache-2.0
"""The command `percontact`: its verbs, loaded when they are called, and how an error ends a command."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from percontact.values.problem import Problem

VERBS = {
    "init": "Make a workspace.",
    "settings": "Currency, time zone; change how weeks and fiscal years are counted.",
    "import": "Read files into a table, losing nothing.",
    "imports": "List imports with their receipts, set-aside rows, and undo.",
    "policy": "Propose or check the rules that place each cost line.",
    "cost": "What contacts cost: the cost statement.",
    "measure": "Metrics by period and slice: CSAT, FCR, AHT, service level, churn, ...",
    "explain": "Why a cost changed, split exactly by cause.",
    "serve": "The app in the browser.",
    "watch": "What broke: spikes, new levels, trends, missing days; where, and since when.",
    "events": "Note what happened and may explain a change; list it.",
    "calendar": "Days that differ from the usual week; add the public holidays of a country.",
    "kpi": "List, search and explain metrics, with today's own figures.",
    "locate": "Where a metric changed: the slices that explain it.",
    "opportunities": "What may be saved, ranked, with its guardrail and next step.",
    "customers": "Cost to serve by customer and segment, and how concentrated it is.",
    "contacts": "List single contacts with their cost.",
    "trace": "From a figure down to ledger lines, contacts and source rows.",
    "usage": "Price metered use: AI resolutions, tokens, minutes, messages, seats.",
    "marketing": "Cost per contact in the marketing sense, a campaign a row.",
    "check": "What is missing, doubtful or unplaced, and what to do, worst first.",
    "close": "Pin a period's figures to what they came from.",
    "people": "Say who may sign in to the app, and what each may do.",
    "demo": "Make the demo company.",
    "help": "Explain an error code.",
    "completion": "Print the shell completion script.",
}
"""verb -> one line for --help, so that no verb is loaded to be listed"""


def _load(verb: str) -> click.Command | None:
    """The command of a verb, imported now."""
    match verb:
        case "init":
            from percontact.cli.init import command
        case "settings":
            from percontact.cli.settings import command
        case "import":
            from percontact.cli.importing import command
        case "imports":
            from percontact.cli.imports import command
        case "policy":
            from percontact.cli.policy import command
        case "cost":
            from percontact.cli.cost import command
        case "measure":
            from percontact.cli.measure import command
        case "explain":
            from percontact.cli.explain import command
        case "serve":
            from percontact.cli.serve import command
        case "watch":
            from percontact.cli.watch import command
        case "events":
            from percontact.cli.events import command
        case "calendar":
            from percontact.cli.calendar import command
        case "kpi":
            from percontact.cli.kpi import command
        case "locate":
            from percontact.cli.locate import command
        case "opportunities":
            from percontact.cli.opportunities import command
        case "customers":
            from percontact.cli.customers import command
        case "contacts":
            from percontact.cli.contacts import command
        case "trace":
            from percontact.cli.trace import command
        case "usage":
            from percontact.cli.usage import command
        case "marketing":
            from percontact.cli.marketing import command
        case "check":
            from percontact.cli.check import command
        case "close":
            from percontact.cli.close import command
        case "people":
            from percontact.cli.people import command
        case "demo":
            from percontact.cli.demo import command
        case "help":
            from percontact.cli.help import command
        case "completion":
            from percontact.cli.completion import command
        case _:
            return None
    return command


class Verbs(click.Group):
    """A group that imports a verb's module when the verb is called, so that --help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = _load(cmd_name)
        if command is not None:
            _also_here(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from percontact.values.problem import did_you_mean

            raise click.UsageError(
                f"{error.format_message().rstrip('.')}. {did_you_mean(args[0], VERBS)}", ctx
            ) from None


def _also_here(command: click.Command) -> None:
    """Let -C stand behind the verb too: `percontact cost -C books` is what many type."""
    for one in [command, *(command.commands.values() if isinstance(command, click.Group) else ())]:
        if not any("-C" in p.opts for p in one.params):
            one.params.append(
                click.Option(
                    ["-C", "folder_here"],
                    metavar="DIR",
                    expose_value=False,
                    hidden=True,
                    callback=_use_folder,
                )
            )


def _use_folder(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.find_root().obj = value


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-C", "folder", metavar="DIR", default=".", help="The workspace (default: this folder).")
@click.version_option(package_name="percontact", message="percontact %(version)s")
@click.pass_context
def percontact(ctx: click.Context, folder: str) -> None:
    """What one customer contact costs, to the cent and down to the row.

    \b
    First figure in three commands:
      percontact init books --currency EUR --timezone Europe/Berlin
      percontact -C books import contacts contacts.csv
      percontact -C books import ledger costs.csv   ->  percontact -C books cost
    """
    ctx.obj = folder


def main() -> None:
    """Run the command line. Exit codes: 0 ok, 1 a problem was found, 2 wrong usage."""
    from percontact.values.problem import FaultOfOurs, PercontactError

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a hairline that a pipe cannot encode is no reason to fail
    try:
        code = percontact.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except SystemExit as ended:
        # Click ends with 1 where the reader of a pipe (head, less) has seen enough; that is no problem found.
        enough = type(sys.stdout).__name__.endswith("PacifyFlushWrapper")
        sys.exit(0 if enough else ended.code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped. What was not finished has changed nothing.", err=True)
        sys.exit(130)
    except FaultOfOurs as error:
        tell(error.problem)
        sys.exit(1)
    except PercontactError as error:
        tell(error.problem)
        sys.exit(2 if error.problem.code.startswith("E-ARG") else 1)
    except Exception as error:
        known = _refused(error) or _damaged_file(error)
        tell(known) if known else _own_up(error)
        if isinstance(error, OSError) and known:
            # What could not be written stays in the buffer, and would be tried again at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _refused(error: Exception) -> Problem | None:
    """The problem, where the system would not let a file be written or read: no room, no right."""
    from errno import EACCES, EDQUOT, EIO, ENOSPC, EPERM, EROFS

    from percontact.values.problem import Problem

    if not isinstance(error, OSError) or error.errno not in (EACCES, EDQUOT, EIO, ENOSPC, EPERM, EROFS):
        return None
    what = f"cannot be written or read: {error.strerror}"
    why = "The system refuses it. What was not finished has changed nothing."
    do = "Make room, or ask for the right to write there."
    return Problem("E-FILE-08", str(error.filename or "the output"), what, why, do)


def _damaged_file(error: Exception) -> Problem | None:
    """The problem, where the engine could not read a file of the workspace's rows."""
    import re

    from percontact.values.problem import Problem

    found = re.search(r"([^\s\"']*/)((?:facts|cubes|runs)/[^\s\"']+\.parquet)", str(error))
    if not found or "duckdb" not in type(error).__module__:
        return None
    why = "Something other than percontact changed the files, or the disk failed."
    what = f"{found[2]} cannot be read"
    return Problem("E-WS-04", found[1].rstrip("/"), what, why, "Bring the folder back from a backup.")


def _own_up(error: Exception) -> None:
    """A fault of ours says so, with what is needed to mend it."""
    import traceback

    from percontact.values.problem import Problem

    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(last.filename)}:{last.lineno}"
    first_line = (str(error).splitlines() or [""])[0]
    tell(
        Problem(
            "E-OWN-01",
            where,
            f"{type(error).__name__}: {first_line}",
            "This is a fault of ours: percontact did not foresee it. "
            "Your data is as it was before the command.",
            "Please report it with these lines; PERCONTACT_DEBUG=1 shows the whole way.",
        )
    )
    if os.environ.get("PERCONTACT_DEBUG"):
        traceback.print_exception(error)


def tell(problem: Any) -> None:
    """Print a problem on stderr, as four parts or, where the command was asked for JSON, as JSON."""
    if "--json" in sys.argv or ("--format" in sys.argv and "json" in sys.argv):
        import json

        fields = ("code", "where", "what", "why", "do", "text")
        click.echo(
            json.dumps({"problem": {f: getattr(problem, f) for f in fields}}, ensure_ascii=False, indent=2),
            err=True,
        )
        return
    click.echo(str(problem), err=True)
    click.echo(f"  More: percontact help {problem.code}", err=True)
