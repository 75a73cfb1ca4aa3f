# SPDX-License-Identifier: Apache-2.0
"""How hard the laws are tried: `fast` at the desk, `ci` before a change goes in. And books from few words."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from percontact.costing import CostedBook, cost, parse_policy, textbook
from percontact.demo.make import make_demo
from percontact.records.books import Row, make_book

settings.register_profile("fast", max_examples=20, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

USUAL: dict[str, Row] = {
    "contacts": {"contact_id": "c", "started_at": "2026-06-03 09:00:00", "channel": "voice"},
    "handlings": {"handling_id": "h", "contact_id": "c1", "started_at": "2026-06-03 09:00:00"},
    "ledger": {
        "line_id": "l", "account": "6000", "amount": "100",
        "period_start": "2026-06-01", "period_end": "2026-07-01",
    },
    "capacity": {"group": "g", "period_start": "2026-06-01", "period_end": "2026-07-01"},
    "usage": {
        "usage_id": "u", "used_at": "2026-06-03 09:00:00", "vendor": "v", "item": "token", "quantity": 1,
    },
    "fx": {
        "period_start": "2026-06-01", "period_end": "2026-07-01",
        "from_currency": "USD", "to_currency": "EUR",
    },
    "cases": {"case_id": "k", "opened_at": "2026-06-03 09:00:00"},
    "calendar": {"day": "2026-06-04", "kind": "holiday"},
}  # fmt: skip
"""What a row says that a test does not speak of: all in June 2026. Ids are numbered: c1, c2, ..., l1, ..."""


@pytest.fixture(scope="session")
def cost_of() -> Callable[..., CostedBook]:
    """Cost a book given as rows that name only what matters: cost_of(policy, contacts=[{}], ledger=[{}])."""

    def make(
        policy: str | None = None,
        *,
        timezone: str = "UTC",
        currency: str = "EUR",
        amounts: str = "effective",
        **tables: list[Row],
    ) -> CostedBook:
        filled = {}
        for name, rows in tables.items():
            usual = USUAL[name]
            key = next((k for k in usual if k.endswith("_id")), None)
            numbered = [{key: f"{usual[key]}{i}"} if key else {} for i in range(1, len(rows) + 1)]
            filled[name] = [{**usual, **n, **row} for n, row in zip(numbered, rows, strict=True)]
        book = make_book(filled, timezone=timezone, currency=currency)
        rules = textbook() if policy is None else parse_policy(policy)
        return cost(book, rules, amounts=amounts)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def company_as_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo workspace of some 20,000 contacts in 24 months, to be copied and never opened.

    With a database of the app that nobody is in yet, or each who serves a copy would make one first.

    Files that SQLite makes for its readers come and go, so a folder somebody has open cannot be copied
    safely. Made once a run: of several processes that run tests, the first makes it and the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "company-as-made"
    with open(folder.with_name("company.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            make_demo(folder, contacts=20_000)
            with contextlib.suppress(ImportError):  # without the extra `web` nobody signs in
                from percontact.people import open_state

                open_state(folder).close()
    return folder


@pytest.fixture(scope="session")
def company(company_as_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same company for all who only read it."""
    return Path(shutil.copytree(company_as_made, tmp_path_factory.mktemp("company") / "company"))
