# SPDX-License-Identifier: Apache-2.0
"""Write the pages that follow from the code: tables, errors, commands, mapping files, and the inventory.

    python tools/make_reference.py            write docs/reference/{tables,errors,cli,roles,...}.md and,
                                              between its two marks, the inventory of ARCHITECTURE.md
    python tools/make_reference.py --check    write nothing; exit code 1 when one of them is stale

A page says in its first line that it is made; change the code it is made from, then run `make docs`.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from percontact.cli.group import percontact
from percontact.ingest import mapping
from percontact.ingest.source import EVIDENCE, Source, sources
from percontact.metrics.card import CATEGORIES, Card
from percontact.metrics.catalogue import catalogue, shipped_texts
from percontact.metrics.facts import FACTS
from percontact.people.roles import PERMISSIONS, SAYS, Role
from percontact.records.column import READS, STORED, Column, Table
from percontact.records.lacks import LACKS
from percontact.records.tables import LANDED, TABLES, landed_columns
from percontact.report.charts.tokens import css
from percontact.values.codes import CODES

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "percontact"
OPENING, CLOSING = "<!-- inventory: made by tools/make_reference.py -->", "<!-- end of the inventory -->"
MADE = "<!-- Made by tools/make_reference.py from {source}. Change that, then run `make docs`. -->"


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with --check say which are stale. Returns the exit code."""
    made = pages()
    stale = [name for name, text in made.items() if not is_fresh(name, text)]
    if "--check" in arguments:
        for name in stale:
            print(f"{name} is stale: run `make docs`.", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(made[name], encoding="utf-8")
    print(f"Wrote {len(stale)} of {len(made)} pages anew.")
    return 0


def pages() -> dict[str, str]:
    """Path from the root -> text of every page that is made, whole or in part."""
    found = {
        "docs/reference/tables.md": tables_page(),
        "docs/reference/errors.md": errors_page(),
        "docs/reference/cli.md": commands_page(),
        "docs/reference/mapping.md": mapping_page(),
        "docs/reference/sources.md": sources_page(),
        "docs/reference/metrics.md": metrics_page(),
        "docs/reference/cards.md": cards_page(),
        "docs/reference/roles.md": roles_page(),
        "src/percontact/web/front/tokens.css": css(),
    }
    architecture = ROOT / "ARCHITECTURE.md"
    if architecture.is_file():
        found["ARCHITECTURE.md"] = with_inventory(architecture.read_text(encoding="utf-8"))
    return found


def is_fresh(name: str, text: str) -> bool:
    """Whether the page on disk is the one that would be made now."""
    file = ROOT / name
    return file.is_file() and file.read_text(encoding="utf-8") == text


def joined(source: str, blocks: Iterator[str]) -> str:
    """A page: its mark, then its blocks, an empty line between them."""
    return "\n\n".join([MADE.format(source=source), *blocks]) + "\n"


def row(*cells: str) -> str:
    """A row of a Markdown table; a bar inside a cell is spelled so that it stays text."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def grid(header: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join([row(*header), row(*("---" for _ in header)), *(row(*r) for r in rows)])


# -- the inventory of ARCHITECTURE.md -----------------------------------------------------------------------


def with_inventory(text: str) -> str:
    """The page with a line for each module between the marks; all else is left as it is."""
    before, opening, rest = text.partition(OPENING)
    _, closing, after = rest.partition(CLOSING)
    if not (opening and closing):
        raise SystemExit(f"ARCHITECTURE.md needs the lines {OPENING} and {CLOSING} around its inventory.")
    return before + opening + "\n\n" + "\n\n".join(_inventory()) + "\n\n" + closing + after


def _inventory() -> Iterator[str]:
    rooms: dict[str, list[Path]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        rooms.setdefault(path.parent.relative_to(PACKAGE).as_posix(), []).append(path)
    for room, files in rooms.items():
        name = "percontact" if room == "." else f"percontact/{room}"
        lines = [f"- `{path.relative_to(ROOT).as_posix()}` {_first_words(path)}" for path in files]
        yield f"### {name}\n\n" + "\n".join(lines)


def _first_words(path: Path) -> str:
    """What a file says it is: the first sentence or line of its docstring."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"), str(path))) or ""
    return said.split("\n", 1)[0].strip()


# -- tables -------------------------------------------------------------------------------------------------


