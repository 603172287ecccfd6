"""What Intercom lacks for instances: search, bulk, conditional upserts, export, history, revert."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from interlock.core.changes import history
from interlock.core.objects import bulk as bulk_core
from interlock.core.objects import instances, revert, store
from interlock.core.query.days import DateRules
from interlock.core.query.parse import Search, parse
from interlock.core.query.search import Found, search
from interlock.core.records.store import INSTANCES
from interlock.core.references import links
from interlock.core.schema.schema import Schema
from interlock.kit import limits
from interlock.kit.problems import not_found
from interlock.resources.custom_object_instances import extension_wire, wire
from interlock.rest import paging
from interlock.rest.operation import INTERLOCK, Answer, Call, Operation
from interlock.shapes.reading import read_external_id
from interlock.storage.database import Duplicate, Tx

TAG = "Custom Object Instances"
SCOPE = "read_write_custom_object_instances"
_INSTANCES = "/interlock/v1/object_types/{identifier}/instances"
_HISTORY_PAGE = 50
_COPY_ATTEMPTS = 5


def _identifier(call: Call) -> str:
    return call.params["identifier"]


async def search_instances(call: Call) -> Any:
    """Search over the attributes of a type, references too, with sort, cursor and exact total."""
    kind = call.schema.type(_identifier(call)).id
    body: extension_wire.SearchBody = call.body
    asked = {"query": body.query, "pagination": body.pagination, "sort": body.sort}
    wanted = parse(asked, call.schema, kind, DateRules.exact())
    found = await call.database.search(_search, call.schema, kind, wanted)
    references = await call.database.read(links.read, call.schema, kind, found.records)
    assert found.total is not None
    return {
        "type": "list",
        "data": [wire.instance(instances.Shown(call.schema, one, references[one.id])) for one in found.records],
        "total_count": found.total,
        "pages": paging.pages_by_cursor(wanted.per_page, found.total, found.next_cursor),
    }


async def _search(tx: Tx, schema: Schema, kind: str, wanted: Search) -> Found:
    if schema.types[kind].archived:
        return Found([], 0, None)
    return await search(tx, schema, kind, wanted, INSTANCES)


async def bulk(call: Call) -> Any:
    """Up to 1,000 upserts or deletions with a result for each; with `atomic` all of them or none."""
    rows = extension_wire.read_rows(call.body)
    for _ in range(_COPY_ATTEMPTS):
        try:
            results = await call.schemas.write_values(
                call.workspace_id, bulk_core.bulk, _identifier(call), rows, call.body.atomic, call.through
            )
            return extension_wire.bulk_answer(results)
        except Duplicate:  # somebody made one of them between our look and our copy: it is found the next time
            continue
    raise Duplicate("instances_external_id")


async def upsert(call: Call) -> Any:
    """An upsert that may be told not to create (`update_only`), or not to go back in time (`if_newer`)."""
    body: extension_wire.ConditionalUpsertBody = call.body
    external_id = instances.require_external_id(read_external_id(body.external_id))
    wanted = wire.read_upsert(body, external_id)
    wanted.only_update, wanted.if_newer = body.update_only, body.if_newer
    done = await call.schemas.write_values(call.workspace_id, instances.upsert, _identifier(call), wanted, call.through)
    return {"outcome": done.outcome, "instance": wire.instance(done)}


class UpsertAnswer(msgspec.Struct):
    """`outcome`: created, updated, unchanged, or skipped (`if_newer`)."""

    outcome: str
    instance: wire.Instance


async def export(call: Call) -> Any:
    """Every instance of a type, one JSON object on each line, in the order of their ids."""
    found = call.schema.type(_identifier(call))
    return Answer(stream=_lines(call, found.id), content_type="application/x-ndjson; charset=utf-8")


async def _lines(call: Call, kind: str) -> AsyncIterator[bytes]:
    """A batch at a time, each under the definitions of its moment: nothing is held while the client is slow."""
    encode, after = msgspec.json.Encoder().encode, ""
    while True:
        schema = await call.schemas.get(call.workspace_id)
        if kind not in schema.types or schema.types[kind].archived:  # an archived type hides its instances
            return
        shown = await call.database.read(_batch, schema, kind, after)
        if not shown:
            return
        yield b"".join(encode(wire.instance(one)) + b"\n" for one in shown)
        after = shown[-1].record.id


async def _batch(tx: Tx, schema: Schema, kind: str, after: str) -> list[instances.Shown]:
    records = await store.after(tx, schema, kind, after, limits.EXPORT_BATCH)
    references = await links.read(tx, schema, kind, records)
    return [instances.Shown(schema, one, references[one.id]) for one in records]


class HistoryQuery(msgspec.Struct):
    per_page: int | None = None
    starting_after: str | None = None


async def show_history(call: Call) -> Any:
    """Who changed an instance, when, and through what: the newest first. A deleted one by its id."""
    per_page = paging.read_per_page(call, default=_HISTORY_PAGE)
    cursor = paging.read_cursor(call, str)
    found = await call.database.read(_history, call.schema, _identifier(call), call.params["id"], per_page + 1, cursor)
    shown = found[:per_page]
    following = paging.encode_cursor(shown[-1].id) if len(found) > per_page else None
    return {"type": "list", "data": [extension_wire.change(one) for one in shown], "next": following}


async def _history(
    tx: Tx, schema: Schema, identifier: str, id: str, limit: int, before_id: str | None
) -> list[history.Change]:
    kind = schema.type(identifier).id
    record = await instances.known(tx, schema, kind, id)
    record_id = record.id if record is not None else id
    found = await history.of_record(tx, schema.workspace.id, kind, record_id, limit, before_id)
    if not found and record is None:
        raise not_found(instances.NOT_FOUND)
    return found


async def revert_instance(call: Call) -> Any:
    """Take an instance back to what it was after one of its changes."""
    shown, lost = await call.schemas.write(
        call.workspace_id, revert.revert, _identifier(call), call.params["id"], call.body.to, call.through
    )
    return {"instance": wire.instance(shown), "not_reverted": lost}


def _operation(method: str, path: str, id: str, handler: Any, summary: str, **more: Any) -> Operation:
    return Operation(method, _INSTANCES + path, id, handler, summary, TAG, scope=SCOPE, surface=INTERLOCK, **more)


OPERATIONS = [
    _operation(
        "POST",
        "/search",
        "searchInstances",
        search_instances,
        "Search instances of a type",
        body=extension_wire.SearchBody,
        answer=extension_wire.SearchAnswer,
        errors=("invalid_field", "parameter_invalid", "client_error", "not_found"),
    ),
    _operation(
        "POST",
        "/bulk",
        "bulkInstances",
        bulk,
        "Upsert or delete up to 1,000 instances",
        body=extension_wire.BulkBody,
        answer=extension_wire.BulkAnswer,
        errors=("parameter_invalid", "not_found", "conflict"),
    ),
    _operation(
        "POST",
        "/upsert",
        "upsertInstance",
        upsert,
        "Upsert with conditions",
        body=extension_wire.ConditionalUpsertBody,
        answer=UpsertAnswer,
        errors=("parameter_not_found", "parameter_invalid", "not_found"),
    ),
    _operation(
        "GET",
        "/export",
        "exportInstances",
        export,
        "Export every instance of a type as NDJSON",
        errors=("not_found",),
    ),
    _operation(
        "GET",
        "/{id}/history",
        "listInstanceHistory",
        show_history,
        "What happened to an instance",
        query=HistoryQuery,
        answer=extension_wire.HistoryAnswer,
        errors=("client_error", "not_found"),
    ),
    _operation(
        "POST",
        "/{id}/revert",
        "revertInstance",
        revert_instance,
        "Take an instance back to an earlier state",
        body=extension_wire.RevertBody,
        answer=extension_wire.RevertAnswer,
        errors=("not_found", "parameter_invalid"),
    ),
]
