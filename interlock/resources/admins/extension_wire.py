"""Teammates to be invited and changed: request bodies."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.attributes.text import storable
from interlock.core.staff.store import Admin
from interlock.kit import limits
from interlock.kit.problems import invalid

_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_ADDRESS = re.compile(r"https?://\S+", re.ASCII | re.IGNORECASE)


class RoleBody(msgspec.Struct):
    """A role is known by its name; teammates with the same one have the same role."""

    name: str


class _Fields(msgspec.Struct, kw_only=True):
    job_title: str | UnsetType | None = UNSET
    avatar: str | UnsetType | None = UNSET
    has_inbox_seat: bool | UnsetType = UNSET
    role: RoleBody | UnsetType | None = UNSET


class AdminBody(_Fields, kw_only=True):
    """What is absent stays; null clears. `avatar` is the address of a picture."""

    name: str | UnsetType = UNSET


class InviteBody(_Fields, kw_only=True):
    """Nothing is sent: the teammate can be assigned to at once."""

    name: str
    email: str


class DeletedAdmin(msgspec.Struct):
    id: str
    object: Literal["admin"]
    deleted: bool


def read_email(raw: str) -> str:
    """In small letters: addresses are compared without case."""
    email = raw.strip().lower()
    if len(email) > limits.STRING_CHARS or not storable(email) or not _EMAIL.fullmatch(email):
        raise invalid("email is not a valid email address", "email")
    return email


def read_admin(body: AdminBody | InviteBody) -> dict[str, Any]:
    """What is to be set, by name. 400 names the field."""
    values: dict[str, Any] = {}
    if body.name is not UNSET:
        values["name"] = _text("name", body.name, limits.STRING_CHARS)
        if values["name"] is None:
            raise invalid("name must not be empty", "name")
    if body.job_title is not UNSET:
        values["job_title"] = _text("job_title", body.job_title, limits.STRING_CHARS)
    if body.avatar is not UNSET:
        values["avatar"] = _text("avatar", body.avatar, limits.URL_CHARS)
        if values["avatar"] is not None and not _ADDRESS.fullmatch(values["avatar"]):
            raise invalid("avatar must be the address of a picture, with http or https", "avatar")
    if body.has_inbox_seat is not UNSET:
        values["has_inbox_seat"] = body.has_inbox_seat
    if body.role is not UNSET:
        name = body.role.name if body.role is not None else None
        values["role"] = _text("role.name", name, limits.STRING_CHARS)
    return values


def _text(field: str, raw: str | None, most: int) -> str | None:
    text = (raw or "").strip()
    if len(text) > most or not storable(text):
        raise invalid(f"{field} must be at most {most} characters of text", field)
    return text or None


def deleted(admin: Admin) -> dict[str, Any]:
    return {"id": str(admin.id), "object": "admin", "deleted": True}