def tables_page() -> str:
    """Every column of every table, with the rule a row has to keep."""
    return joined("src/percontact/records/", _tables())


def _tables() -> Iterator[str]:
    yield "# Tables of a Book"
    yield (
        "These are the columns that `percontact import TABLE FILE` knows. A file with these headers needs no "
        "mapping; headers are found whatever their case. A row that breaks a MUST line is set aside with its "
        "line, its reason and its text, and counted: rows in = rows landed + rows set aside."
    )
    links = [f"[{name}](#{name})" for name in TABLES]
    yield "Tables: " + ", ".join(links) + "."
    yield (
        "**needed** in the column *default* means that a row without a value is set aside. A dash means that "
        "the value stays unknown: unknown is null, never zero."
    )
    for table in TABLES.values():
        yield from _table(table)
    yield "## Kinds of column"
    yield grid(
        ("kind", "what a file may hold", "kept as"),
        ((f"`{kind}`", READS[kind], f"`{STORED[kind]}`") for kind in STORED),
    )
    yield "Instants are kept in UTC. An empty cell is unknown, whatever its kind."


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.name}"
    yield f"A row is {table.row}."
    yield grid(
        ("column", "kind", "rule", "default", "why"),
        (
            (f"`{c.name}`", c.kind, c.must, _default(c, table), c.why[0].upper() + c.why[1:])
            for c in table.columns
        ),
    )
    yield "\n".join(f"- {line}" for line in _rules(table))


def _default(column: Column, table: Table) -> str:
    if column.default is not None:
        return f"`{column.default}`"
    if column.required:
        return "**needed**"
    if column.kind == "currency":
        return "the workspace's"
    return "made" if column.name == table.key else "-"


def _rules(table: Table) -> Iterator[str]:
    for order in table.orders:
        rule = "MUST lie after" if order.strict else "MUST NOT lie before"
        yield f"`{order.later}` {rule} `{order.earlier}` ({order.code})."
    if table.key:
        yield f"`{table.key}` names a row: one that is there already is set aside (E-ID-01)."
    if table.column("period_start"):
        yield (
            "A header `date`, `month` or `period` stands for the whole month its value lies in. A first of a "
            "month in `period_start` with no `period_end` does too."
        )
    if table.name == "contacts":
        yield (
            "A header `date` stands for `started_at`. Handling columns in the row make its handling: no "
            "second table is needed."
        )
    yield ("Any further column is kept as a dimension, unless it looks [personal](personal-data.md).")
    if table.when:
        yield f"Files are parted by the local month of `{table.when}`."
    added = ", ".join(f"`{name}`" for name, _ in landed_columns(table.name))
    made = "" if table.name not in LANDED else " (`bucket`: quarter hours since 1970 in UTC)"
    yield f"Landing adds {added}{made}."


# -- errors -------------------------------------------------------------------------------------------------

FAMILIES = {
    "WS": "The workspace",
    "ARG": "The call",
    "DATA": "Missing data",
    "FILE": "Files",
    "MAP": "Mapping files",
    "ROW": "Rows",
    "SKIP": "Rows left out on purpose",
    "TYPE": "Values",
    "TIME": "Dates and times",
    "RANGE": "Bounds",
    "ID": "Ids",
    "POL": "The policy",
    "CARD": "Cards of metrics",
    "FX": "Exchange rates",
    "REC": "Reconciliation",
    "LIB": "Libraries",
    "WHO": "People and sign-in",
    "WEB": "The app",
    "STATE": "The application's database",
    "OWN": "Faults of ours",
    "W": "Suspicions",
}


def errors_page() -> str:
    """Every error code, by family, in the order of the code."""
    return joined("src/percontact/values/codes.py", _errors())


def _errors() -> Iterator[str]:
    yield "# Errors"
    yield (
        "An error says where, what, why we think so, and what to do, and bears a code. "
        "`percontact help CODE` prints its page. A bad row does not stop an import: it is set aside with its "
        "code, and `percontact imports --aside N` lists it."
    )
    yield (
        "A code that begins with W is a suspicion: rows that keep every rule and still look wrong. It sets "
        "no row aside and changes no figure. The import says it, `percontact imports --show N` keeps it, and "
        "`percontact check` repeats it while the import is live."
    )
    yield "Exit codes: 0 ok, 1 a problem was found, 2 wrong usage (all `E-ARG` codes)."
    before = ""
    for code, (title, meaning, remedy) in CODES.items():
        if family(code) != before:
            before = family(code)
            yield f"## {FAMILIES.get(before, before)}"
        yield f"### {code}: {title}"
        yield f"{meaning}\n\nWhat to do: {remedy}"


