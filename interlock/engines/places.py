"""Where an installation keeps what is not in its database."""

from __future__ import annotations

from pathlib import Path

from interlock.settings import Settings
from interlock.storage.blobs import FolderBlobs, beside


def blobs(settings: Settings) -> FolderBlobs:
    return FolderBlobs(Path(settings.blobs) if settings.blobs else beside(settings.database_url, "blobs"))


def outbox(settings: Settings) -> Path:
    return Path(settings.outbox) if settings.outbox else beside(settings.database_url, "outbox")
