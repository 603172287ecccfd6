"""The metadata of an event: what it may hold, and what it must be like.

Sources: engagement.md 5, description 2.16 (createDataEvent). What they leave open is decided so:

* the first ten keys count, as they were sent; what follows is ignored, whatever it is;
* null says nothing, and takes no place among the ten; true and false are kept as they are;
* a number under a name that ends in `_date` is a moment, in whole Unix seconds; text there stays text;
* a rich link is `{"url", "value"}`, an amount of money `{"amount", "currency"}`, and neither has anything beside that;
* an amount is a whole number of cents above zero, a currency three letters;
* a text has at most 2,048 characters (as addresses have), a name 190.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from interlock.core.attributes.text import shown, storable
from interlock.kit import limits
from interlock.kit.problems import Problem, invalid

_LINK, _MONEY = frozenset({"url", "value"}), frozenset({"amount", "currency"})
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)


def clean(raw: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is kept. Raises 400 `parameter_invalid` that names the first key at fault."""
    kept: dict[str, Any] = {}
    for name, value in (raw or {}).items():
        if len(kept) == limits.EVENT_METADATA:
            break
        if value is not None:
            kept[_name(name)] = _value(name, value)
    return kept


def _name(name: str) -> str:
    if not name.strip() or len(name) > limits.NAME_CHARS or not storable(name):
        raise invalid(f"A name in metadata must have 1 to {limits.NAME_CHARS} characters", f"metadata.{shown(name)}")
    return name


def _value(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(name, value)
    if isinstance(value, int | float):
        return _number(name, value)
    if isinstance(value, dict) and value.keys() == _LINK:
        return _link(name, value)
    if isinstance(value, dict) and value.keys() == _MONEY:
        return _money(name, value)
    raise _refuse(name, "must be text, a number, {url, value} or {amount, currency}: nothing else may be nested")


def _text(name: str, value: str) -> str:
    if len(value) > limits.EVENT_TEXT_CHARS:
        raise _refuse(name, f"must be at most {limits.EVENT_TEXT_CHARS} characters")
    if not storable(value):
        raise _refuse(name, "must not contain NUL characters or lone surrogates")
    return value


def _number(name: str, value: int | float) -> int | float:
    if name.endswith("_date"):
        if isinstance(value, float) and value % 1 == 0:
            value = int(value)
        if not isinstance(value, int):
            raise _refuse(name, "must be whole Unix seconds, as its name ends in _date")
        if abs(value) >= limits.MILLISECONDS_FROM:
            raise _refuse(name, "looks like milliseconds: send Unix seconds")
        return value
    if isinstance(value, float) and not isfinite(value):
        raise _refuse(name, "must be a finite number")
    if isinstance(value, int) and not limits.INTEGER_MIN <= value <= limits.INTEGER_MAX:
        raise _refuse(name, "must be a whole number of at most 64 bits")
    return value


def _link(name: str, value: dict[str, Any]) -> dict[str, Any]:
    url, label = value["url"], value["value"]
    if not isinstance(url, str) or not _ADDRESS.fullmatch(url):
        raise _refuse(name, "must have an http or https address in `url`")
    if isinstance(label, bool) or not isinstance(label, str | int | float):
        raise _refuse(name, "must have text in `value`")
    label = _text(name, label) if isinstance(label, str) else _number("", label)
    return {"url": _text(name, url), "value": label}


def _money(name: str, value: dict[str, Any]) -> dict[str, Any]:
    amount, currency = value["amount"], value["currency"]
    if type(amount) is not int or not 0 < amount <= limits.INTEGER_MAX:
        raise _refuse(name, "must have a positive whole number of cents in `amount`")
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise _refuse(name, "must have the three letters of a currency in `currency`")
    return {"amount": amount, "currency": currency}


def _refuse(name: str, why: str) -> Problem:
    return invalid(f"metadata.{shown(name)} {why}", f"metadata.{shown(name)}")
