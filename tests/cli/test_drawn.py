# SPDX-License-Identifier: Apache-2.0
"""Answers of commands on paper, and their pictures alone."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

ANSWERS = {
    "explain": ["explain", "--to", "2026-06"],
    "cost": ["cost", "--from", "2026-01", "--to", "2026-06", "--by", "channel"],
    "opportunities": ["opportunities", "--from", "2026-04", "--to", "2026-06"],
    "measure": ["measure", "CSAT", "--from", "2026-01", "--to", "2026-06", "--by", "channel"],
    "measure, one month": ["measure", "AHT", "--from", "2026-06", "--to", "2026-06", "--by", "team"],
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_written_as_pdf_svg_and_png(shell, company: Path, tmp_path: Path, name: str) -> None:
    for form in ("pdf", "svg", "png"):
        ran = shell("-C", str(company), *ANSWERS[name], "-o", f"a.{form}")
        assert ran.code == 0, ran.err
    assert (tmp_path / "a.svg").read_text("utf-8").startswith("<svg")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    reader = PdfReader(io.BytesIO((tmp_path / "a.pdf").read_bytes()))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "company" in text
    assert "data as of snapshot" in text


def test_paper_may_be_letter(shell, company: Path, tmp_path: Path) -> None:
    ran = shell("-C", str(company), *ANSWERS["explain"], "-o", "a.pdf", "--paper", "letter")
    assert ran.code == 0, ran.err
    box = PdfReader(io.BytesIO((tmp_path / "a.pdf").read_bytes())).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (612, 792)


def test_an_answer_without_a_picture_says_so(shell, company: Path, tmp_path: Path) -> None:
    ran = shell("-C", str(company), "kpi", "-o", "a.svg")
    assert ran.code == 2
    assert "this answer has no picture" in ran.err
    assert not (tmp_path / "a.svg").exists()
