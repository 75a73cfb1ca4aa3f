# SPDX-License-Identifier: Apache-2.0
"""What a command does, said as the page of the app where it is done, with its link.

Findings and problems say what to do in the words of the command line, for whoever reads them there. On a page
the same advice is a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

MAPPING = "/data#bring"
"""Where the mapping of a file is agreed on: beside each file that is brought."""

Way = tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str]]]
"""(the command, its match -> what the link says, where it leads)"""


def _bring(found: re.Match[str]) -> tuple[str, str]:
    table, columns = found["table"], found["columns"]
    if not table.islower():
        return "bring the file", "/data#bring"
    holds = f" with {columns}" if columns else ""
    return f"bring a file of {table}{holds}", f"/data?into={table}#bring"


def _by_metric(found: re.Match[str]) -> tuple[str, str]:
    by = f"&by={found['by']}" if found["by"] else ""
    return "look at it in Explore", f"/explore?metric={quote(found['metric'])}{by}"


_SAID: tuple[tuple[str, Callable[[re.Match[str]], tuple[str, str]]], ...] = (
    (
        r"percontact imports --aside (?P<n>\d+) shows each with its reason; with -o FILE it writes them to "
        r"be corrected and imported, or correct the whole file and import it with --replace",
        lambda m: (
            "see each with its reason, take them as a file to correct and send back, or send a newer file",
            f"/data/imports/{m['n']}",
        ),
    ),
    (r"percontact imports --aside (?P<n>\d+) lists them", lambda m: ("see them", f"/data/imports/{m['n']}")),
    (r"(?:percontact imports )?--undo (?P<n>\d+)",
     lambda m: (f"undo import {m['n']}", f"/data/imports/{m['n']}/undo")),
    (r"percontact imports(?! --purge)", lambda _: ("the page Data", "/data#files")),
    (r"percontact import (?P<table>\w+) (?:FILE\b|'[^']+')(?: \((?P<columns>[\w, ]+)\))?", _bring),
    (r"percontact policy history lists", lambda _: ("the page Policy lists", "/settings/policy")),
    (r"percontact policy check(?= shows)", lambda _: ("the page Policy", "/settings/policy")),
    (r"percontact policy propose", lambda _: ("have a policy proposed", "/settings/policy")),
    (r"percontact policy check lists (?P<what>the lines|the pools)",
     lambda m: (f"the page Policy lists {m['what']}", "/settings/policy")),
    (r"percontact policy check", lambda _: ("the page Policy", "/settings/policy")),
    (r"percontact measure (?P<metric>\w+)[^.`]*?(?:--by (?P<by>\w+))?(?=[.`]|$)", _by_metric),
    (r"percontact kpi(?: show)?(?: METRIC)?", lambda _: ("Measures", "/measures")),
    (r"percontact trace --pool \S+", lambda _: ("the Cost map", "/cost-map")),
    (r"--alerts tells more", lambda _: ("the API tells more", "/api")),
    (r"percontact check(?: --json)?", lambda _: ("the page Checks", "/data/checks")),
    (r"percontact contacts -o \S+ writes all", lambda _: ("its files hold the first 10,000", "")),
    (r"percontact customers", lambda _: ("Measures", "/measures/cost_to_serve")),
    (r"percontact import(?= |,|`)", lambda _: ("the command line", "")),
    (r"percontact close \S+ --reopen BECAUSE", lambda _: ("reopen the period on the command line", "")),
    (r"percontact trace \S+ --json", lambda _: ("its page", "")),
    (r"percontact help \S+", lambda _: ("the list of errors", "")),
    (r"Name one with -C DIR, or make one: percontact init DIR --currency EUR --timezone \S+?(?=\.?$)",
     lambda _: ("begin with the welcome", "/welcome")),
    (r"percontact check --json", lambda _: ("the page Checks", "/data/checks")),
    (r"percontact serve --port \d+", lambda _: ("another port", "")),
    (r"Update percontact: pip install --upgrade percontact",
     lambda _: ("Whoever keeps this server updates percontact", "")),
    (r"(?:percontact imports )?--undo N", lambda _: ("undo it on the page Data", "/data#files")),
    (r"percontact \S+ (?:--from \S+ --to \S+ )?--against previous",
     lambda _: ("choose the period before under Compare with", "")),
    (r"percontact trace \S+ --pool \S+", lambda _: ("the Cost map", "/cost-map")),
    (r"percontact contacts lists ids", lambda _: ("the page Contacts lists ids", "/explore/contacts")),
    (r"percontact people (?:link|role) LOGIN(?: \w+)?", lambda _: ("the page People", "/settings/people")),
    (r"--where '(?P<one>[^']+)'", lambda m: (m["one"], "")),
    (r"--fiscal-weeks (?P<n>\S+)", lambda m: (f"weeks {m['n']}", "")),
    # Options of the command line, by what pages call them.
    (r"(?:import|bring) the (?:corrected )?file (?:again )?with --replace",
     lambda _: ("bring the corrected file, and say that it stands for the earlier one", "/data#bring")),
    (r"import with --replace",
     lambda _: ("bring the file again, and say that it stands for the earlier one", "/data#bring")),
    (r"Say which you mean: --replace \([^)]*\) or --add \([^)]*\)",
     lambda _: ("Say which you mean: this file stands for the earlier one, or both count", "")),
    (r"--replace", lambda _: ("this file stands for the earlier one", "")),
    (r"in (?:a|the) mapping file", lambda _: ("in the mapping of the file", MAPPING)),
    (r"there is no such mapping file", lambda _: ("there is no such mapping", "")),
    (r"(?:mapping\.yaml|(?P<a>[Aa]|[Tt]he) mapping file)",
     lambda m: (f"{m['a'] or 'the'} mapping of the file", "")),
    (r"(?P<to>to|in|of) policy\.yaml", lambda m: (f"{m['to']} the policy", "/settings/policy")),
    (r"policy\.yaml", lambda _: ("the policy", "/settings/policy")),
    (r"--from (?:and|names) (?:--to|the period before the change, --to the one after it)",
     lambda m: ("the period and the one it is compared with" if " and " in m[0]
                else "the period is the one after the change", "")),
    (r"Add --to PERIOD, or say what \S+ is held against: --against previous",
     lambda _: ("choose under Compare with what the period is held against", "")),
    (r"--from (?P<a>\S+) --to (?P<b>[^\s.]+)", lambda m: (f"{m['a']} to {m['b']}", "")),
    (r"--to is inclusive", lambda _: ("the second one is inclusive", "")),
    (r"compare with --against previous", lambda _: ("compare with the period before", "")),
    (r"leave --against out", lambda _: ("compare with another period", "")),
    (r"another side with --against", lambda _: ("compare with another one", "")),
    (r"--grain (?P<g>\w+)", lambda m: (f"by {m['g']}", "")),
    (r"--rate (?P<x>\S+)", lambda m: (f"rate {m['x']}", "")),
    (r"--inflation (?P<x>\S+)", lambda m: (f"inflation {m['x'].rstrip('.')}", "")),
    (r"(?P<n>[\d,]+ more, smaller ones|The [\d,]+ largest of [\d,]+|[\d,]+ of [\d,]+)[:;] --top \S+ shows "
     r"(?:each of them|more)(?:, -o \S+ writes all)?", lambda m: (m["n"], "")),
    (r"--reopen BECAUSE opens", lambda _: ("the command line opens", "")),
    (r"(?:[:.] |; )?(?:percontact )?explain --from (?P<a>[\d-]+) --to (?P<b>[\d-]+) says",
     lambda m: (f"{m['b']} on the page Explain says", f"/explain?period={m['b']}")),
)  # fmt: skip
WAYS: tuple[Way, ...] = tuple((re.compile(f"`?{said}`?"), way) for said, way in _SAID)


def parted(text: str) -> Iterator[tuple[str, str]]:
    """A text in pieces: (as it stands, ""), or (what a link says, where it leads) for a command.

    >>> list(parted("Import them: percontact import budgets FILE."))
    [('Import them: ', ''), ('bring a file of budgets', '/data?into=budgets#bring'), ('.', '')]
    """
    at = 0
    while True:
        found = [(m, way) for pattern, way in WAYS if (m := pattern.search(text, at))]
        if not found:
            break
        match, way = min(found, key=lambda one: (one[0].start(), -one[0].end()))
        if match.start() > at:
            yield text[at : match.start()], ""
        says, where = way(match)
        begins = not text[: match.start()].rstrip() or text[: match.start()].rstrip().endswith(".")
        yield says[:1].upper() + says[1:] if begins else says, where
        at = match.end()
    if at < len(text):
        yield text[at:], ""


OPTION = re.compile(r"(?<![\w-])--(?P<name>[a-z][a-z-]*)")


_PLACES = {
    "--where": "filter", "--from": "period", "--to": "until", "--against": "comparison", "--metric": "metric",
    "--by": "split by", "--per": "cost of one", "--sort": "order",
    "--basis": "basis", "--top": "number of rows",
}  # fmt: skip
"""Option of the command line -> what the field is called on a page."""


def placed(where: str) -> str:
    """Where a problem is, in the words of a page.

    >>> placed("--where team=Billing"), placed("explain --from 2026-05 --to 2026-01")
    ('filter team=Billing', 'period 2026-05 until 2026-01')
    """
    told = OPTION.sub(_called, where)
    return re.sub(r"^(?:percontact )?(?:explain|locate|measure|cost|watch) (?=period|comparison)", "", told)


def _called(option: re.Match[str]) -> str:
    return _PLACES.get(option[0], option["name"].replace("-", " "))
