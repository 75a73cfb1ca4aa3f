# SPDX-License-Identifier: Apache-2.0
"""The reference pages that follow from the code are the ones it would make today."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from reference.errors import FAMILIES, family
from reference.mapping_files import ORIGIN

from percontact.ingest import mapping_form
from percontact.values.codes import CODES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """The script itself: it is no part of the package, so it is loaded from its file."""
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "tools" / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_made_page_is_fresh(maker: ModuleType) -> None:
    stale = [name for name, text in maker.pages().items() if not maker.is_fresh(name, text)]
    assert stale == [], "run `make docs`"


def test_a_stale_page_is_seen_and_left_as_it_is(
    maker: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(maker, "ROOT", tmp_path)
    assert maker.main([]) == 0
    assert maker.main(["--check"]) == 0
    page = tmp_path / "docs" / "reference" / "errors.md"
    page.write_text("by hand", encoding="utf-8")
    assert maker.main(["--check"]) == 1
    assert "docs/reference/errors.md is stale" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "by hand"


def test_every_part_of_a_mapping_column_is_explained() -> None:
    assert sorted(ORIGIN) == sorted(mapping_form._ORIGIN)


def test_every_family_of_errors_has_a_name() -> None:
    assert sorted({family(code) for code in CODES} - set(FAMILIES)) == []