def family(code: str) -> str:
    """Under which heading a code stands: suspicions stand together."""
    return "W" if code.startswith("W-") else code.split("-")[1]


# -- commands -----------------------------------------------------------------------------------------------


def commands_page() -> str:
    """Every command with its arguments and options, from the command line's own help."""
    return joined("the commands' own help, src/percontact/cli/", _commands())


def _commands() -> Iterator[str]:
    yield "# Commands"
    yield (
        "`percontact COMMAND --help` prints the same. Results go to stdout, progress and hints to stderr, so "
        "a result can be piped. Every command takes `--json`, but `completion`, which prints a script. "
        "`-C DIR` may stand before the command or after it."
    )
    yield (
        "Exit codes: 0 ok, 1 a problem was found, 2 wrong usage, 130 stopped by Ctrl-C. `NO_COLOR` is "
        "honoured. `PERCONTACT_MEMORY` (default 1GB) and `PERCONTACT_THREADS` (default all cores) bound the "
        "engine."
    )
    yield "## percontact"
    yield from _command(percontact, "percontact")
    context = click.Context(percontact, info_name="percontact")
    for name in percontact.list_commands(context):
        command = percontact.get_command(context, name)
        assert command is not None
        yield f"## {name}"
        yield from _command(command, f"percontact {name}")
        if isinstance(command, click.Group):
            for below in command.list_commands(context):
                found = command.get_command(context, below)
                assert found is not None
                yield f"### {name} {below}"
                yield from _command(found, f"percontact {name} {below}")


def _command(command: click.Command, called: str) -> Iterator[str]:
    arguments = [_argument(p) for p in command.params if isinstance(p, click.Argument)]
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    after = ["COMMAND"] if isinstance(command, click.Group) else []
    usage = " ".join([called, *(["[OPTIONS]"] if options else []), *arguments, *after])
    yield f"```\n{usage}\n```"
    yield _help(command.help or "")
    if options:
        yield grid(("option", "what it does"), ((f"`{_option(o)}`", _says(o)) for o in options))


def _argument(argument: click.Parameter) -> str:
    name = argument.metavar or _taken(argument.type) or (argument.name or "").upper()
    return name if argument.required else f"[{name}]"


def _option(option: click.Option) -> str:
    names = ", ".join(option.opts)
    if option.is_flag:
        return names
    return f"{names} {option.metavar or _taken(option.type) or 'TEXT'}"


def _taken(kind: object) -> str:
    """What an option takes, in words that do not hang on click's version."""
    if isinstance(kind, click.Choice):
        return "|".join(str(choice) for choice in kind.choices)
    if isinstance(kind, click.Path):
        return "FILE" if not kind.dir_okay else "PATH"
    return "N" if isinstance(kind, click.types.IntParamType) else ""


def _says(option: click.Option) -> str:
    notes = [option.help or ""]
    if option.required:
        notes.append("Needed.")
    elif option.show_default and not option.is_flag:
        notes.append(f"Default: {option.default}.")
    return " ".join(note for note in notes if note) or "-"


def _help(text: str) -> str:
    """Help as Markdown: what click must not wrap (a block that begins with \\b) is shown as it stands."""
    blocks = []
    for block in inspect.cleandoc(text).split("\n\n"):
        if block.startswith("\b"):
            blocks.append("```\n" + block.removeprefix("\b").strip("\n") + "\n```")
        else:
            blocks.append(" ".join(block.split()))
    return "\n\n".join(blocks)


# -- mapping files ------------------------------------------------------------------------------------------


def mapping_page() -> str:
    """The form of a mapping file: the docstring that stands above the code that reads it."""
    return joined("the docstring of src/percontact/ingest/mapping.py", _mapping())


