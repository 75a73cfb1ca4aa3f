# SPDX-License-Identifier: Apache-2.0
"""docs/screens.md shows each page of the app; `make screenshots` takes the pictures."""

import re
from pathlib import Path

from take_screenshots import FOLDER, PAGE, shots, slug

from percontact.web.screens import SCREENS

MOST_BYTES = 2_000_000
SHOWN = re.compile(r"^!\[(.+)\]\(screens/([a-z0-9-]+)\.webp\)$", re.M)


def test_each_page_of_the_app_has_its_picture() -> None:
    shown = {name for _, name in SHOWN.findall(PAGE.read_text("utf-8"))}
    missing = [s.path for s in SCREENS if slug(s.path) not in shown or not _file(slug(s.path)).is_file()]
    assert missing == [], "run `make screenshots`"


def test_the_page_shows_each_picture_once_and_nothing_else_lies_there() -> None:
    shown = [name for _, name in SHOWN.findall(PAGE.read_text("utf-8"))]
    assert sorted(shown) == sorted(shot.name for shot in shots())
    assert sorted(shown) == sorted(file.stem for file in FOLDER.iterdir())


def test_each_picture_says_in_a_sentence_what_it_shows() -> None:
    assert all(len(alt.partition(": ")[2]) >= 5 for alt, _ in SHOWN.findall(PAGE.read_text("utf-8")))


def test_the_pictures_are_small_and_are_pictures() -> None:
    files = list(FOLDER.glob("*.webp"))
    assert all(file.read_bytes()[:4] == b"RIFF" for file in files)
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


def _file(name: str) -> Path:
    return FOLDER / f"{name}.webp"
