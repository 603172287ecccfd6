"""Files: sent by whoever may write to people, read by whoever has the address.

Intercom has no API for them; its attachments have addresses just like these. Of several problems with a file that is
sent, the first counts: 413 `request_too_large`, 400 `parameter_invalid` for parts that cannot be read, 400
`parameter_not_found` when there is no file, 400 `parameter_invalid` when there are several.
"""

from __future__ import annotations

from typing import Any

from interlock.core.files import files
from interlock.core.schema.schema import Schema
from interlock.core.schema.store import ensure_current
from interlock.kit.problems import invalid, missing, not_found
from interlock.resources.files import wire
from interlock.rest.operation import INTERLOCK, OPEN, Answer, Call, Operation
from interlock.storage.blobs import MissingBlob
from interlock.storage.database import Tx

TAG = "Files"


async def upload(call: Call) -> Any:
    """Keep a file. The body is a form with one file, or the file itself, named by `name` in the query string."""
    if not call.uploads:
        raise missing("file not specified", "file")
    if len(call.uploads) > 1:
        raise invalid("Only one file can be sent here", call.uploads[1].field)
    sent = call.uploads[0]
    kept = await files.keep(call.blobs, sent.name, sent.content_type, sent.staged)
    await call.schemas.write(call.workspace_id, _add, kept)
    shown = kept.as_json(call.workspace_id, call.base_url)
    return {**shown, "type": "file", "id": kept.file.id, "created_at": kept.file.created_at}


async def _add(tx: Tx, schema: Schema, kept: files.Kept) -> None:
    await ensure_current(tx, schema)
    await files.add(tx, schema.workspace.id, kept)


async def download(call: Call) -> Answer:
    """The bytes. Needs no token: the address is not to be guessed. What a browser could run is only ever saved."""
    workspace_id, id = files.read_address(call.params["id"])
    file = await call.database.read(files.find, workspace_id, id)
    try:
        stream = await call.blobs.open(file.content_hash)
    except MissingBlob:
        raise not_found("The bytes of this file are not here") from None
    return Answer(headers=wire.headers(file), content_type=wire.sent_type(file.content_type), stream=stream)


OPERATIONS = [
    Operation(
        "POST",
        files.PATH,
        "uploadFile",
        upload,
        "Send a file",
        TAG,
        scope="write_conversations",
        query=wire.UploadQuery,
        answer=wire.FileJson,
        errors=("parameter_invalid", "parameter_not_found", "request_too_large"),
        surface=INTERLOCK,
        raw=True,
    ),
    Operation(
        "GET",
        f"{files.PATH}/{{id}}/{{name}}",
        "downloadFile",
        download,
        "Read a file",
        TAG,
        errors=("not_found",),
        surface=OPEN,
    ),
]
