"""The JSON of what goes beyond Intercom: bulk, conditional upserts, history. Ours, so it has one version."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.changes.history import Change
from interlock.core.objects.bulk import Result, Row
from interlock.kit import limits
from interlock.kit.problems import Problem, invalid
from interlock.resources.custom_object_instances.wire import Instance, UpsertBody, read_upsert
from interlock.shapes.reading import read_external_id


class ConditionalUpsertBody(UpsertBody):
    """An upsert that may be told not to create, or not to go back in time."""

    update_only: bool = False
    if_newer: bool = False


class BulkBody(msgspec.Struct):
    """`rows`: up to 1,000 upserts, or deletions `{"action": "delete", "external_id": ...}`."""

    rows: list[Any]
    atomic: bool = False


class ErrorShape(msgspec.Struct):
    code: str
    message: str
    field: str | UnsetType = UNSET


class BulkRow(msgspec.Struct):
    """What became of a row. `outcome`: created, updated, unchanged, skipped, deleted; or `error`."""

    index: int
    external_id: str
    outcome: str | None
    id: str | None
    error: ErrorShape | None


class BulkAnswer(msgspec.Struct):
    """A result for each row, in their order, and how many there are of each outcome."""

    type: Literal["bulk.result"]
    rows: list[BulkRow]
    counts: dict[str, int]


class CursorPages(msgspec.Struct):
    type: Literal["pages"]
    page: int
    per_page: int
    total_pages: int
    next: dict[str, Any] | UnsetType = UNSET


class SearchBody(msgspec.Struct):
    """The language of contact search over the attributes of the type. Dates compare to the second."""

    query: dict[str, Any] | None = None
    pagination: dict[str, Any] | None = None
    sort: dict[str, Any] | None = None


class SearchAnswer(msgspec.Struct):
    type: Literal["list"]
    data: list[Instance]
    total_count: int
    pages: CursorPages


class Through(msgspec.Struct):
    """What made a change: `token`, `import`, `connector`, `teammate`, `schema` ..., and which one."""

    type: str
    id: str | None


class ChangeShape(msgspec.Struct):
    """One change. `at` is in Unix seconds; `before` and `after` have the fields that changed."""

    type: Literal["change"]
    id: str
    action: str
    at: float
    through: Through
    before: dict[str, Any]
    after: dict[str, Any]


class HistoryAnswer(msgspec.Struct):
    """The newest first. `next` goes on as `starting_after`; null on the last page."""

    type: Literal["list"]
    data: list[ChangeShape]
    next: str | None


class RevertBody(msgspec.Struct):
    """`to`: the id of the change after which the instance is to be as it was."""

    to: str


class RevertAnswer(msgspec.Struct):
    """`not_reverted`: attributes that are gone, archived or of another type since."""

    instance: Instance
    not_reverted: list[str]


def read_rows(body: BulkBody) -> list[Row]:
    """The rows of a bulk. What is wrong with one is kept with it: the others go on."""
    if len(body.rows) > limits.BULK_ROWS:
        raise invalid(f"At most {limits.BULK_ROWS} rows at a time", "rows")
    return [_row(index, raw) for index, raw in enumerate(body.rows)]


def _row(index: int, raw: Any) -> Row:
    external_id = ""
    try:
        if not isinstance(raw, dict):
            raise Problem("type_mismatch", "A row must be an object")
        action = raw.get("action", "upsert")
        row: Any = _convert(raw)
        external_id = read_external_id(row.external_id) or ""
        if not external_id:
            raise Problem("parameter_not_found", "external_id is required", "external_id")
        if action == "delete":
            return Row(index, external_id)
        if action != "upsert":
            raise invalid("action must be upsert or delete", "action")
        wanted = read_upsert(row, external_id)
        wanted.only_update, wanted.if_newer = row.update_only, row.if_newer
        return Row(index, external_id, wanted)
    except Problem as problem:
        return Row(index, external_id, problem=problem)


def _convert(raw: dict[str, Any]) -> ConditionalUpsertBody:
    try:
        return msgspec.convert(raw, ConditionalUpsertBody)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$.")
        raise Problem("type_mismatch", message, place.rstrip("`") or None) from None


def bulk_answer(results: list[Result]) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for one in results:
        outcome = one.outcome or "error"
        counts[outcome] = counts.get(outcome, 0) + 1
    return {"type": "bulk.result", "rows": [_result(one) for one in results], "counts": counts}


def _result(one: Result) -> dict[str, Any]:
    error = None
    if one.problem is not None:
        error = {"code": one.problem.code, "message": one.problem.message}
        if one.problem.field is not None:
            error["field"] = one.problem.field
    return {
        "index": one.index,
        "external_id": one.external_id,
        "outcome": one.outcome,
        "id": one.id,
        "error": error,
    }


def change(one: Change) -> dict[str, Any]:
    kind, _, id = one.through.partition(":")
    return {
        "type": "change",
        "id": one.id,
        "action": one.action,
        "at": one.at / 1_000_000,
        "through": {"type": kind, "id": id or None},
        "before": one.before,
        "after": one.after,
    }
