"""The body of a search, as clients send it, to a predicate with typed values.

Which error wins: the query before the sort before the pagination; within a filter the field, then the operator, then
the value; within a group its own form, then its filters from first to last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock.core.attributes.definition import COMPANY, CONVERSATION, TICKET
from interlock.core.query.days import DateRules
from interlock.core.query.field import Field, InSegment
from interlock.core.query.fields import fields_of
from interlock.core.query.filter import ABSENT, NEGATIVE, POSITIVE, WHOLE, read_filter, shown
from interlock.core.query.page import bad_cursor
from interlock.core.query.predicate import And, Or, Predicate
from interlock.core.query.rules import read_membership
from interlock.core.query.thread_fields import ticket_attribute
from interlock.core.schema.schema import Schema
from interlock.kit import limits
from interlock.kit.problems import Problem, invalid, missing

PER_PAGE = {COMPANY: 15, CONVERSATION: 20, TICKET: 20}
"""Rows of a page where the search does not say. Other kinds: `limits.SEARCH_PER_PAGE`."""

_GROUPS: dict[str, type[And] | type[Or]] = {"AND": And, "OR": Or}


@dataclass(frozen=True, slots=True)
class Search:
    """What to find, in which order, and which page of it. `where` None: every record of the kind."""

    where: Predicate | None
    sort: tuple[Field, bool]  # the field, and whether the greatest comes first
    per_page: int = limits.SEARCH_PER_PAGE
    starting_after: str | None = None


def parse(body: Any, schema: Schema, kind: str, rules: DateRules) -> Search:
    """Read `{query, sort?, pagination?}`. Raises a 400 problem that names the field at fault."""
    if not isinstance(body, dict):
        raise invalid("The body must be an object")
    query = body.get("query")
    if query is None:
        raise missing("query is required", "query")
    fields = fields_of(schema, kind)
    where = _query(query, _Language(schema, kind, fields, rules), 0)
    sort = _sort(body.get("sort"), fields)
    per_page, starting_after = _pagination(body.get("pagination"), kind)
    return Search(where, sort, per_page, starting_after)


def default_sort(fields: Mapping[str, Field]) -> tuple[Field, bool]:
    """The newest record first. Ids sort by creation, and unlike a time no two are the same."""
    return fields["id"], True


# --- the tree


@dataclass(frozen=True, slots=True)
class _Language:
    """What the words of a search mean: those of one kind, in one workspace."""

    schema: Schema
    kind: str
    fields: Mapping[str, Field]
    rules: DateRules


def _query(query: Any, language: _Language, level: int) -> Predicate:
    if not isinstance(query, dict):
        raise invalid("A query must be an object with field, operator and value, or with operator and value", "query")
    if "field" not in query:
        return _group(query, language, level + 1)
    name, operator, value = query["field"], query.get("operator"), query.get("value", ABSENT)
    field = language.fields.get(name) if isinstance(name, str) else None
    if field is None and language.kind == TICKET and isinstance(name, str):
        field = ticket_attribute(name, operator, None if value is ABSENT else value)
    if field is None:
        raise Problem("invalid_field", f"{shown(name)} is not a valid search field", shown(name))
    if isinstance(field.place, InSegment):
        return read_membership(language.schema, language.fields, field, operator, value)
    return read_filter(name, field, operator, value, language.rules)


def _group(query: dict[str, Any], language: _Language, level: int) -> Predicate:
    settings = language.schema.workspace.settings
    operator, filters = query.get("operator"), query.get("value")
    group = _GROUPS.get(operator) if isinstance(operator, str) else None
    if group is None:
        if operator is None or (isinstance(operator, str) and (operator in POSITIVE or operator in NEGATIVE)):
            raise missing("A filter must have a field", "field")
        message = f"'{shown(operator)}' is not a valid operator. Must be one of: AND, OR"
        raise Problem("invalid_operator", message, "operator")
    if level > settings.search_levels:
        raise invalid(f"Queries may be nested at most {settings.search_levels} levels deep", "query")
    if not isinstance(filters, list) or not filters:
        raise invalid(f"The value of {operator} must be an array of at least one filter", "value")
    if len(filters) > settings.search_filters:
        raise invalid(f"A group may have at most {settings.search_filters} filters", "value")
    parts = tuple([_query(one, language, level) for one in filters])
    return parts[0] if len(parts) == 1 else group(parts)


# --- order and page


def _sort(sort: Any, fields: Mapping[str, Field]) -> tuple[Field, bool]:
    if sort is None:
        return default_sort(fields)
    if not isinstance(sort, dict):
        raise invalid("sort must be an object with field and order", "sort")
    field = default_sort(fields)[0]
    name, order = sort.get("field"), sort.get("order")
    if name is not None:
        found = fields.get(name) if isinstance(name, str) else None
        if found is None or not found.sortable:
            raise Problem("invalid_field", f"{shown(name)} is not a valid sort field", shown(name))
        field = found
    if order is not None and order not in ("ascending", "descending"):
        message = f"Invalid sort order '{shown(order)}'. Must be one of: ascending, descending"
        raise Problem("invalid_sort_order", message, "sort.order")
    return field, order != "ascending"


def _pagination(pagination: Any, kind: str) -> tuple[int, str | None]:
    if pagination is None:
        return PER_PAGE.get(kind, limits.SEARCH_PER_PAGE), None
    if not isinstance(pagination, dict):
        raise invalid("pagination must be an object with per_page and starting_after", "pagination")
    per_page, after = pagination.get("per_page"), pagination.get("starting_after")
    if per_page is None:
        per_page = PER_PAGE.get(kind, limits.SEARCH_PER_PAGE)
    elif isinstance(per_page, str) and WHOLE.fullmatch(per_page):
        per_page = int(per_page)
    if not isinstance(per_page, int) or isinstance(per_page, bool) or not 1 <= per_page <= limits.PER_PAGE_MAX:
        raise invalid(f"per_page must be an integer from 1 to {limits.PER_PAGE_MAX}", "per_page")
    if after is not None and not isinstance(after, str):
        raise bad_cursor()
    return per_page, after or None
