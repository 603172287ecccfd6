"""Custom object instances over REST: the five official operations and the founding documents' own paths.

Source: reference/custom_objects.md 3 and 5, description 2.16 tag "Custom Object Instances".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from interlock.core.attributes.definition import CONTACT, CONVERSATION
from interlock.core.objects import instances, store
from interlock.core.people import find as people
from interlock.core.references import links
from interlock.core.schema.schema import Schema
from interlock.kit.problems import missing
from interlock.resources.custom_object_instances import wire
from interlock.rest import paging
from interlock.rest.operation import INTERLOCK, Call, Operation
from interlock.shapes.reading import read_external_id
from interlock.storage.database import Tx
from interlock.versions import behaviour

TAG = "Custom Object Instances"
SCOPE = "read_write_custom_object_instances"
_TYPE = "/custom_object_instances/{custom_object_type_identifier}"
_ONE = _TYPE + "/{custom_object_instance_id}"
_NOT_FOUND = ("not_found",)
PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class _Page:
    """A page by its number, from 1."""

    number: int
    per_page: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.per_page


class ListQuery(msgspec.Struct):
    """`external_id` switches the answer to one object, in every version."""

    external_id: str | None = None
    references_contact_id: str | None = None
    references_conversation_id: str | None = None
    page: int | None = None
    per_page: int | None = None


class DeleteQuery(msgspec.Struct):
    external_id: str


async def upsert(call: Call) -> Any:
    """POST: create or merge into the instance with this `external_id`; 200 both times."""
    body: wire.UpsertBody = call.body
    call.schema.type(_identifier(call))
    external_id = instances.require_external_id(read_external_id(body.external_id))
    wanted = wire.read_upsert(body, external_id)
    done = await call.schemas.write_values(call.workspace_id, instances.upsert, _identifier(call), wanted, call.through)
    return wire.instance(done)


async def list_or_get(call: Call) -> Any:
    """GET without an id: one object by `external_id`; the list from 2.16 on; before, 400."""
    if "external_id" in call.query:
        identifier, external_id = _identifier(call), call.query["external_id"]
        found = await call.database.read(instances.find_external, call.schema, identifier, external_id)
        return wire.instance(found)
    if not behaviour.lists_instances(call.version):
        call.schema.type(_identifier(call))
        raise missing("external_id is required in this version of the API", "external_id")
    return await list_page(call)


async def list_page(call: Call) -> Any:
    """A page of instances, newest first: all of a type, or those linked with one contact or one conversation.

    Of the two filters the contact's counts where both are given.
    """
    page = _Page(paging.read_page(call), paging.read_per_page(call, default=PER_PAGE))
    contact_id = call.query.get("references_contact_id")
    conversation_id = call.query.get("references_conversation_id")
    shown = await call.database.read(_page, call.schema, _identifier(call), page, contact_id, conversation_id)
    return _list(call, page, *shown)


async def _page(
    tx: Tx,
    schema: Schema,
    identifier: str,
    page: _Page,
    contact_id: str | None,
    conversation_id: str | None,
) -> tuple[list[instances.Shown], int]:
    kind = schema.type(identifier).id
    if schema.types[kind].archived:
        return [], 0  # an archived type hides its instances
    if contact_id is not None or conversation_id is not None:
        to, id = (CONTACT, contact_id) if contact_id is not None else (CONVERSATION, conversation_id or "")
        shown, total = await store.linked_page(tx, schema, kind, to, id or "", page.per_page, page.offset)
        return [instances.Shown(schema, *one) for one in shown], total
    records, total = await store.page(tx, schema, kind, page.per_page, page.offset)
    references = await links.read(tx, schema, kind, records)
    return [instances.Shown(schema, one, references[one.id]) for one in records], total


def _list(call: Call, page: _Page, found: list[instances.Shown], total: int) -> dict[str, Any]:
    return {
        "type": "list",
        "data": [wire.instance(one) for one in found],
        "total_count": total,
        "pages": paging.pages_by_number(call, page.number, page.per_page, total),
    }


async def get(call: Call) -> Any:
    """GET by id, or by external id where no instance has that id."""
    id = call.params["custom_object_instance_id"]
    found = await call.database.read(instances.find, call.schema, _identifier(call), id)
    return wire.instance(found)


async def delete(call: Call) -> Any:
    id = call.params["custom_object_instance_id"]
    return await _delete(call, id, None)


async def delete_external(call: Call) -> Any:
    external_id = call.query.get("external_id")
    if not external_id:
        call.schema.type(_identifier(call))
        raise missing("external_id is required", "external_id")
    return await _delete(call, None, external_id)


async def _delete(call: Call, id: str | None, external_id: str | None) -> Any:
    record = await call.schemas.write(
        call.workspace_id, instances.delete, _identifier(call), id, external_id, call.through
    )
    return wire.deleted(call.schema, record)


async def list_of_contact(call: Call) -> Any:
    """The instances of a type that are linked with a contact: the founding documents' own path."""
    page = _Page(paging.read_page(call), paging.read_per_page(call, default=PER_PAGE))
    contact_id = call.params["contact_id"]
    shown = await call.database.read(_page_of_contact, call.schema, _identifier(call), page, contact_id)
    return _list(call, page, *shown)


