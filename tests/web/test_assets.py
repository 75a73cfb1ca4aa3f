# SPDX-License-Identifier: Apache-2.0
"""What browsers load: built from locked packages, small, whole, and safe to keep for ever."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import make_assets
import pytest

from percontact.web import assets

ROOT = Path(__file__).resolve().parents[2]
FRONT = ROOT / "src" / "percontact" / "web" / "front"
BUILT = ROOT / "src" / "percontact" / "web" / "assets"
KB = 1000


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict[str, dict[str, object]]]:
    """What was built; `make test` builds it first."""
    if not (BUILT / "manifest.json").is_file():
        pytest.skip("nothing is built for browsers: make .venv/.assets")
    return json.loads((BUILT / "manifest.json").read_text(encoding="utf-8"))


def sent(manifest: dict, *names: str) -> int:
    return sum(manifest["files"][name].get("gzip", manifest["files"][name]["bytes"]) for name in names)


def test_every_file_is_the_one_that_was_built(manifest: dict) -> None:
    for about in manifest["files"].values():
        content = (BUILT / about["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == about["sha256"], about["file"]


def test_our_own_script_stays_under_15_kb(manifest: dict) -> None:
    assert sum(about.get("own", 0) for about in manifest["files"].values()) <= 15 * KB


def test_a_first_visit_stays_under_450_kb(manifest: dict) -> None:
    """All files but the font of further alphabets and the licences, packed; 60 KB are left for the page."""
    loaded = [name for name in manifest["files"] if name not in ("inter-ext.woff2", "licences.txt")]
    assert sent(manifest, *loaded) <= (450 - 60) * KB
    assert len(loaded) + 1 <= 12


def test_no_built_script_or_style_asks_for_anything_remote(manifest: dict) -> None:
    """An address in a script is not a request; in a style sheet, or imported, it is."""
    for name, about in manifest["files"].items():
        text = (BUILT / about["file"]).read_bytes().decode("utf-8", "replace")
        if name.endswith(".css"):
            assert re.findall(r"url\(\s*[\"']?(?:https?:)?//", text) == [], name
        if name.endswith(".js"):
            assert re.findall(r"import\(?\s*[\"'](?:https?:)?//", text) == [], name
            assert "sourceMappingURL" not in text, name


def test_no_script_of_ours_evaluates_text() -> None:
    """Under the pages' policy it would fail; here it is seen before."""
    for path in FRONT.glob("*.js"):
        assert (
            re.findall(r"\beval\(|new Function\(|innerHTML|setAttribute\(.style", path.read_text()) == []
        ), path


def test_what_others_made_is_named_with_its_licence(manifest: dict) -> None:
    licences = {one["name"]: one["licence"] for one in manifest["packages"]}
    assert licences["@fontsource-variable/inter"] == "OFL-1.1"
    assert licences["htmx.org"]
    assert licences["vega-view"] == "BSD-3-Clause"
    text = (BUILT / manifest["files"]["licences.txt"]["file"]).read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in text.upper()
    assert [name for name in licences if name not in text] == []


def test_the_lock_names_exact_versions_and_no_address() -> None:
    wanted = json.loads((FRONT / "package.json").read_text(encoding="utf-8"))
    for version in (wanted["dependencies"] | wanted["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    text = (FRONT / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert [name for name, about in packages.items() if name and not about.get("integrity")] == []


# -- several builds at once ----------------------------------------------------------------------------------


def test_of_several_who_fetch_the_packages_at_once_all_get_them_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three come to the same lock while nothing is there; each writes two files, none before all began"""
    monkeypatch.setattr(make_assets, "WORK", tmp_path / "build")
    lock, together = tmp_path / "package-lock.json", threading.Barrier(3)
    lock.write_text("{}")

    def fetch(folder: Path) -> None:
        (folder / "first").write_text("1")
        together.wait(60)
        (folder / "second").write_text("2")

    with ThreadPoolExecutor(3) as three:
        made = list(three.map(lambda _: make_assets.once("packages", lock, fetch), range(3)))
    assert len(set(made)) == 1
    assert {path.name: path.read_text() for path in made[0].iterdir()} == {"first": "1", "second": "2"}
    assert list((tmp_path / "build").iterdir()) == [made[0]], "nothing half-made is left"


def test_what_could_not_be_fetched_leaves_nothing_and_is_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_assets, "WORK", tmp_path / "build")
    lock = tmp_path / "package-lock.json"
    lock.write_text("{}")

    def breaks_off(folder: Path) -> None:
        (folder / "first").write_text("1")
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        make_assets.once("packages", lock, breaks_off)
    assert list((tmp_path / "build").iterdir()) == []
    made = make_assets.once("packages", lock, lambda folder: (folder / "first").write_text("1"))
    assert (made / "first").read_text() == "1"


def test_a_new_build_takes_the_place_of_the_older_and_of_nothing_else(tmp_path: Path) -> None:
    """Two builds one after the other into the same folder, of which one file stays the same"""
    at = tmp_path / "assets"
    for n, names in enumerate((["app-1.js", "font-1.woff2"], ["app-2.js", "font-1.woff2"])):
        made = tmp_path / f"made-{n}"
        made.mkdir()
        for name in names:
            (made / name).write_text(name)
        (made / "manifest.json").write_text(json.dumps(names))
        make_assets.put(made, at)
        assert sorted(path.name for path in at.iterdir()) == sorted([*names, "manifest.json"])
        assert json.loads((at / "manifest.json").read_text()) == names


# -- how they are sent --------------------------------------------------------------------------------------


def test_a_file_is_sent_packed_and_may_be_kept_for_ever(manifest: dict) -> None:
    name = assets.url("charts.js").removeprefix("/assets/")
    sent = assets.response(name, "gzip, deflate, br")
    assert sent.headers["content-encoding"] == "br"
    assert sent.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert sent.headers["content-type"] == "text/javascript; charset=utf-8"
    assert sent.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepts", "encoding"), [("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None), ("identity", None)]
)
def test_a_browser_gets_only_what_it_accepts(manifest: dict, accepts: str, encoding: str | None) -> None:
    name = assets.url("charts.js").removeprefix("/assets/")
    assert assets.response(name, accepts).headers.get("content-encoding") == encoding


@pytest.mark.parametrize("name", ["manifest.json", "../assets.py", "charts.js", "", "charts-00000000.js"])
def test_no_other_file_is_sent(manifest: dict, name: str) -> None:
    assert assets.response(name).status_code == 404


def test_a_name_that_is_not_built_is_told_at_once(manifest: dict) -> None:
    with pytest.raises(ValueError, match=r"chart\.js is no built file"):
        assets.url("chart.js")
