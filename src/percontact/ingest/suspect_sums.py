# SPDX-License-Identifier: Apache-2.0
"""Suspicious sums: identities that do not hold, and rows that are the total of others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from percontact.ingest.found import Found
from percontact.ingest.landed import Landed, figure, label, some
from percontact.values.problem import Problem

LEAST_SHARE = 0.01
SLACK_S = 2
"""Three parts, each rounded to a second, may miss their sum by this much."""

OFFERED = re.compile(
    r"(?i)\b(offered|incoming|received|entrantes|ofrecidas|recibidas|angeboten\w*|eingehend\w*|re[cç]us)\b"
)
ANSWERED = re.compile(
    r"(?i)\b(answered|handled|atendidas|contestadas|angenommen\w*|beantwortet\w*|trait[ée]s|d[ée]croch[ée]s)\b"
)
ABANDONED = re.compile(
    r"(?i)\b(abandoned|lost|missed|abandonadas|perdidas|verloren\w*|aufgegeben\w*|abandonn[ée]s|perdus)\b"
)
A_RATE = re.compile(
    r"(?i)(%|\b(rate|ratio|percent|share|quote|tasa|taux|speed|time|avg|average|level|within|sla)\b)"
)
TOTAL = (
    r"(?i)^\W*(grand[ -]?|sub[ -]?|net )?"
    r"(totals?|totale|gesamt(summe)?|summe|zwischensumme|suma|totaal|sum)\b"
)
"""Words a total row begins with; looked for only where the amount is the sum of other rows too."""

VALUES = {"ledger": ("amount",), "budgets": ("amount",), "contacts": ("count",),
          "capacity": ("paid_h", "practical_h", "scheduled_h")}  # fmt: skip
LABELS = {"ledger": ("account", "account_name", "cost_centre", "vendor", "text", "tag"),
          "budgets": ("account", "cost_centre", "channel", "team"), "capacity": ("group",),
          "contacts": ("channel", "team", "queue", "site", "reason", "agent")}  # fmt: skip

MOST_ROWS = 500_000
"""Rows past which running sums are not looked at: files with total rows are reports, and short."""


def sums(landed: Landed, found: Found) -> Iterator[Problem]:
    """Identities of columns that stand side by side, and total rows."""
    yield from _offered(landed, found)
    yield from _handle(landed)
    yield from _total_rows(landed)


def _number(place: int) -> str:
    return f"TRY_CAST(replace(replace(trim(c{place}), ',', ''), ' ', '') AS DECIMAL(18,3))"


def _offered(landed: Landed, found: Found) -> Iterator[Problem]:
    """offered = answered + abandoned, where a file of totals has the three side by side."""
    wanted = []
    for word in (OFFERED, ANSWERED, ABANDONED):
        places = [i for i, h in enumerate(found.headers) if _counts(h, word)]
        if len(places) != 1:
            return
        wanted += places
    offered, answered, abandoned = (_number(i) for i in wanted)
    told = landed.ask(
        f"SELECT line, {offered} AS o, {answered} AS a, {abandoned} AS b FROM {found.relation} "
        "WHERE o IS NOT NULL AND a IS NOT NULL AND b IS NOT NULL"
    )
    wrong = [(line, o, a, b) for line, o, a, b in told if o != a + b]
    if not wrong or not any(o > 1 for _, o, _, _ in told):
        return
    names = [found.headers[i] for i in wanted]
    line, o, a, b = wrong[0]
    off = sum(o - a - b for _, o, a, b in wrong)
    yield Problem(
        "W-SUM-01",
        landed.at(line),
        f"`{names[0]}` is not `{names[1]}` + `{names[2]}` in {len(wrong):,} of {len(told):,} rows: "
        f"{figure(o)} against {figure(a + b)}",
        f"Every contact offered is answered or abandoned; {figure(abs(off))} are "
        f"{'missing' if off > 0 else 'too many'} in all.",
        "Ask the source what it counts: calls that went to voicemail, or short abandons left out.",
    )


def _counts(header: str, word: re.Pattern[str]) -> bool:
    plain = header.replace("_", " ")
    return bool(word.search(plain)) and not A_RATE.search(plain)


def _handle(landed: Landed) -> Iterator[Problem]:
    """handle = talk + hold + wrap, where a file gives all it is made of."""
    if not landed.has("handle_s", "talk_s", "wrap_s"):
        return
    parts = [n for n in ("talk_s", "hold_s", "wrap_s") if landed.has(n)]
    whole = " + ".join(f"coalesce({n}, 0)" for n in parts)
    both = "handle_s IS NOT NULL AND talk_s IS NOT NULL AND wrap_s IS NOT NULL"
    slack = f'{SLACK_S} * "count"' if landed.has("count") else str(SLACK_S)
    wrong = f"{both} AND abs(handle_s - ({whole})) > {slack}"
    ((held, count, line, off),) = landed.ask(
        f"SELECT count(*) FILTER ({both}), count(*) FILTER ({wrong}), min({landed.line}) FILTER ({wrong}), "
        f"sum(handle_s - ({whole})) FILTER ({wrong}) FROM {{rows}}"
    )
    if count and count >= LEAST_SHARE * held:
        more = "more" if off > 0 else "less"
        yield Problem(
            "W-SUM-01",
            landed.at(line),
            f"`handle_s` is not {' + '.join(f'`{n}`' for n in parts)} in {count:,} of {held:,} rows",
            f"It is {abs(off):,.0f} s {more} in all. `handle_s` is what cost goes by, so the parts do not "
            "explain it.",
            "Ask the source what its handle time holds; without `handle_s` it is added up from the parts.",
        )


def _total_rows(landed: Landed) -> Iterator[Problem]:
    """Rows that are the sum of others, by their amount and their label."""
    table = landed.table.name
    value = next((v for v in VALUES.get(table, ()) if landed.has(v)), None)
    if value is None or not 3 <= landed.rows <= MOST_ROWS:
        return
    if table in ("contacts", "capacity"):
        yield from _total_of_each(landed, value)
    else:
        yield from _total_below(landed, value)


def _says_total(landed: Landed) -> str:
    labels = [n for n in LABELS[landed.table.name] if landed.has(n)]
    return " OR ".join(f"regexp_matches({label(n)}, '{TOTAL}')" for n in labels) or "false"


def _total_below(landed: Landed, value: str) -> Iterator[Problem]:
    """A row that equals the sum of the rows above it: since the last such row, or of all."""
    ((any_label,),) = landed.ask(f"SELECT count(*) FILTER ({_says_total(landed)}) FROM {{rows}}")
    told: list[tuple[int, object]] = []
    if any_label:
        listed = landed.ask(
            f"SELECT {landed.line} AS line, {value}, coalesce({_says_total(landed)}, false) FROM {{rows}} "
            f"WHERE {value} IS NOT NULL ORDER BY row_id"
        )
        since = above = labelled = type(listed[0][1])(0)
        counted = 0
        for line, amount, says in listed:
            if says and counted >= 2 and amount and amount in (since, above, labelled):
                told.append((line, amount))
                labelled += amount
                since, counted = type(amount)(0), 2
            else:
                since, above, counted = since + amount, above + amount, counted + 1
    if not told:
        told = landed.ask(
            f"SELECT line, last FROM (SELECT max({landed.line}) AS line, sum({value}) AS whole, "
            f"count(*) AS n, arg_max({value}, row_id) AS last FROM {{rows}}) "
            "WHERE n > 3 AND last <> 0 AND whole = 2 * last"
        )
    if told:
        yield _counted_twice(landed, value, told)


def _total_of_each(landed: Landed, value: str) -> Iterator[Problem]:
    """A row labelled a total that equals the other rows of its span: team Total beside teams A, B and C."""
    if not landed.has("period_start") and not landed.has("bucket"):
        return
    span, of = "period_start" if landed.has("period_start") else "bucket", label(value)
    says = f"coalesce({_says_total(landed)}, false)"
    # Rows of contacts that stand for one each are no report.
    ((many,),) = landed.ask(f"SELECT max({of}) > 1 FROM {{rows}}")
    if not many:
        return
    ((any_label,),) = landed.ask(f"SELECT count(*) FILTER ({says}) FROM {{rows}}")
    if not any_label:
        return
    told = landed.ask(
        f"SELECT min({landed.line}) FILTER ({says}), sum({of}) FILTER ({says}) FROM {{rows}} "
        f"GROUP BY {span} HAVING count(*) FILTER ({says}) > 0 AND count(*) FILTER (NOT {says}) > 1 "
        f"AND sum({of}) FILTER ({says}) = sum({of}) FILTER (NOT {says}) ORDER BY 1"
    )
    if told:
        yield _counted_twice(landed, value, told)


def _counted_twice(landed: Landed, value: str, told: list[tuple[int, object]]) -> Problem:
    lines = some([line for line, _ in told])
    return Problem(
        "W-SUM-02",
        landed.at(told[0][0]),
        f"`{value}` holds {'a total row' if len(told) == 1 else f'{len(told):,} total rows'} (line {lines})",
        "It is exactly the sum of other rows, so what they say counts twice.",
        "Leave such rows out in a mapping file: where: {column: ..., not: [Total]}.",
    )
