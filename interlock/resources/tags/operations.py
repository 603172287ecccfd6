"""Tags over REST: the tags of a workspace, and putting them onto people, companies, conversations and tickets.

Source: description 2.16, tag "Tags"; engagement.md 3. The codes for an unknown tag differ by what it is put onto, as
they do there: `not_found` for contacts and for the tag itself, `tag_not_found` for conversations and tickets.
"""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import CONVERSATION, TICKET
from interlock.core.people import tagging as people
from interlock.core.people.tagging import Labelled
from interlock.core.tags import store, tags
from interlock.core.threads import tagging as threads
from interlock.resources.tags import wire
from interlock.rest.operation import Call, Operation
from interlock.shapes import tag as shapes
from interlock.storage.database import Duplicate

TAG = "Tags"
READ, WRITE = "read_tags", "write_tags"
_ONE = "/tags/{tag_id}"
_OF_CONTACT = "/contacts/{contact_id}/tags"
_OF_CONVERSATION = "/conversations/{conversation_id}/tags"
_OF_TICKET = "/tickets/{ticket_id}/tags"


# --- the tags of a workspace


async def list_all(call: Call) -> Any:
    """All of them, the oldest first: the description has no pages here."""
    found = await call.database.read(store.all_tags, call.workspace_id)
    return {"type": "list", "data": [shapes.basic(one) for one in found]}


async def get(call: Call) -> Any:
    return shapes.basic(await call.database.read(tags.get, call.schema, call.params["tag_id"]))


async def write(call: Call) -> Any:
    """Make a tag, rename one, or put one onto people and companies: what it is depends on the body."""
    wanted = wire.read_labelling(call.body)
    if not wire.renames(call.body):
        return wire.labelled(await call.schemas.write(call.workspace_id, people.label, wanted, call.through))
    try:
        tag = await call.schemas.write(call.workspace_id, tags.rename, wanted.id, wanted.name, call.through)
    except Duplicate:  # somebody took the name while we looked
        raise tags.name_taken(wanted.name or "") from None
    return wire.labelled(Labelled(tag))


async def delete(call: Call) -> Any:
    await call.schemas.write(call.workspace_id, tags.delete, call.params["tag_id"], call.through)
    return {}


# --- contacts


async def list_of_contact(call: Call) -> Any:
    found = await call.database.read(people.tags_of_contact, call.schema, call.params["contact_id"])
    return {"type": "list", "data": [shapes.tag(one) for one in found]}


async def tag_contact(call: Call) -> Any:
    tag_id = wire.read_id(call.body.id, "id")
    contact_id = call.params["contact_id"]
    done = await call.schemas.write(call.workspace_id, people.tag_contact, contact_id, tag_id, call.through)
    return shapes.tag(done)


async def untag_contact(call: Call) -> Any:
    contact_id, tag_id = call.params["contact_id"], call.params["tag_id"]
    gone = await call.schemas.write(call.workspace_id, people.untag_contact, contact_id, tag_id, call.through)
    return shapes.tag(gone)


# --- conversations and tickets


async def tag_conversation(call: Call) -> Any:
    return await _tag(call, CONVERSATION, call.params["conversation_id"])


async def untag_conversation(call: Call) -> Any:
    return await _untag(call, CONVERSATION, call.params["conversation_id"])


async def tag_ticket(call: Call) -> Any:
    return await _tag(call, TICKET, call.params["ticket_id"])


async def untag_ticket(call: Call) -> Any:
    return await _untag(call, TICKET, call.params["ticket_id"])


async def _tag(call: Call, kind: str, id: str) -> Any:
    body: wire.ApplyByAdminBody = call.body
    tag_id, admin_id = wire.read_id(body.id, "id"), wire.read_id(body.admin_id, "admin_id")
    done = await call.schemas.write(call.workspace_id, threads.tag, kind, id, tag_id, admin_id, call.through)
    return shapes.tag(done)


async def _untag(call: Call, kind: str, id: str) -> Any:
    admin_id = call.body.admin_id if call.body is not None else None
    tag_id = call.params["tag_id"]
    gone = await call.schemas.write(call.workspace_id, threads.untag, kind, id, tag_id, admin_id, call.through)
    return shapes.tag(gone)


# --- what is served


def _apply(path: str, id: str, handler: Any, what: str, **more: Any) -> Operation:
    return Operation("POST", path, id, handler, f"Tag a {what}", TAG, scope=WRITE, answer=shapes.Tag, **more)


def _remove(path: str, id: str, handler: Any, what: str, **more: Any) -> Operation:
    path, summary = path + "/{tag_id}", f"Take a tag off a {what}"
    return Operation("DELETE", path, id, handler, summary, TAG, scope=WRITE, answer=shapes.Tag, **more)


_IN_THREAD = ("not_found", "tag_not_found", "admin_not_found", "type_mismatch")
_ON_TICKET = ("ticket_not_found", "tag_not_found", "admin_not_found", "type_mismatch")

OPERATIONS = [
    Operation(
        "GET",
        "/tags",
        "listTags",
        list_all,
        "List all tags",
        TAG,
        scope=READ,
        answer=shapes.TagList,
    ),
    Operation(
        "POST",
        "/tags",
        "createTag",
        write,
        "Create or rename a tag, tag or untag companies and people",
        TAG,
        scope=WRITE,
        body=wire.TagBody,
        body_required=False,
        answer=wire.TagCreated,
        shape="tag_created",
        errors=("parameter_invalid", "type_mismatch", "not_found", "company_not_found"),
    ),
    Operation("GET", _ONE, "findTag", get, "Get a tag", TAG, scope=READ, answer=shapes.Tag, errors=("not_found",)),
    Operation(
        "DELETE",
        _ONE,
        "deleteTag",
        delete,
        "Delete a tag",
        TAG,
        scope=WRITE,
        answer=wire.Nothing,
        errors=("tag_has_dependent_objects", "not_found"),
    ),
    Operation(
        "GET",
        _OF_CONTACT,
        "listTagsForAContact",
        list_of_contact,
        "List the tags of a contact",
        TAG,
        scope=READ,
        answer=shapes.TagList,
        errors=("not_found",),
    ),
    _apply(
        _OF_CONTACT,
        "attachTagToContact",
        tag_contact,
        "contact",
        body=wire.ApplyBody,
        errors=("parameter_not_found", "type_mismatch", "not_found"),
    ),
    _remove(_OF_CONTACT, "detachTagFromContact", untag_contact, "contact", errors=("not_found",)),
    _apply(
        _OF_CONVERSATION,
        "attachTagToConversation",
        tag_conversation,
        "conversation",
        body=wire.ApplyByAdminBody,
        errors=("parameter_not_found", *_IN_THREAD),
    ),
    _remove(
        _OF_CONVERSATION,
        "detachTagFromConversation",
        untag_conversation,
        "conversation",
        body=wire.RemoveByAdminBody,
        body_required=False,
        errors=_IN_THREAD,
    ),
    _apply(
        _OF_TICKET,
        "attachTagToTicket",
        tag_ticket,
        "ticket",
        body=wire.ApplyByAdminBody,
        errors=("parameter_not_found", *_ON_TICKET),
    ),
    _remove(
        _OF_TICKET,
        "detachTagFromTicket",
        untag_ticket,
        "ticket",
        body=wire.RemoveByAdminBody,
        body_required=False,
        errors=_ON_TICKET,
    ),
]
