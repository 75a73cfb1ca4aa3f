# SPDX-License-Identifier: Apache-2.0
"""Secrets that are given out once and kept as a hash: of links, sessions and tokens.

They are 256 random bits, so a plain SHA-256 is enough: nobody can try them all. Passwords are short and need
more (`passwords.py`).
"""

from __future__ import annotations

import hashlib
import secrets

SECRET_BYTES = 32


def new_secret() -> str:
    """43 signs that stand in addresses and cookies as they are."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """What is kept of a secret: 64 hex digits.

    >>> digest("a")[:8]
    'ca978112'
    """
    return hashlib.sha256(secret.encode()).hexdigest()
