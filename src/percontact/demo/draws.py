# SPDX-License-Identifier: Apache-2.0
"""Chance without a generator: every draw is a hash of the seed, of who draws and of what is drawn.

A row's luck therefore does not depend on other rows, on threads or on the order of work. The company with
its stories and the one without share every draw, so they differ only where a story says so.
"""

from __future__ import annotations

from hashlib import blake2b
from math import cos, log, pi, sqrt

import duckdb

ROOM_BITS = 28
"""Keys of one kind of row lie within 2^28 of each other: key = kind x 2^28 + number."""

# Two rounds of the 32-bit finaliser of MurmurHash3 (A. Appleby, public domain), over the key and then over
# the stream. Every product stays below 2^64, which DuckDB would otherwise refuse as an overflow.
_MACROS = """
CREATE MACRO scramble_1(x) AS (xor(x, x >> 16) * 2246822507::UBIGINT) & 4294967295::UBIGINT;
CREATE MACRO scramble_2(x) AS (xor(x, x >> 13) * 3266489909::UBIGINT) & 4294967295::UBIGINT;
CREATE MACRO scrambled(x) AS scramble_2(scramble_1(x));
CREATE MACRO mixed(x) AS xor(scrambled(x), scrambled(x) >> 16);
CREATE MACRO luck(k) AS mixed(k::UBIGINT);
CREATE MACRO bits(luck, stream) AS
    mixed(xor(luck, ({seed}::UBIGINT + stream::UBIGINT * 2654435761::UBIGINT) & 4294967295::UBIGINT));
CREATE MACRO u(luck, stream) AS (bits(luck, stream)::DOUBLE + 0.5::DOUBLE) / 4294967296::DOUBLE;
CREATE MACRO z(luck, stream) AS
    sqrt(-2::DOUBLE * ln(u(luck, stream))) * cos(6.283185307179586::DOUBLE * u(luck, stream + 1));
CREATE MACRO slot(luck, stream) AS (bits(luck, stream) % 1000)::INTEGER;
CREATE MACRO code_of(prefix, k) AS printf(prefix || '-%08x', mixed(xor(k::UBIGINT, {seed}::UBIGINT)));
"""


def install_draws(con: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Teach a connection to draw.

    luck(key)            a row's own 32 bits, made once; different keys below 2^32 get different luck
    u(luck, stream)      uniform in (0, 1)
    z(luck, stream)      standard normal; uses the streams `stream` and `stream + 1`
    slot(luck, stream)   whole number 0-999, to look a choice up in a table of a thousand slots
    code_of(prefix, key) a name that says nothing; different keys below 2^32 get different names
    """
    con.execute(_MACROS.format(seed=_number("seed", seed) >> 32))


def uniform(seed: int, *who: object) -> float:
    """The draw in (0, 1) of whoever is named, for the few rows that are made in Python.

    >>> uniform(7, "ledger", "6000") == uniform(7, "ledger", "6000") != uniform(8, "ledger", "6000")
    True
    """
    return (_number(seed, *who) + 0.5) / 2**64


def normal(seed: int, *who: object) -> float:
    """The standard normal draw of whoever is named (Box and Muller, 1958)."""
    return sqrt(-2 * log(uniform(seed, *who))) * cos(2 * pi * uniform(seed, *who, "angle"))


def _number(*who: object) -> int:
    text = "\x1f".join(str(part) for part in who)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
