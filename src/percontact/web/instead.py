# SPDX-License-Identifier: Apache-2.0
"""What a command does, said as the page of the app where it is done, with its link.

Findings and problems say what to do in the words of the command line, for whoever reads them there. On a page
the same advice is a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

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
    (r"percontact policy propose", lambda _: ("have a policy proposed", "/settings/policy")),
    (r"percontact policy check lists (?P<what>the lines|the pools)",
     lambda m: (f"the page Policy lists {m['what']}", "/settings/policy")),
    (r"percontact policy check", lambda _: ("the page Policy", "/settings/policy")),
    (r"percontact measure (?P<metric>\w+)[^.`]*?(?:--by (?P<by>\w+))?(?=[.`]|$)", _by_metric),
    (r"percontact kpi(?: show)?(?: METRIC)?", lambda _: ("Measures", "/measures")),
    (r"percontact trace --pool \S+", lambda _: ("the Cost map", "/cost-map")),
    (r"--alerts tells more", lambda _: ("the API tells more", "/api")),
    (r"percontact check(?: --json)?", lambda _: ("the page Checks", "/data/checks")),
    (r"percontact contacts lists ids", lambda _: ("the page Contacts lists ids", "/explore/contacts")),
    (r"percontact people (?:link|role) LOGIN(?: \w+)?", lambda _: ("the page People", "/settings/people")),
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
