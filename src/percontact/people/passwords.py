# SPDX-License-Identifier: Apache-2.0
"""Passwords: which are taken, and how they are kept (argon2id).

At least 12 signs, whatever signs; none that holds the login or the name, none that everybody thinks of. No
rule about capitals or digits and no expiry: both make people choose worse ones.
Source: NIST SP 800-63B-4, section 3.1.1; RFC 9106, section 4 (second recommended option: 3 passes, 64 MiB).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from percontact.values.problem import PercontactError, problem

LEAST_SIGNS = 12
MOST_SIGNS = 200
FEWEST_DIFFERENT = 5
THOUGHT_OF = frozenset(
    (
        "password", "passwort", "passwd", "passwrd", "kennwort", "motdepasse", "contrasena", "letmein",
        "welcome", "willkommen", "qwerty", "qwertz", "azerty", "qwertyuiop", "qwertzuiop", "asdfghjkl",
        "iloveyou", "admin", "administrator", "percontact", "changeme", "secret", "master", "abcdefgh",
    )
)  # fmt: skip
"""What is left of the passwords that everybody thinks of when digits and punctuation are taken away."""

_COUNTED = "0123456789" * (MOST_SIGNS // 10 + 1)

HASHER = PasswordHasher()
# Each hashing needs 64 MiB: many at once would fill the memory.
_ROOM = threading.BoundedSemaphore(2)


def check_password(password: str, login: str, name: str) -> None:
    """Raises E-WHO-04 where a password is not taken for this person."""
    text = _plain(password)
    folded = text.casefold()
    words = {w for w in re.split(r"[^\w]+", f"{login} {name}".casefold()) if len(w) >= 4}
    if len(text) < LEAST_SIGNS:
        raise _not_taken(f"it has {len(text)} signs; it needs {LEAST_SIGNS}")
    if len(text) > MOST_SIGNS:
        raise _not_taken(f"it has {len(text)} signs; {MOST_SIGNS} is the most")
    if found := sorted(w for w in words if w in folded):
        raise _not_taken(f"it holds {found[0]!r}, which stands in the login or the name")
    if len(set(folded)) < FEWEST_DIFFERENT:
        raise _not_taken("it repeats a few signs")
    letters, digits = re.sub(r"[\W\d_]+", "", folded), re.sub(r"\D+", "", folded)
    if letters in THOUGHT_OF or (not letters and (digits in _COUNTED or digits in _COUNTED[::-1])):
        raise _not_taken("it is one that everybody thinks of")


def _not_taken(what: str) -> PercontactError:
    why = "A password that can be guessed lets anybody in under that name."
    do = f"Take at least {LEAST_SIGNS} signs: some words that do not belong together are easy to keep."
    return problem("E-WHO-04", "password", what, why, do)


def hash_password(password: str) -> str:
    """What is kept of a password: argon2id with its own salt."""
    with _ROOM:
        return HASHER.hash(_plain(password))


def is_password(kept: str | None, password: str) -> bool:
    """Whether this is the password that was kept; None takes as long as any and is no one's."""
    with _ROOM:
        try:
            HASHER.verify(_nobodys() if kept is None else kept, _plain(password))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a hash was made by weaker settings than today's, so it should be made anew."""
    return HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return HASHER.hash("nobody's")


def _plain(password: str) -> str:
    # The same word typed on two keyboards can come as different code points (RFC 8265).
    return unicodedata.normalize("NFC", password)
