# SPDX-License-Identifier: Apache-2.0
"""Rows set aside as a file to correct: a spreadsheet runs none of its cells, each comes back as it was."""

from hypothesis import example, given
from hypothesis import strategies as st

from percontact.ingest.found import as_it_was, kept_from_running

SIGNS = st.text(st.sampled_from("'=+-@\t\r1.,aß "), max_size=8)


@given(SIGNS | st.text(max_size=20))
@example("'-5")
@example("-5 EUR")
def test_a_cell_comes_back_as_it_was(cell: str) -> None:
    assert as_it_was(kept_from_running(cell)) == cell


@given(SIGNS)
def test_no_cell_begins_like_a_formula_but_a_number(cell: str) -> None:
    kept = kept_from_running(cell)
    assert not kept.startswith(("=", "@", "\t", "\r"))
    if kept.startswith(("+", "-")):
        assert kept[1:].strip(".,0123456789") == ""
