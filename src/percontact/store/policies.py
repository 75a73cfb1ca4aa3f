# SPDX-License-Identifier: Apache-2.0
"""The policy's file and its former texts: who put which in force when. None is ever lost or changed.

policies/0003.yaml    a text, as it was in force
policies/0003.json    since when, by whom, why

What was edited by hand in policy.yaml becomes a version of its own as soon as another is put in force here.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from percontact.store.manifest import writing
from percontact.store.place import make_folder, place, sync_folder
from percontact.values.problem import PercontactError, problem

POLICY_FILE = "policy.yaml"
FOLDER = "policies"


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A text that was put in force.

    number   from 1
    at       when (UTC); of one edited by hand, when its file was last written
    who      the person's name, or "" where it is not known
    because  why, in their words
    digest   of its text
    """

    number: int
    at: datetime
    who: str
    because: str
    digest: str


def policy_text(root: Path) -> str | None:
    """The text in force; None where there is none, so that the textbook formula stands in.

    Raises E-POL-01 where it cannot be read.
    """
    file = root / POLICY_FILE
    if not os.path.lexists(file):
        return None
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        why = "Guessing an encoding can change the names that its rules match."
        raise problem("E-POL-01", POLICY_FILE, "it is not UTF-8", why, "Save it as UTF-8.") from error
    except OSError as error:
        what = f"it cannot be read: {error.strerror or type(error).__name__}"
        why = "Going on without it would divide all cost by contacts, which is not what it says."
        raise problem("E-POL-01", str(file), what, why, "Put a file that can be read there.") from error


def digest_of(text: str | None) -> str:
    """What names a text: 16 hex digits; of no text "none"."""
    return "none" if text is None else hashlib.sha256(text.encode()).hexdigest()[:16]


def versions(root: Path) -> list[PolicyVersion]:
    """All that is kept, oldest first."""
    found = []
    for file in sorted((root / FOLDER).glob("[0-9]*.json")):
        told = json.loads(file.read_text("utf-8"))
        found.append(PolicyVersion(**{**told, "at": datetime.fromisoformat(told["at"])}))
    return found


def version_text(root: Path, number: int) -> str:
    """The text of a version. Raises E-ARG-01 where there is none of that number."""
    file = root / FOLDER / f"{number:04d}.yaml"
    if not file.is_file():
        known = ", ".join(str(v.number) for v in versions(root))
        why = f"The versions are {known}." if known else "A version is kept when another is put in force."
        what = f"there is no version {number} of the policy"
        raise problem("E-ARG-01", "policy", what, why, "Choose one of the list: percontact policy history.")
    return file.read_text("utf-8")


def put_policy(
    root: Path, text: str, *, based_on: str | None = None, who: str = "", because: str = ""
) -> PolicyVersion:
    """Put a text in force; what was in force before is kept.

    based_on  digest of the text that it was made from; None = whatever is in force
    Raises E-POL-04 where another was put in force meanwhile; then nothing is changed.
    """
    with writing(root):
        now = policy_text(root)
        if based_on is not None and based_on != digest_of(now):
            raise _changed(root, now)
        known = versions(root)
        if now is not None and (not known or known[-1].digest != digest_of(now)):
            written = datetime.fromtimestamp((root / POLICY_FILE).stat().st_mtime, UTC)
            said = "" if not known else "edited in the file"
            known.append(_keep(root, len(known) + 1, now, written, "", said))
        if now == text:
            return known[-1]
        # Kept first: a crash in between leaves a version that was never in force, and loses nothing.
        made = _keep(root, len(known) + 1, text, datetime.now(UTC), who or _user(), because)
        _write(root, text)
        return made


def _keep(root: Path, number: int, text: str, at: datetime, who: str, because: str) -> PolicyVersion:
    version = PolicyVersion(number, at.replace(microsecond=0), who, because, digest_of(text))
    told = asdict(version) | {"at": version.at.isoformat()}
    make_folder(root / FOLDER)
    for name, content in ((f"{number:04d}.yaml", text), (f"{number:04d}.json", json.dumps(told))):
        draft = root / FOLDER / f".{name}.{secrets.token_hex(4)}"
        draft.write_bytes(content.encode())
        # One that crashed left its text here, without the line that names it.
        (root / FOLDER / name).unlink(missing_ok=True)
        place(draft, root / FOLDER / name)
        draft.unlink()
    return version


def _write(root: Path, text: str) -> None:
    """The file is the old one or the new one at any moment, never half of one."""
    file = (root / POLICY_FILE).resolve()  # a link stays a link
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("wb") as out:
            out.write(text.encode())
            out.flush()
            os.fsync(out.fileno())
        if file.exists():
            draft.chmod(file.stat().st_mode)
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        what = f"the policy cannot be written: {error.strerror or type(error).__name__}"
        do = "Make room, or ask who owns the folder for the right to write there."
        raise problem("E-FILE-08", str(file), what, "What was there is as it was.", do) from error
    sync_folder(file.parent)


def _changed(root: Path, now: str | None) -> PercontactError:
    last = next(iter(reversed(versions(root))), None)
    if now is None:
        what = "there is no policy any more"
    elif last is not None and last.digest == digest_of(now):
        what = f"version {last.number} of the policy was put in force meanwhile"
    else:
        what = "the policy was edited in its file meanwhile"
    why = "Saving yours would undo what was changed without a word."
    do = "Compare the two, bring what is theirs into yours, and save again."
    return problem("E-POL-04", POLICY_FILE, what, why, do)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
