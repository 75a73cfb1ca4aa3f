# SPDX-License-Identifier: Apache-2.0
"""The words of meaning.yaml: what headers and cells are called in several languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def words() -> dict[str, Any]:
    """meaning.yaml, every scalar as text."""
    text = (files("percontact.ingest") / "meaning.yaml").read_text(encoding="utf-8")
    tree: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return tree
