"""The resource inside a notification, as the workspace's version has it.

It is what the resource is like when the notification is made, which may be later than the change. A resource that is
gone by then, or was deleted by the change, is named only: its type, its id, and the id that the customer gave it.

Decided here, since no source shows them: a tag on a person is `{"type": "contact_tag", "contact", "tag"}`; what a
person said of a subscription type is `{"type": "contact_subscription", "contact", "subscription_type",
"consent_type"}`; who came to a company or left it is in `contact` of the company, and of a conversation likewise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from interlock.core.attributes.definition import COMPANY, CONTACT, CONVERSATION, TICKET
from interlock.core.changes.feed import Entry
from interlock.core.jobs import store as jobs
from interlock.core.objects import instances
from interlock.core.people import company as companies
from interlock.core.people import show as people
from interlock.core.records.store import COMPANIES, CONTACTS, CONVERSATIONS, TICKETS
from interlock.core.schema.schema import Schema
from interlock.core.staff import store as staff
from interlock.core.threads import show as conversations
from interlock.core.threads import store as threads
from interlock.core.threads import ticket_show as tickets
from interlock.kit import html
from interlock.kit.problems import Problem
from interlock.resources.custom_object_instances import wire as instance_wire
from interlock.shapes import admin as admin_shape
from interlock.shapes import company as company_shape
from interlock.shapes import contact as contact_shape
from interlock.shapes import conversation as conversation_shape
from interlock.shapes import job as job_shape
from interlock.shapes import ticket as ticket_shape
from interlock.storage.database import Tx
from interlock.versions.availability import at_least
from interlock.versions.chain import CHAIN

NO_HOST = ""
PLAIN_SINCE = "2.15"
"""From this version on bodies and subjects in notifications are plain text."""


@dataclass(frozen=True, slots=True)
class _Named:
    shape: str | None
    accepts: str | None = None


async def render(tx: Tx, schema: Schema, one: Entry, pattern: str) -> tuple[str, Any]:
    """The topic, with the role of the person in it, and the item."""
    if one.kind in schema.types:
        return pattern, await _instance(tx, schema, one)
    if one.kind == CONTACT:
        return await _of_contact(tx, schema, one, pattern)
    return pattern, await _OF_KIND[one.kind](tx, schema, one)


def bare(schema: Schema, one: Entry, pattern: str) -> tuple[str, Any]:
    """What can be said without looking at the resource."""
    role = one.after.get("role") or one.before.get("role") or "user"
    return pattern.format(role=role), _gone(schema, one)


def _gone(schema: Schema, one: Entry) -> dict[str, Any]:
    kind = schema.types[one.kind].identifier if one.kind in schema.types else one.kind
    item = {"type": kind, "id": one.record_id}
    for name in ("external_id", "company_id", "email", "name") if kind == "admin" else ("external_id", "company_id"):
        if one.before.get(name) is not None and (name != "company_id" or kind == COMPANY):
            item[name] = one.before[name]
    return item


def _down(schema: Schema, shape: str, item: dict[str, Any]) -> dict[str, Any]:
    return CHAIN.answer_down(_Named(shape), schema.workspace.intercom_version, item)


# --- people


async def _of_contact(tx: Tx, schema: Schema, one: Entry, pattern: str) -> tuple[str, Any]:
    merged_into = one.after.get("merged_into") if pattern == "contact.merged" else None
    record = await CONTACTS.get(tx, schema.workspace.id, merged_into or one.record_id, CONTACT)
    if record is None:
        return bare(schema, one, pattern)
    topic = pattern.format(role=one.after.get("role") or record.fields["role"])
    item = _down(schema, "contact", contact_shape.contact(await people.show_one(tx, schema, record)))
    if merged_into is not None:
        item["merged_from"] = {"type": "contact", "id": one.record_id}
    elif ".tag." in topic:
        tag = {"type": "tag", "id": one.after.get("tag_id"), "name": one.after.get("name")}
        item = {"type": "contact_tag", "created_at": one.at // 1_000_000, "contact": item, "tag": tag}
    elif topic.startswith("granular."):
        about = {"type": "subscription", "id": one.after.get("subscription_type_id")}
        consent = one.after.get("consent_type")
        item = {"type": "contact_subscription", "contact": item, "subscription_type": about, "consent_type": consent}
    return topic, item


async def _company(tx: Tx, schema: Schema, one: Entry) -> dict[str, Any]:
    record = await COMPANIES.get(tx, schema.workspace.id, one.record_id, COMPANY)
    if record is None:
        return _gone(schema, one)
    item = _down(schema, "company", company_shape.company(await companies.show(tx, schema, record)))
    return await _with_contact(tx, schema, one, item)


async def _with_contact(tx: Tx, schema: Schema, one: Entry, item: dict[str, Any]) -> dict[str, Any]:
    """With whom it is about, where somebody came or left."""
    id = one.after.get("contact_id") or one.before.get("contact_id")
    if id is not None:
        record = await CONTACTS.get(tx, schema.workspace.id, id, CONTACT)
        external_id = record.fields["external_id"] if record is not None else None
        item["contact"] = {"type": "contact", "id": id, "external_id": external_id}
    return item


async def _visitor(tx: Tx, schema: Schema, one: Entry) -> dict[str, Any]:
    """Who the visitor has become."""
    record = await CONTACTS.get(tx, schema.workspace.id, one.after.get("contact_id") or "", CONTACT)
    if record is None:
        return _gone(schema, one)
    return _down(schema, "contact", contact_shape.contact(await people.show_one(tx, schema, record)))


async def _event(tx: Tx, schema: Schema, one: Entry) -> dict[str, Any]:
    after = one.after
    record = await CONTACTS.get(tx, schema.workspace.id, after["contact_id"], CONTACT)
    fields = record.fields if record is not None else {}
    return {
        "type": "event",
        "id": one.record_id,
        "created_at": after["created_at"],
        "event_name": after["name"],
        "user_id": fields.get("external_id"),
        "email": fields.get("email") or "",
        "intercom_user_id": after["contact_id"],
        "metadata": after["metadata"],
    }


# --- threads


def _is_plain(schema: Schema) -> bool:
    return at_least(schema.workspace.intercom_version, PLAIN_SINCE)


async def _conversation(tx: Tx, schema: Schema, one: Entry) -> dict[str, Any]:
    """With the new part alone."""
    key = schema.workspace.id
    record = await CONVERSATIONS.get(tx, key, one.record_id, CONVERSATION)
    if record is None:
        return _gone(schema, one)
    part_id = one.after.get("part_id")
    part = await threads.get_part(tx, key, record.id, part_id) if part_id else None
    shown = await conversations.show_one(tx, schema, record, [part] if part is not None else [])
    item = _down(schema, "conversation", conversation_shape.conversation(shown, plain=_is_plain(schema)))
    return await _with_contact(tx, schema, one, item)


# --- custom objects, staff, the rest


async def _instance(tx: Tx, schema: Schema, one: Entry) -> dict[str, Any]:
    try:
        found = await instances.find(tx, schema, schema.types[one.kind].identifier, one.record_id)
    except Problem:  # it is gone, or its type is archived
        return _gone(schema, one)
    return instance_wire.instance(found)


async def _admin(tx: Tx, schema: Schema, one: Entry) -> dict[str, Any]:
    admin = await staff.get_admin(tx, schema.workspace.id, int(one.record_id))
    return _down(schema, "admin", admin_shape.admin(admin)) if admin is not None else _gone(schema, one)


async def _ticket(tx: Tx, schema: Schema, one: Entry) -> dict[str, Any]:
    """With the new part alone. Files are at addresses without a host: nobody has asked by one."""
    key = schema.workspace.id
    record = await TICKETS.get(tx, key, one.record_id, TICKET)
    if record is None:
        return _gone(schema, one)
    part_id = one.after.get("part_id")
    part = await threads.get_part(tx, key, record.id, part_id) if part_id else None
    shown = await tickets.show_one(tx, schema, record, [part] if part is not None else [])
    item = _down(schema, "ticket", ticket_shape.ticket(shown, NO_HOST))
    if _is_plain(schema):
        for shown_part in _parts_of(item):
            if shown_part.get("body"):
                shown_part["body"] = html.to_text(shown_part["body"])
    return await _with_contact(tx, schema, one, item)


def _parts_of(item: dict[str, Any]) -> list[dict[str, Any]]:
    return (item.get("ticket_parts") or {}).get("ticket_parts") or []


async def _job(tx: Tx, schema: Schema, one: Entry) -> dict[str, Any]:
    job = await jobs.get(tx, schema.workspace.id, one.record_id)
    return job_shape.job(job, NO_HOST) if job is not None else _gone(schema, one)


async def _told(tx: Tx, schema: Schema, one: Entry) -> dict[str, Any]:
    """What the change itself says."""
    return {"type": one.kind, "id": one.record_id, **one.after}


_OF_KIND: dict[str, Callable[[Tx, Schema, Entry], Awaitable[dict[str, Any]]]] = {
    COMPANY: _company,
    CONVERSATION: _conversation,
    TICKET: _ticket,
    "visitor": _visitor,
    "data_event": _event,
    "admin": _admin,
    "activity_log": _told,
    "job": _job,
}
