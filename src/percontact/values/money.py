# SPDX-License-Identifier: Apache-2.0
"""Money: a whole number of 1e-12 units of one currency, never a float.

Every amount in percontact is an integer count of *pico* units (1e-12 of the currency), so sums are
exact in any order and any grouping. Cents are made only where a person reads them, each amount by
itself, so that one quantity has the same cents wherever it stands.
Source: engine measurements, `docs/decisions/0002-money-as-integers.md`; largest remainder (Hamilton).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext

from percontact.values.currencies import DECIMALS

PICO = 10**12
"""Pico units in one unit of a currency."""


def minor_digits(currency: str) -> int:
    """Decimals of a currency's smallest coin: 2 for EUR, 0 for JPY (ISO 4217)."""
    return DECIMALS.get(currency, 2)


def to_pico(amount: Decimal | int | str) -> int:
    """Read an exact decimal amount as whole pico units.

    Raises ValueError when the text is no number or has more than twelve decimals.

    >>> to_pico("2.50")
    2500000000000
    """
    with localcontext() as ctx:
        ctx.prec = 60
        try:
            scaled = Decimal(amount).scaleb(12)
        except InvalidOperation as error:
            raise ValueError(f"not an amount: {amount!r}") from error
        whole = int(scaled)
        if scaled != whole:
            raise ValueError(f"more than twelve decimals: {amount!r}")
        return whole


def from_pico(pico: int) -> Decimal:
    """The exact decimal of a pico amount, all digits kept."""
    with localcontext() as ctx:
        ctx.prec = 60
        return Decimal(pico).scaleb(-12)


def plain(amount: Decimal, *, at_least: int = 2) -> str:
    """Write a decimal without exponent, with no idle zeros past `at_least` decimals.

    >>> plain(Decimal("2.500000")), plain(Decimal("3.3333"))
    ('2.50', '3.3333')
    """
    text = format(amount, "f")
    head, _, tail = text.partition(".")
    tail = tail.rstrip("0").ljust(at_least, "0")
    return f"{head}.{tail}" if tail else head


def divide(numerator: int, denominator: int) -> int:
    """Whole-number division, rounded half to even; the denominator must not be zero."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and quotient % 2):
        quotient += 1
    return quotient


def cents(pico: int, currency: str) -> int:
    """One amount in whole minor units, half to even: the same wherever it stands."""
    return divide(pico, 10 ** (12 - minor_digits(currency)))


def cents_text(amount_cents: int, currency: str) -> str:
    """Minor units as a decimal string: 1234 EUR cents -> "12.34"."""
    digits = minor_digits(currency)
    return format(Decimal(amount_cents).scaleb(-digits), "f") if digits else str(amount_cents)


def split(pico: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount in proportion to whole weights, exactly: the parts sum to the amount.

    Largest remainder, ties to the earlier part. Raises ValueError when the weights sum to zero, because
    an amount without a driver has no owner and must stay visible instead.

    >>> split(100, [1, 1, 1])
    [34, 33, 33]
    """
    total = sum(weights)
    if total == 0:
        raise ValueError("weights sum to zero")
    parts = [pico * w // total for w in weights]
    missing = pico - sum(parts)
    order = sorted(range(len(parts)), key=lambda i: (-((pico * weights[i]) % total), i))
    for i in order[:missing]:
        parts[i] += 1
    return parts


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency.

    pico      whole units of 1e-12 of the currency (any sign)
    currency  ISO 4217 code

    Adding two currencies raises ValueError: converting needs a dated rate, which is `costing.fx`'s work.

    >>> Money.of("10000", "EUR") + Money.of("0.5", "EUR")
    Money('10000.50', 'EUR')
    """

    pico: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Money:
        """Money from an exact decimal amount."""
        return cls(to_pico(amount), currency)

    @property
    def amount(self) -> Decimal:
        """The exact decimal amount."""
        return from_pico(self.pico)

    def rounded(self) -> str:
        """The amount in minor units, as text: "2.50"."""
        return cents_text(cents(self.pico, self.currency), self.currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot add {self.currency} and {other.currency} without a rate")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.pico + other.pico, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.pico - other.pico, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.pico, self.currency)

    def __repr__(self) -> str:
        return f"Money({plain(self.amount)!r}, {self.currency!r})"

    def __str__(self) -> str:
        return f"{self.currency} {self.rounded()}"
