# SPDX-License-Identifier: Apache-2.0
"""Currency codes are those of ISO 4217, today's and yesterday's."""

import pytest

from percontact.values.currencies import CURRENCIES, CURRENT, DECIMALS, HISTORIC
from percontact.values.money import minor_digits


def test_a_code_that_names_no_money_is_refused(shell):
    """ABC is three letters and no currency."""
    asked = shell("init", "books", "--currency", "ABC", "--timezone", "UTC")
    assert asked.code == 2
    assert "'ABC' is no currency code" in asked.err


def test_a_ledger_row_of_no_currency_is_set_aside_and_one_of_the_past_is_read(tiny, shell):
    """ABC is set aside; marks of 1998 are read, and small letters too."""
    (tiny / "old.csv").write_text(
        "account,month,amount,currency\n6100,1998-06,500,DEM\n6100,1998-06,1,itl\n6100,1998-06,2,ABC\n"
    )
    receipt = shell("-C", "books", "import", "ledger", "old.csv", "--json").json[0]
    assert (receipt["landed"], receipt["aside"]) == (2, 1)
    assert "E-TYPE-03" in shell("-C", "books", "imports", "--aside", str(receipt["number"])).out


@pytest.mark.parametrize(
    ("code", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("UGX", 0), ("ITL", 0), ("DEM", 2)]
)
def test_a_currency_has_its_own_decimals(code, digits):
    """As ISO 4217 says; of withdrawn ones, as they were."""
    assert minor_digits(code) == digits


def test_the_lists_are_whole():
    """Codes of three letters, each in one list; every exception is of a known code."""
    assert not CURRENT & HISTORIC
    assert all(len(c) == 3 and c.isalpha() and c.isupper() for c in CURRENCIES)
    assert set(DECIMALS) <= CURRENCIES
    assert len(CURRENT) > 170
    assert {"EUR", "USD", "GBP", "CHF", "PLN", "INR", "BRL", "ZAR", "XCG", "ZWG", "SLE"} <= CURRENT
    assert {"DEM", "FRF", "ITL", "HRK", "BGN", "LTL", "ZWL", "ANG"} <= HISTORIC
