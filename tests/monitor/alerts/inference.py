"""Which labels an expression has, from those of its metrics: a label that cannot be there is an error of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import promql_parser as promql

from monitor.sample import FAMILIES, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

Labels = frozenset[str]

SCRAPE: Final = frozenset({"job", "instance"})
_PARTS: Final = {Kind.HISTOGRAM: ("_bucket", "_sum", "_count"), Kind.SUMMARY: ("_sum", "_count")}


def exported() -> dict[str, Labels]:
    """Return the labels of every series that the families become."""
    found: dict[str, Labels] = {}
    for family in FAMILIES:
        for part in _PARTS.get(family.kind, ("",)):
            bucket = {"le"} if part == "_bucket" else set()
            found[family.name + part] = frozenset({*family.labels, *bucket})
    return found


def emitted() -> dict[str, Labels]:
    """Return the same as a scrape brings it, and Prometheus' own."""
    return {"up": SCRAPE, **{name: labels | SCRAPE for name, labels in exported().items()}}


def labels_of(expression: promql.Expr, known: Mapping[str, Labels]) -> Labels:
    """Return the labels; raises AssertionError with the part that names an unknown metric or label."""
    found: Labels = frozenset()
    match expression:
        case promql.VectorSelector():
            found = _of_selector(expression, known)
        case promql.MatrixSelector():
            found = _of_selector(expression.vector_selector, known)
        case promql.AggregateExpr():
            found = _of_aggregate(expression, known)
        case promql.Call():
            found = _of_call(expression, known)
        case promql.BinaryExpr():
            found = _of_binary(expression, known)
        case promql.ParenExpr():
            found = labels_of(expression.expr, known)
        case _:
            assert isinstance(expression, promql.NumberLiteral | promql.StringLiteral), type(expression)
    return found


def _of_selector(selector: promql.VectorSelector, known: Mapping[str, Labels]) -> Labels:
    assert selector.name, selector
    assert selector.name in known, f"nobody emits {selector.name}"
    _require({matcher.name for matcher in selector.matchers.matchers}, known[selector.name], selector)
    return known[selector.name]


def _of_aggregate(expression: promql.AggregateExpr, known: Mapping[str, Labels]) -> Labels:
    inside = labels_of(expression.expr, known)
    if expression.modifier is None:
        return frozenset()
    assert expression.modifier.type == promql.AggModifierType.By
    kept = frozenset(expression.modifier.labels)
    _require(kept, inside, expression)
    return kept


def _of_call(call: promql.Call, known: Mapping[str, Labels]) -> Labels:
    arguments = call.args
    inside = [labels_of(one, known) for one in arguments]
    match call.func.name:
        case "label_replace":
            target, source = (arguments[index].val for index in (1, 3))
            _require({source}, inside[0], call)
            return inside[0] | {target}
        case "time" | "vector" | "scalar" | "absent":
            return frozenset()
        case "histogram_quantile":
            return inside[1] - {"le"}
        case _:
            return frozenset().union(*inside)


def _of_binary(expression: promql.BinaryExpr, known: Mapping[str, Labels]) -> Labels:
    left, right = labels_of(expression.lhs, known), labels_of(expression.rhs, known)
    matching = expression.modifier.matching if expression.modifier else None
    if matching is not None:
        _require(frozenset(matching.labels), left & right, expression)
    return left or right


def _require(wanted: frozenset[str] | set[str], there: Labels, part: promql.Expr) -> None:
    assert wanted <= there, f"{part.prettify()}: {sorted(wanted - there)} is not among {sorted(there)}"
