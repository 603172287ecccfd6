"""Where mail goes that no server is set for: a file each, which any mail program opens."""

from __future__ import annotations

import os
from email.message import EmailMessage
from pathlib import Path


def put(folder: Path, mail_id: str, message: EmailMessage) -> Path:
    """Whole or not at all; once more writes the same file. Only its owner may read it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{mail_id}.eml"
    partial = folder / f".{mail_id}.partial"
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(message.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return path
