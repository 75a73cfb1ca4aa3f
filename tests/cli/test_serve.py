# SPDX-License-Identifier: Apache-2.0
"""`percontact serve` where the app cannot be served."""

import sys

import pytest


def test_without_the_extra_web_it_says_what_to_install(shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [m for m in sys.modules if m.startswith("percontact.web")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "fastapi", None)
    ran = shell("serve", "--port", "0")
    assert ran.code == 1
    assert "fastapi is not installed        E-LIB-01" in ran.err
    assert "pip install 'percontact[web]'" in ran.err