async def _page_of_contact(
    tx: Tx, schema: Schema, identifier: str, page: _Page, contact_id: str
) -> tuple[list[instances.Shown], int]:
    schema.type(identifier)
    await people.contact(tx, schema, contact_id)
    return await _page(tx, schema, identifier, page, contact_id, None)


def _identifier(call: Call) -> str:
    return call.params["custom_object_type_identifier"]


OPERATIONS = [
    Operation(
        "POST",
        _TYPE,
        "createCustomObjectInstances",
        upsert,
        "Create or update a custom object instance",
        TAG,
        scope=SCOPE,
        body=wire.UpsertBody,
        answer=wire.Instance,
        errors=("parameter_not_found", "parameter_invalid", "not_found"),
    ),
    Operation(
        "GET",
        _TYPE,
        "listCustomObjectInstances",
        list_or_get,
        "List custom object instances, or get one by external_id",
        TAG,
        scope=SCOPE,
        query=ListQuery,
        answer=wire.InstanceList | wire.Instance,
        errors=("parameter_invalid", "not_found"),
    ),
    Operation(
        "GET",
        _ONE,
        "getCustomObjectInstancesById",
        get,
        "Get a custom object instance by id or external id",
        TAG,
        scope=SCOPE,
        answer=wire.Instance,
        errors=_NOT_FOUND,
    ),
    Operation(
        "DELETE",
        _TYPE,
        "deleteCustomObjectInstancesById",
        delete_external,
        "Delete a custom object instance by external id",
        TAG,
        scope=SCOPE,
        query=DeleteQuery,
        answer=wire.DeletedInstance,
        errors=("parameter_not_found", "not_found"),
    ),
    Operation(
        "DELETE",
        _ONE,
        "deleteCustomObjectInstancesByExternalId",
        delete,
        "Delete a custom object instance by id",
        TAG,
        scope=SCOPE,
        answer=wire.DeletedInstance,
        errors=_NOT_FOUND,
    ),
    Operation(
        "GET",
        "/custom-objects/{custom_object_type_identifier}",
        "listCustomObjects",
        list_page,
        "List the instances of a type, in every version",
        TAG,
        scope=SCOPE,
        query=ListQuery,
        answer=wire.InstanceList,
        errors=("parameter_invalid", "not_found"),
        surface=INTERLOCK,
    ),
    Operation(
        "GET",
        "/custom-objects/{custom_object_type_identifier}/{custom_object_instance_id}",
        "getCustomObject",
        get,
        "Get an instance by id or external id, in every version",
        TAG,
        scope=SCOPE,
        answer=wire.Instance,
        errors=_NOT_FOUND,
        surface=INTERLOCK,
    ),
    Operation(
        "GET",
        "/contacts/{contact_id}/custom-objects/{custom_object_type_identifier}",
        "listCustomObjectsOfContact",
        list_of_contact,
        "List the instances of a type that are linked with a contact",
        TAG,
        scope=SCOPE,
        query=ListQuery,
        answer=wire.InstanceList,
        errors=("parameter_invalid", "not_found"),
        surface=INTERLOCK,
    ),
]
