"""Data attributes as JSON, at the newest version."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from interlock.core.attributes.definition import COMPANY, CONTACT, LIST, STRING, Attribute, Option
from interlock.core.attributes.standard import StandardAttribute
from interlock.core.attributes.wire import from_rest, rest_data_type
from interlock.core.definitions.wanted import AttributeChange, WantedAttribute
from interlock.kit.problems import Problem, invalid, missing

MODELS = (CONTACT, COMPANY)


class CreateBody(msgspec.Struct):
    """`model` is contact or company; `data_type` is string, integer, float, boolean, datetime, date or, with at least
    two `options`, options."""

    name: Any = None
    model: Any = None
    data_type: Any = None
    description: str | None = None
    messenger_writable: bool | None = None
    options: Any = None


class UpdateBody(msgspec.Struct):
    """What is absent stays. Name and type never change here."""

    archived: bool | None = None
    description: str | None = None
    messenger_writable: bool | None = None
    options: Any = None


class DataAttribute(msgspec.Struct, omit_defaults=True):
    """An attribute of people or companies; before 2.16 of conversations, too. Only custom ones have an `id`."""

    type: Literal["data_attribute"]
    model: Literal["contact", "company", "conversation"]
    name: str
    full_name: str
    label: str
    description: str
    data_type: Literal["string", "integer", "float", "boolean", "date"]
    api_writable: bool
    messenger_writable: bool
    ui_writable: bool
    custom: bool
    archived: bool
    id: int | msgspec.UnsetType = msgspec.UNSET
    options: list[str] | msgspec.UnsetType = msgspec.UNSET
    created_at: int | msgspec.UnsetType = msgspec.UNSET
    updated_at: int | msgspec.UnsetType = msgspec.UNSET
    admin_id: str | msgspec.UnsetType = msgspec.UNSET


class DataAttributeList(msgspec.Struct):
    type: Literal["list"]
    data: list[DataAttribute]


def read_create(body: CreateBody) -> tuple[str, WantedAttribute]:
    """The model and what is wanted of it.

    When several things are wrong, the first of these counts: model, no name, type, options; then what `define.py`
    says of the name. The texts are Intercom's where it has one.
    """
    if body.model not in MODELS:
        raise invalid("The Data Attribute model field must be either contact or company", "model")
    if body.name is None:
        raise missing("name not specified", "name")
    data_type = from_rest(body.data_type)
    if isinstance(data_type, Problem):
        raise data_type
    options = read_options(body.options) or ()
    if options and data_type == STRING:
        data_type = LIST  # as lists are read, and as they were made before 2.14
    writable = body.messenger_writable is True  # what Intercom answers to those who do not say: see its example
    return body.model, WantedAttribute(body.name, data_type, body.description or "", options, writable)


def read_update(body: UpdateBody) -> AttributeChange:
    return AttributeChange(body.description, body.archived, body.messenger_writable, read_options(body.options))


def read_options(raw: Any) -> tuple[Option, ...] | None:
    """`[{"value": "1-10"}]`; texts alone are taken too, as they are read. None for none."""
    if raw is None:
        return None
    if not isinstance(raw, list):
        raise invalid("Options isn't an array", "options")
    return tuple(_option(one) for one in raw)


def _option(raw: Any) -> Option:
    value = raw.get("value") if isinstance(raw, dict) else raw
    if not isinstance(value, str):
        raise invalid("Each option must be an object with a text as its value", "options")
    return Option(value)


def custom(one: Attribute) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": one.id,
        "type": "data_attribute",
        "name": one.name,
        "full_name": one.full_name,
        "label": one.name,
        "description": one.description,
        "data_type": rest_data_type(one),
        "api_writable": True,
        "ui_writable": True,
        "messenger_writable": one.messenger_writable,
        "custom": True,
        "archived": one.archived,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "model": one.kind,
    }
    if one.data_type == LIST:
        shown["options"] = [option.value for option in one.choices]
    if one.admin_id is not None:
        shown["admin_id"] = str(one.admin_id)
    return shown


def standard(one: StandardAttribute) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": "data_attribute",
        "name": one.name,
        "full_name": one.full_name,
        "label": one.label,
        "description": one.description,
        "data_type": one.data_type,
        "api_writable": one.api_writable,
        "ui_writable": one.ui_writable,
        "messenger_writable": one.messenger_writable,
        "custom": False,
        "archived": False,
        "model": one.model,
    }
    if one.options:
        shown["options"] = list(one.options)
    return shown