def _mapping() -> Iterator[str]:
    yield "# Mapping files"
    yield (
        "`percontact import TABLE FILE --mapping M.yaml` reads a file that was made for somebody else. "
        "A worked case is in [read an Excel file through a mapping](../how-to/read-an-excel-file.md)."
    )
    yield inspect.cleandoc(mapping.__doc__ or "")
    yield "## What a column can say"
    yield grid(("part", "meaning"), ((f"`{name}`", says) for name, says in ORIGIN.items()))
    yield "## When it does not fit"
    codes = ("E-MAP-01", "E-MAP-02", "E-FILE-04", "E-SKIP-01")
    yield grid(("code", "title", "what to do"), ((code, CODES[code][0], CODES[code][2]) for code in codes))


ORIGIN = {
    "column": "One header, or a list of which the first that exists is taken.",
    "columns": "Several headers whose cells are joined.",
    "join": "What stands between joined cells. Default: a blank.",
    "constant": "The same text for every row, in ISO form.",
    "format": "strptime formats, tried in order.",
    "timezone": "IANA zone of times that name no offset.",
    "unit": "What a duration or an epoch time is counted in.",
    "times": "Header of a number the value is multiplied by: an average and how many make the total.",
    "values": "Source value: value of the table. Empty means unknown.",
    "else": "A value outside `values:` stays (`keep`), is unknown (`null`) or sets its row aside (`aside`).",
    "hash": "`true`: a keyed hash stands for the value.",
    "nulls": "Further cells that mean unknown.",
    "decimal": "As for the whole file.",
    "thousands": "As for the whole file.",
    "accounting": "As for the whole file.",
    "above": "`{line: 1, cell: 5}`: a cell among the lines that `skip:` leaves out, the same in every row.",
    "digits": "Zeros are put before a shorter text: with `digits: 4`, 302 is 0302.",
    "match": "RE2 pattern: its groups, joined, or all that it matches, is the text; no match means unknown.",
    "when": "Conditions: in rows where one does not hold the value is unknown.",
    "or": "Another origin, used where this one gives nothing.",
    "fill": "`down`: an empty cell is as the last one above that was not.",
    "since": "A day, or a cell above the header: a day without a year is the first such day from it on.",
    "plus": "Headers of numbers that are added, each one name or a list of names. Empty ones count as 0. "
    "To an instant, lengths of time counted in `unit:`; an empty one makes it unknown.",
    "minus": "Header of a number that is taken off. Where one of the two is empty it counts as 0.",
    "factor": "Exact decimal number that the value is multiplied by.",
    "negative": "Conditions: the sign is turned in rows where one holds, and turned again for a second one.",
    "take": "Of a group of rows: first, last, min, max, sum, count, distinct or any.",
}


# -- shipped mappings ----------------------------------------------------------------------------------------


def sources_page() -> str:
    """Every export that has a shipped mapping: what it gives, what it lacks, how its columns are known."""
    return joined("src/percontact/ingest/sources/", _sources())


def _sources() -> Iterator[str]:
    yield "# Exports that are known"
    yield (
        "Each of these has a shipped mapping: `percontact import TABLE FILE --mapping NAME` reads such a "
        "file. One with a header is recognised by it, some without one by their shape, also without "
        "`--mapping`. Nothing is taken for granted: a column the file does not have stays unknown, and the "
        "receipt says so. `percontact help sources` lists the names. "
        "[Import from your help desk](../how-to/import-from-your-help-desk.md) walks through one."
    )
    yield "How the columns are known:"
    yield grid(("sign", "known from"), ((f"**{sign}**", says) for sign, says in EVIDENCE.items()))
    yield "What an export lacks is said on the receipt, and again wherever a figure depends on it:"
    yield grid(("lacks", "so"), ((one, says) for one, says in LACKS.items()))
    by_system: dict[str, list[Source]] = {}
    for source in sources():
        by_system.setdefault(source.system, []).append(source)
    for system, found in by_system.items():
        yield f"## {system}"
        yield grid(
            ("export", "name", "table", "gives", "lacks", "known"),
            (
                (s.export, f"`{s.key}`", s.table, ", ".join(s.gives), "; ".join(s.lacks) or "-", s.evidence)
                for s in found
            ),
        )


# -- metrics -------------------------------------------------------------------------------------------------


def metrics_page() -> str:
    """Every card that comes with percontact."""
    return joined("src/percontact/metrics/cards/", _metrics())


