"""What has been redacted or deleted goes from notifications, too: those that wait and those that are kept.

They stay, with their ids, and what waits is still sent; but of the record they have the type and the id alone.

A notification of it that is being made at this moment is waited for: whoever makes one has its webhook's row, and all
of these are held here until the end. One that is made later shows what is there then.
"""

from __future__ import annotations

from collections.abc import Iterable

from interlock.core.schema.schema import Schema
from interlock.core.webhooks import delivery_store, store
from interlock.core.webhooks.notification import payload_of
from interlock.kit import limits
from interlock.storage.database import Tx


async def redact(tx: Tx, schema: Schema, kind: str, record_ids: Iterable[str]) -> None:
    """In the transaction that redacts or deletes the records, after they have been locked."""
    key = schema.workspace.id
    if await store.hold_all(tx, key):
        for id in record_ids:
            await _redact(tx, schema, kind, id)


async def _redact(tx: Tx, schema: Schema, kind: str, record_id: str) -> None:
    workspace, item = schema.workspace, {"type": kind, "id": record_id}
    after = ""
    while found := await delivery_store.notices_of(tx, workspace.id, kind, record_id, after, limits.REDACT_BATCH):
        payloads = {
            id: payload_of(workspace.app_id, notification_id, topic, created_at, item)
            for id, notification_id, topic, created_at in found
        }
        await delivery_store.set_payloads(tx, workspace.id, payloads)
        if len(found) < limits.REDACT_BATCH:
            return
        after = found[-1][0]
