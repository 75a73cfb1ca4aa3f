# SPDX-License-Identifier: Apache-2.0
"""Write the pages that follow from the code: tables, errors, commands, mapping files, and the inventory.

    python tools/make_reference.py            write docs/reference/{tables,errors,cli,roles,...}.md and,
                                              between its two marks, the inventory of ARCHITECTURE.md
    python tools/make_reference.py --check    write nothing; exit code 1 when one of them is stale

A page says in its first line that it is made; change the code it is made from, then run `make docs`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from reference.commands import commands_page
from reference.errors import errors_page
from reference.inventory import with_inventory
from reference.mapping_files import mapping_page
from reference.metrics import cards_page, metrics_page
from reference.roles import roles_page
from reference.sources import sources_page
from reference.tables import tables_page

from percontact.report.charts.tokens import css

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with --check say which are stale. Returns the exit code."""
    made = pages()
    stale = [name for name, text in made.items() if not is_fresh(name, text)]
    if "--check" in arguments:
        for name in stale:
            print(f"{name} is stale: run `make docs`.", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(made[name], encoding="utf-8")
    print(f"Wrote {len(stale)} of {len(made)} pages anew.")
    return 0


def pages() -> dict[str, str]:
    """Path from the root -> text of every page that is made, whole or in part."""
    found = {
        "docs/reference/tables.md": tables_page(),
        "docs/reference/errors.md": errors_page(),
        "docs/reference/cli.md": commands_page(),
        "docs/reference/mapping.md": mapping_page(),
        "docs/reference/sources.md": sources_page(),
        "docs/reference/metrics.md": metrics_page(),
        "docs/reference/cards.md": cards_page(),
        "docs/reference/roles.md": roles_page(),
        "src/percontact/web/front/tokens.css": css(),
    }
    architecture = ROOT / "ARCHITECTURE.md"
    if architecture.is_file():
        found["ARCHITECTURE.md"] = with_inventory(architecture.read_text(encoding="utf-8"))
    return found


def is_fresh(name: str, text: str) -> bool:
    """Whether the page on disk is the one that would be made now."""
    file = ROOT / name
    return file.is_file() and file.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