def _metrics() -> Iterator[str]:
    yield "# Metrics"
    yield (
        "Each metric is defined once, by a card. `percontact kpi show METRIC` prints it with your own "
        "figures in its formula; `percontact measure METRIC...` measures it for any slice and period. "
        "How to write a card of your own: [cards](cards.md)."
    )
    cards = list(catalogue().values())
    yield grid(
        ("metric", "symbol", "asks", "unit"),
        ((f"[{c.metric}](#{c.metric})", c.symbol, c.asks, c.unit) for c in cards),
    )
    for category in CATEGORIES:
        yield f"## {category.capitalize()}"
        for card in (c for c in cards if c.category == category):
            yield from _card(card)


def _card(card: Card) -> Iterator[str]:
    yield f"### {card.metric}"
    yield f"**{card.name}{f' ({card.symbol})' if card.symbol else ''}.** {card.asks}"
    yield f"    {card.formula}"
    better = {"neither": "no better side of its own", "band": "best within a band"}
    told = [
        f"- Counts: {card.rule}",
        f"- Unit: {card.unit}; {better.get(card.better, f'{card.better} is better')}.",
        *([f"- Clock: {card.clock}."] if card.clock != "none" else []),
        *([f"- Settings: {', '.join(f'`{k}` = {v}' for k, v in card.parameters.items() if v)}."]
          if any(card.parameters.values()) else []),
        *(f"- Mind: {p}" for p in card.pitfalls),
        f"- Source: {card.source}.",
        *([f"- See also: {', '.join(f'[{r}](#{r})' for r in card.related)}."] if card.related else []),
    ]  # fmt: skip
    yield "\n".join(told)


def cards_page() -> str:
    """How a card is written: its keys, and the columns and features that it may speak of."""
    return joined("src/percontact/metrics/", _cards())


def _cards() -> Iterator[str]:
    yield "# Cards"
    yield (
        "A card defines a metric as data. Those of percontact stand in [metrics](metrics.md); put your own "
        "into the folder `metrics/` of a workspace, one file a card or several parted by `---`. A card of "
        "the same name stands before a shipped one. Nothing on a card is run as code."
    )
    example = next(c for c in shipped_texts() if c.startswith("metric: transfer_rate"))
    yield "A whole one:"
    yield f"```yaml\n{example.strip()}\n```"
    yield "## Kinds"
    yield inspect.cleandoc(
        """
        A card says `kind:` and what that kind needs:

        - `amount`: `amount:`
        - `ratio`, `share`: `numerator:` and `denominator:`; a share gets an interval
        - `net`: `numerator:`, `less:` and `denominator:`
        - `index`: `of:`, `over:` (the column that names the question) and `denominator:`
        - `percentile`: `of:`, `quantile:` and `denominator:`
        - `survival`: `of:` and `denominator:`
        - `cost`: `cost:` (basis, used, full, marginal, unused, unassigned), and `per:` and `where:` if any

        A number is `{count: TABLE}`, `{sum: TABLE.COLUMN}` or `{distinct: TABLE.COLUMN}`, each with `where:`
        if any. A condition is `column: value`, `column: [values]`, `column: known`, `column: unknown`, or
        `column: {at_least: 3}` with `at_least`, `at_most`, `above`, `below` or `not`. `$name` stands for a
        parameter of the card.
        """
    )
    yield "## What can be counted"
    yield "Besides the columns of the [tables](tables.md) and columns of your own:"
    for facts in FACTS.values():
        yield f"### {facts.table}"
        yield f"Counted on {', '.join(f'`{facts.table}.{t}`' for t in facts.times)}."
        if facts.features:
            yield grid(("feature", "is"), ((f"`{n}`", f.says) for n, f in facts.features.items()))


# -- roles ---------------------------------------------------------------------------------------------------


def roles_page() -> str:
    """What each role may do."""
    return joined("src/percontact/people/roles.py", _roles())


def _roles() -> Iterator[str]:
    yield "# Roles"
    yield (
        "Each person has one role in the app, and may all that the roles before it may. The same table "
        "decides for pages, files and the API. How people sign in: [sign-in](../how-to/sign-in.md)."
    )
    yield grid(("role", "in short"), ((f"**{r.capitalize()}**", SAYS[r]) for r in Role))
    yield grid(
        ("permission", "what may be done", *(r.capitalize() for r in Role), "because"),
        (
            (f"`{name}`", p.says, *("yes" if r.may(name) else "-" for r in Role), p.because or "-")
            for name, p in PERMISSIONS.items()
        ),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
