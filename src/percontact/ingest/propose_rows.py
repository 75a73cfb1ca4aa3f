# SPDX-License-Identifier: Apache-2.0
"""Rows that are no rows of the table: totals and sub-totals. They are set aside and counted, not dropped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from percontact.ingest.meaning_columns import Seen
from percontact.ingest.propose_ledger import number_sql
from percontact.ingest.question import Option, Question
from percontact.ingest.totals import Totals, escaped, exact_total, known
from percontact.ingest.understanding import Understanding
from percontact.ingest.vocabulary import words
from percontact.records.dialect import literal

_SHOWN = 4


def rows_left_out(columns: Understanding) -> None:
    """Leave out rows whose label says that they are totals; ask about one that only its sum gives away."""
    if columns.table.name == "ledger":
        for seen in columns.columns:
            _balances(columns, seen)
    found = [(seen, _labels(seen)) for seen in columns.columns]
    labelled = any(begins or seen.totals for seen, begins in found)
    for seen in columns.columns:
        if seen.totals:
            _leave_out(columns, seen, seen.totals)
    for seen, begins in found:
        if begins:
            _ask(columns, seen, begins)
    amount = columns.taken.get("amount") or columns.taken.get("count")
    if not labelled and amount:
        _unlabelled(columns, amount.seen)


def _labels(seen: Seen) -> list[str]:
    """Labels that begin or end with a word for total."""
    cell = f"c{seen.facts.place}"
    rows = seen.profile.con.execute(
        f"SELECT DISTINCT {cell} FROM seen WHERE regexp_full_match({cell}, {literal(total_pattern())}) "
        f"AND NOT regexp_full_match({cell}, {literal(exact_total())}) ORDER BY 1 LIMIT 200"
    ).fetchall()
    return _sparse(seen, [str(label) for (label,) in rows])


def _sparse(seen: Seen, labels: list[str]) -> list[str]:
    """Those of the labels whose rows hold less than the others do: Total Energies Ltd is a supplier."""
    if not labels:
        return []
    profile, cell = seen.profile, f"c{seen.facts.place}"
    held = " + ".join(f"(c{f.place} IS NOT NULL)::INTEGER" for f in profile.columns)
    inside = ", ".join(literal(t) for t in labels)
    ((usual,),) = profile.con.execute(f"SELECT median({held}) FROM seen").fetchall()
    rows = profile.con.execute(
        f"SELECT {cell}, max({held}) FROM seen WHERE {cell} IN ({inside}) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return [str(text) for text, most in rows if most <= 0.75 * usual]


def _leave_out(columns: Understanding, seen: Seen, totals: Totals) -> None:
    columns.draft.where.append({"column": seen.header, "not": list(totals.labels)})
    told = "row is" if totals.rows == 1 else "rows are"
    shown = ", ".join(totals.labels[:_SHOWN])
    columns.facts.append(("Totals", f"{totals.rows:,} {told} left out: {seen.header} is {shown}"))


def _balances(columns: Understanding, seen: Seen) -> None:
    """Leave out what an account held before or after: Opening balance 01/03 is no posting.

    Words behind the label that are no date may make a posting of it (opening balance adjustment): asked.
    """
    if found := label_rule(seen, balance_pattern(), but_not_all=True):
        rule, told = found
        columns.draft.where.append(rule)
        columns.facts.append(told)
    cell, sure = f"c{seen.facts.place}", literal(balance_pattern())
    rows = seen.profile.con.execute(
        f"SELECT {cell} FROM seen WHERE regexp_full_match({cell}, {literal(_longer_balance())}) "
        f"AND NOT regexp_full_match({cell}, {sure}) GROUP BY 1 ORDER BY 1 LIMIT 200"
    ).fetchall()
    if labels := [str(t) for (t,) in rows]:
        _ask(columns, seen, labels, "balances", "balances of an account", "Balances are no postings.")


def label_rule(
    seen: Seen, pattern: str, *, but_not_all: bool = False
) -> tuple[dict[str, object], tuple[str, str]] | None:
    """(rule that leaves out the rows whose cell is such a label, what is said of it); None where none is.

    The rule names only the words that are there, and reads next month's labels as well: Total 6100, 6200.
    """
    cell = f"c{seen.facts.place}"
    rows = seen.profile.con.execute(
        f"SELECT {cell}, count(*) FROM seen WHERE regexp_full_match({cell}, {literal(pattern)}) "
        "GROUP BY 1 ORDER BY 1 LIMIT 10000"
    ).fetchall()
    many, labels = sum(int(n) for _, n in rows), [str(t) for t, _ in rows]
    if not rows or (but_not_all and many == seen.profile.rows):
        return None
    told = "row is" if many == 1 else "rows are"
    shown = ", ".join(labels[:_SHOWN]) + (", ..." if len(labels) > _SHOWN else "")
    if pattern == balance_pattern():
        there = _there(labels, "balances")
        sure = rf"(?i)^({'|'.join(there)}){_tail(labels)}$"
        return {"column": seen.header, "unlike": sure}, (
            "Balances",
            f"{many:,} {told} left out, no postings: {seen.header} is {shown}",
        )
    there = _there(labels, "totals")
    parts = [rf"^({'|'.join(there)})\b"] if there else []
    parts += [
        rf" {word}[ :.]*$" for word in _ENDS if any(re.search(rf"(?i). {word}[ :.]*$", t) for t in labels)
    ]
    return {"column": seen.header, "unlike": f"(?i){'|'.join(parts)}"}, (
        "Totals",
        f"{many:,} {told} left out: {seen.header} is {shown}",
    )


_ENDS = ("total", "summe", "gesamt")
"""Words that end the label of a total: Salaries total."""

_SIGNS = r"[ \t\d:.,;/()#'\x{2013}\x{2014}-]"
_SMALL = "as|at|of|on|per|for|from|to|the|zum|vom|am|bis|au|du|le|al|del|op|van|em|de"
"""What may stand behind the label of a balance and still say no more than a day."""


def _tail(labels: Sequence[str] = ()) -> str:
    """What may follow the label of a balance: signs and figures; small words and months where some do."""
    known = _there(labels, "balances")
    rest = [re.sub(rf"(?i)^({'|'.join(known)})", "", text) for text in labels] if labels else ["a"]
    if not any(re.search(r"[^\W\d_]", text) for text in rest):
        return f"{_SIGNS}*"
    months = sorted({name[:3] for names in words()["months"].values() for name in names.split()})
    return rf"({_SIGNS}|\b({_SMALL})\b|\b({'|'.join(months)})\p{{L}}*)*"


def _there(labels: Sequence[str], kind: str) -> list[str]:
    """The known words that these labels begin with, each as a pattern, the longer first."""
    known = sorted({str(w).lower() for w in words()[kind]}, key=len, reverse=True)
    found = {next((w for w in known if text.lower().startswith(w)), "") for text in labels} - {""}
    return sorted(map(escaped, found), key=len, reverse=True)


@cache
def balance_pattern() -> str:
    """RE2 pattern of a cell that is the label of a balance, with nothing behind it but a day."""
    return rf"(?i)^({known('balances')}){_tail()}$"


@cache
def _longer_balance() -> str:
    """The same with further words behind it; of one word alone that says too little: Vortrag, b/f."""
    long = sorted({str(w).lower() for w in words()["balances"] if " " in str(w)}, key=len, reverse=True)
    return rf"(?i)^({'|'.join(map(escaped, long))})\b.*$"


@cache
def total_pattern() -> str:
    """RE2 pattern of a cell that begins or ends like the label of a total."""
    return rf"(?i)^({known('totals')})\b.*$|^.+ ({'|'.join(_ENDS)})[ :.]*$"


def _ask(
    columns: Understanding,
    seen: Seen,
    labels: list[str],
    key: str = "totals",
    what: str = "totals",
    why: str = "Counted as well, a total doubles what it sums.",
) -> None:
    cell = f"c{seen.facts.place}"
    inside = f"{cell} IN ({', '.join(map(literal, labels))})"
    (rows,) = seen.profile.counts([f"count(*) FILTER ({inside})"])
    if rows > 0.5 * seen.profile.rows:
        return
    shown = ", ".join(labels[:_SHOWN]) + (", ..." if len(labels) > _SHOWN else "")
    evidence = _sums(columns, inside)
    many = "1 row" if rows == 1 else f"{rows:,} rows"
    options = (
        Option(
            "leave out", f"{'it is one' if rows == 1 else f'they are {what}'}: leave out {many}", evidence
        ),
        Option("keep", f"{'it is a row' if rows == 1 else 'they are rows'} like the others", ""),
    )
    some = "One row begins or ends" if rows == 1 else "Some rows begin or end"
    text = f"{some} like {what}: {shown}. {why}"
    answer = columns.asked.ask(Question(key, seen.header, text, options))
    if answer == "leave out":
        columns.draft.where.append({"column": seen.header} | _like(seen, labels))
        told = "row is" if rows == 1 else "rows are"
        columns.facts.append((key.capitalize(), f"{rows:,} {told} left out, as you answered"))


def _like(seen: Seen, labels: list[str]) -> dict[str, object]:
    """A condition that keeps rows whose label is none of these, nor one of another month, year or number.

    `Total June` is left out, so next month's `Total July` is too; `Total Energies Ltd` stays. Where the rule
    would take a row of this file that no label names, the labels stand as they are.
    """
    cell, inside = f"c{seen.facts.place}", ", ".join(map(literal, labels))
    forms = list(dict.fromkeys(_form(label) for label in labels))
    pattern = f"(?i)^({'|'.join(forms)})$" if len(forms) > 1 else f"(?i)^{forms[0]}$"
    like = f"regexp_matches({cell}, {literal(pattern)})"
    missed, more = seen.profile.counts(
        [
            f"count(*) FILTER ({cell} IN ({inside}) AND NOT {like})",
            f"count(*) FILTER ({like} AND NOT {cell} IN ({inside}))",
        ]
    )
    varies = any(_form(label) != escaped(label) for label in labels)
    return {"unlike": pattern} if varies and not missed and not more else {"not": labels}


def _form(label: str) -> str:
    """A label as an RE2 pattern in which the names of months and all numbers may be others.

    >>> _form("Total Q3 2026")
    'Total Q\\\\d+ \\\\d+'
    """
    made: list[str] = []
    for part in re.findall(r"\d+|[^\W\d_]+|[\W_]+", label):
        if part.isdigit():
            made.append(r"\d+")
        elif months := _months_like(part):
            made.append(f"({'|'.join(months)})")
        else:
            made.append(escaped(part))
    return "".join(made)


@cache
def _months_like(word: str) -> tuple[str, ...]:
    """All months in the language (or languages), and as long or short, as this one; () = it is no month."""
    full = [names.split() for names in words()["month_names"].values()]
    short = [[name[:3] for name in names] for names in full]
    for lists in (full, short):
        if fitting := [months for months in lists if word.lower() in months]:
            # April is one in several languages.
            return tuple(dict.fromkeys(name for months in fitting for name in months))
    return ()


def _sums(columns: Understanding, inside: str) -> str:
    amount = columns.taken.get("amount")
    if amount is None:
        return ""
    value = number_sql(amount.seen, _amount_part(columns))
    ((theirs, others),) = amount.seen.profile.con.execute(
        f"SELECT sum({value}) FILTER ({inside}), "
        f"sum({value}) FILTER (NOT coalesce({inside}, false)) FROM seen WHERE {still_in(columns)}"
    ).fetchall()
    return f"they sum to {theirs or 0:,.2f}, the other rows to {others or 0:,.2f}"


def _amount_part(columns: Understanding) -> dict[str, object]:
    """How the amount (or the count) is written, as the proposal has it."""
    line = next((one for one in columns.draft.columns if one.column in ("amount", "count")), None)
    return line.origin if line and isinstance(line.origin, dict) else {}


def still_in(columns: Understanding, but: str = "") -> str:
    """SQL of the rows that no rule leaves out so far; `but`: rules of one column do not count."""
    places = {seen.header: f"c{seen.facts.place}" for seen in columns.columns if seen.header != but}
    rules = []
    for rule in columns.draft.where:
        cell, left = places.get(str(rule["column"])), rule.get("not")
        if cell and isinstance(left, list):
            rules.append(f"NOT coalesce({cell} IN ({', '.join(literal(str(t)) for t in left)}), false)")
        elif cell and rule.get("unlike"):
            rules.append(f"NOT coalesce(regexp_matches({cell}, {literal(str(rule['unlike']))}), false)")
    return " AND ".join(rules) or "true"


def _unlabelled(columns: Understanding, seen: Seen) -> None:
    """A single row whose number is the sum of all others."""
    value = number_sql(seen, _amount_part(columns))
    ((rows, whole),) = seen.profile.con.execute(f"SELECT count({value}), sum({value}) FROM seen").fetchall()
    if not whole or rows < 4:
        return
    found = seen.profile.con.execute(
        f"SELECT c{seen.facts.place} FROM seen WHERE abs(2 * {value} - {whole!r}) < 0.005 LIMIT 2"
    ).fetchall()
    if len(found) != 1:
        return
    ((text,),) = found
    options = (
        Option("leave out", f"it is a total: leave out the row with {text}", f"the other rows sum to {text}"),
        Option("keep", "it is a row like the others", "then the file sums to twice as much"),
    )
    asked = "One row holds exactly the sum of all others, though nothing calls it a total."
    answer = columns.asked.ask(Question("totals", seen.header, asked, options))
    if answer == "leave out":
        columns.draft.where.append({"column": seen.header, "not": [text]})
        columns.facts.append(("Totals", "1 row is left out, as you answered"))
