# SPDX-License-Identifier: Apache-2.0
"""Checks: a finding names its months, and leads to the place where its lines stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from itertools import pairwise

from starlette.testclient import TestClient

from percontact.costing import CostedBook
from percontact.report.health import findings
from percontact.web.pages.checks import address

Cost = Callable[..., CostedBook]
POLICY = """
pools: {people: {driver: contacts}}
rules: [{match: {account: "6000"}, to: people}]
"""


def month(start: str, end: str, account: str, amount: str) -> dict[str, str]:
    return {"account": account, "amount": amount, "period_start": start, "period_end": end}


def test_the_months_of_what_no_rule_claims_are_named(cost_of: Cost) -> None:
    """
    contacts  April, May and June 2026, one each
    ledger    6000 people 100 each month; 9999 12.50 in April and -12.50 in June: no rule, and 0 in all
    """
    starts = ("2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01")
    people = [month(a, b, "6000", "100") for a, b in pairwise(starts)]
    odd = [month("2026-04-01", "2026-05-01", "9999", "12.50")]
    contacts = [{"started_at": f"{start} 09:00:00"} for start in starts[:3]]
    one = next(f for f in findings(cost_of(POLICY, contacts=contacts, ledger=[*people, *odd]))
               if f.what.startswith("No rule claims"))  # fmt: skip
    assert one.what == "No rule claims EUR 12.50 of the ledger in April 2026."
    assert address(one.about) == "/settings/policy?period=2026-04#unplaced"

    odd.append(month("2026-06-01", "2026-07-01", "9999", "-12.50"))
    both = next(f for f in findings(cost_of(POLICY, contacts=contacts, ledger=[*people, *odd]))
                if f.what.startswith("No rule claims"))  # fmt: skip
    assert both.what == "No rule claims EUR 0.00 of the ledger in April 2026 and June 2026."
    assert address(both.about) == "/settings/policy?period=2026-04..2026-06#unplaced"


def test_the_finding_leads_to_the_line_that_no_rule_claims(app: TestClient) -> None:
    """One line of June 2025 has no rule, EUR 250.00 in a company of this size; the newest month is later."""
    page = app.get("/data/checks").text
    href, says = next(
        (unescape(h), w) for h, w in re.findall(r'<a href="([^"]*)"><bdi>(.*?)</bdi>', page) if "No rule" in w
    )
    assert says == "No rule claims EUR 250.00 of the ledger in June 2025."
    path, _, anchor = href.partition("#")
    led = app.get(path).text
    assert f'id="{anchor}"' in led
    assert "250.00" in led.partition(f'id="{anchor}"')[2]
    assert "every ledger line is caught" not in led
