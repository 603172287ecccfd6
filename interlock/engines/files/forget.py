"""The job that removes bytes which no file needs any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from interlock.core.files import store
from interlock.core.jobs.store import Job
from interlock.core.schema.schema import Schema
from interlock.engines import places
from interlock.engines.jobs.context import Context
from interlock.kit import limits
from interlock.storage.blobs import MissingBlob
from interlock.storage.database import Tx


async def delete_blob(context: Context, job: Job) -> Callable[[Tx, Schema], Awaitable[Any]]:
    """Whoever sends the same bytes writes them first and their row afterwards: what is young is left alone, since its
    row may be on its way."""
    content_hash = job.payload["content_hash"]
    gone = False
    if not await context.database.read(store.is_needed, content_hash):
        try:
            gone = await places.blobs(context.settings).delete(content_hash, limits.BLOB_REST)
        except MissingBlob:
            gone = True

    async def record(tx: Tx, schema: Schema) -> dict[str, bool]:
        return {"deleted": gone}

    return record
