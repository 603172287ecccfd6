"""The types of attributes: a file for each, and this table of how the values of each are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from interlock.core.attributes import definition
from interlock.core.attributes.definition import Attribute
from interlock.core.attributes.types import boolean, datetime, decimal, files, integer, options, reference, string
from interlock.core.attributes.types.reference import LinkWrite
from interlock.kit.problems import Problem

Value = str | int | float | bool | list[str]

READERS: dict[str, Callable[[Any, bool, Attribute], Value | LinkWrite | Problem]] = {
    definition.STRING: string.read,
    definition.INTEGER: integer.read,
    definition.DECIMAL: decimal.read,
    definition.BOOLEAN: boolean.read,
    definition.DATETIME: datetime.read,
    definition.LIST: options.read,
    definition.REFERENCE: reference.read,
    definition.FILES: files.read,
}
