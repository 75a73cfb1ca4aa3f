# SPDX-License-Identifier: Apache-2.0
"""JSON: the answer for programs. Money and values are decimal strings, unknown is null, no float."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from percontact.report.cells import rounded
from percontact.report.document import Document
from percontact.report.statement import Comparison, Line, OtherForm, PoolLine, Proof, Statement
from percontact.report.tables import COVERAGE, coverage, dimension_names, in_order
from percontact.values.money import cents_text, plain

VALUE_DIGITS = 6
"""Decimals of a cost of one; below, digits say more than the data knows."""


def render(document: Document) -> str:
    """The answer's JSON object, ending with a line end."""
    lines = ",\n".join(f"  {_json(key)}: {_value_of(value)}" for key, value in document.data.items())
    return f"{{\n{lines}\n}}\n"


def _value_of(value: object) -> str:
    """A value in one line; a list of objects with one object a line, for people who read or compare."""
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(f"    {_json(item)}" for item in value) + "\n  ]"
    return _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_written, allow_nan=False)


def _written(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value, at_least=0)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a document's data holds a {type(value).__name__}; JSON has no such thing")


def statement_object(s: Statement) -> dict[str, object]:
    """The object of `percontact cost --format json`; its keys are a promise (docs/reference/json.md)."""
    return {
        "headline": s.headline,
        "currency": s.currency,
        "basis": s.basis,
        "per": s.per,
        "grain": s.grain,
        "span": s.span,
        "by": list(s.by),
        "where": list(s.where),
        "rows": [_row(s, line) for line in in_order(s)],
        "total": _numbers(s, s.total),
        "reconciliation": _reconciliation(s.proof, s.currency),
        "pools": [_pool(p, s.currency) for p in s.pools],
        "shared": [
            {"pool": x.pool, "driver": x.driver, "to": x.to, "amount": _money(x.cents, s.currency)}
            for x in s.shared
        ],
        "comparisons": [_comparison(c, s.currency) for c in s.comparisons],
        "other_forms": [_other_form(f, s.currency) for f in s.other_forms],
        "notes": list(s.notes),
        "amounts": s.amounts,
        "policy": s.policy,
        "snapshot": s.snapshot,
        "demo": s.demo,
    }


def _row(s: Statement, line: Line) -> dict[str, object]:
    dimensions = dict(zip(dimension_names(s), line.values, strict=True))
    label = {"label": line.label} if line.label else {}
    return {"period": line.period, **dimensions, **label, **_numbers(s, line)}


def _numbers(s: Statement, line: Line) -> dict[str, object]:
    found: dict[str, object] = {"cost": _money(line.cents, s.currency), "contacts": line.contacts}
    if s.per != "contact":
        found["denominator"] = _quantity(line.denominator)
    if line.covered is not None:
        found["covered"] = _money(line.covered, s.currency)
    shares = coverage(line)
    found["value"] = _value(line.value)
    found["coverage"] = shares and dict(zip(COVERAGE, map(plain, shares), strict=True))
    return found


def _reconciliation(p: Proof, currency: str) -> dict[str, object]:
    return {
        "ledger": _money(p.ledger, currency),
        "assigned": _money(p.assigned, currency),
        "unused": _money(p.unused, currency),
        "unassigned": _money(p.unassigned, currency),
        "rounding": _money(p.rounding, currency),
        "difference": _money(p.difference, currency),
        "unclaimed": _money(p.unclaimed, currency),
        "outside": _money(p.outside, currency),
    }


def _pool(p: PoolLine, currency: str) -> dict[str, object]:
    return {
        "pool": p.pool,
        "driver": p.driver,
        "cost": _money(p.cost, currency),
        "assigned": _money(p.assigned, currency),
        "unused": _money(p.unused, currency),
        "unassigned": _money(p.unassigned, currency),
        "quantity": _quantity(p.quantity),
        "capacity": _quantity(p.capacity),
        "unit": p.unit,
        "rate": _value(p.rate),
        "because": p.because,
    }


def _comparison(c: Comparison, currency: str) -> dict[str, object]:
    return {
        "name": c.name,
        "period": c.period,
        "cost": _money(c.cents, currency),
        "denominator": _quantity(c.denominator),
        "value": _value(c.value),
        "change": _value(c.change),
        "missing": c.missing or None,
    }


def _other_form(f: OtherForm, currency: str) -> dict[str, object]:
    return {
        "name": f.name,
        "value": _value(f.value),
        "cost": _money(f.cents, currency),
        "denominator": _quantity(f.denominator),
        "unit": f.unit,
        "says": f.says,
    }


def _money(cents: int | None, currency: str) -> str | None:
    return None if cents is None else cents_text(cents, currency)


def _value(value: Decimal | None) -> str | None:
    return None if value is None else plain(rounded(value, VALUE_DIGITS))


def _quantity(number: Decimal | None) -> str | None:
    return None if number is None else plain(rounded(number, 6), at_least=0)
