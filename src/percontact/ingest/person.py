# SPDX-License-Identifier: Apache-2.0
"""The keyed hash that stands for a person: the same person is recognised, nobody can be read back.

It is the first 20 hex digits (80 bits) of HMAC-SHA-256 under the workspace's key. Without the key a list of
likely names cannot be tried against the data; with it, the same person has the same hash in every file.
Source: RFC 2104; 80 bits keep the chance of two of ten million persons sharing a hash below 1 in 10^10.
"""

from __future__ import annotations

import hashlib
import hmac

from percontact.ingest.found import BLANKS

HASH_DIGITS = 20
_BLOCK_BYTES = 64  # of SHA-256 (RFC 2104)


def person_hash(key: bytes, value: str) -> str:
    """The hash that stands for a person's id, as stored: 20 hex digits, the value trimmed first.

    >>> person_hash(b"secret", "Ada") == person_hash(b"secret", " Ada "), len(person_hash(b"secret", "Ada"))
    (True, 20)
    """
    return hmac.new(key, value.strip(BLANKS).encode(), hashlib.sha256).hexdigest()[:HASH_DIGITS]


def as_stored(key: bytes, value: str) -> str:
    """A person's id as the Book holds it: its hash; what is a hash already, or nothing, is taken as it is."""
    is_hash = len(value) == HASH_DIGITS and all(c in "0123456789abcdef" for c in value)
    return value if not value or is_hash else person_hash(key, value)


def person_sql(key: bytes, text: str) -> str:
    """The same hash as an SQL expression over a trimmed text."""
    whole = (hashlib.sha256(key).digest() if len(key) > _BLOCK_BYTES else key).ljust(_BLOCK_BYTES, b"\0")
    inner, outer = (f"unhex('{bytes(b ^ pad for b in whole).hex()}')" for pad in (0x36, 0x5C))
    return f"left(sha256({outer} || unhex(sha256({inner} || encode({text})))), {HASH_DIGITS})"
