# SPDX-License-Identifier: Apache-2.0
"""A small company of the demo's kind, and the app over it, asked by HTTP without a socket."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.web import make_app
from tests.people.conftest import quick_hashes

__all__ = ["app", "own_company", "quick_hashes"]


@pytest.fixture
def own_company(company_as_made: Path, tmp_path: Path) -> Path:
    """A copy of the company that a test may change."""
    return Path(shutil.copytree(company_as_made, tmp_path / "company"))


@pytest.fixture(scope="session")
def app(company: Path) -> Iterator[TestClient]:
    """The app over the company, for who only reads."""
    with TestClient(make_app(company), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client
