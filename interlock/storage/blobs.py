"""Bytes that are too many for the database: files that people send, found by the hash of what is in them.

A blob is written whole or not at all: into a file of another name, which is flushed to the disk and only then gets its
own. The same content is kept once, whoever sends it. Which blobs somebody still needs, the database knows.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from interlock.storage.open import SQLITE_PREFIX

PIECE = 256 * 1024  # read and written at once
HEAD = 64 * 1024  # kept of what is being written, to look at

_DAY = 86_400
_HASH = re.compile("[0-9a-f]{64}")


class MissingBlob(Exception):
    """There are no bytes with this hash here: a database was restored without its files."""


class Staged(Protocol):
    """A blob on its way in: what was written is nobody's until it is kept."""

    size: int
    head: bytes
    """The first bytes: what kind of file it is shows there."""

    async def write(self, data: bytes) -> None: ...

    async def keep(self) -> str:
        """Make it durable; its hash."""
        ...

    async def discard(self) -> None:
        """Forget what was written. Of what has been kept, nothing is lost."""
        ...


class Blobs(Protocol):
    """Where blobs are."""

    async def stage(self) -> Staged:
        """Begin a blob that comes piece by piece."""
        ...

    async def put(self, data: bytes) -> str:
        """Keep some bytes; their hash."""
        ...

    async def open(self, content_hash: str) -> AsyncIterator[bytes]:
        """The bytes, piece by piece. Raises `MissingBlob`."""
        ...

    async def delete(self, content_hash: str, unchanged_for: float = 0) -> bool:
        """Remove a blob, unless it was written (again) within so many seconds. Whether it is gone."""
        ...


class FolderBlobs:
    """Blobs in a folder of this machine, in folders of two levels by the first digits of their hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, content_hash: str) -> Path:
        if not _HASH.fullmatch(content_hash):
            raise MissingBlob(content_hash[:64])
        return self.folder / content_hash[:2] / content_hash[2:4] / content_hash

    async def stage(self) -> StagedFile:
        return await asyncio.to_thread(self._stage)

    def _stage(self) -> StagedFile:
        incoming = self.folder / "incoming"
        incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = incoming / secrets.token_hex(16)
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=PIECE)
        return StagedFile(self, path, file)

    def tidy(self) -> None:
        """Remove what was on its way in when a process was killed: nobody writes at one file for a day."""
        incoming = self.folder / "incoming"
        for one in incoming.iterdir() if incoming.is_dir() else ():
            with suppress(FileNotFoundError):
                if not _is_young(one, _DAY):
                    one.unlink()

    async def put(self, data: bytes) -> str:
        staged = await self.stage()
        try:
            await staged.write(data)
            return await staged.keep()
        finally:
            await staged.discard()

    async def open(self, content_hash: str) -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread(self.path(content_hash).open, "rb")
        except FileNotFoundError:
            raise MissingBlob(content_hash) from None
        return _pieces(file)

    async def delete(self, content_hash: str, unchanged_for: float = 0) -> bool:
        return await asyncio.to_thread(self._delete, self.path(content_hash), unchanged_for)

    def _delete(self, path: Path, unchanged_for: float) -> bool:
        """It is set aside and looked at once more, so that one which is written meanwhile is not the one to go."""
        aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            if unchanged_for and _is_young(path, unchanged_for):
                return False
            path.rename(aside)
        except FileNotFoundError:
            return True
        if unchanged_for and _is_young(aside, unchanged_for):
            with suppress(FileExistsError):
                os.link(aside, path)
            aside.unlink()
            return False
        aside.unlink()
        return True


class StagedFile:
    """A file in the folder `incoming`, which is renamed into its place."""

    def __init__(self, blobs: FolderBlobs, path: Path, file: BinaryIO) -> None:
        self.size = 0
        self.head = b""
        self._blobs = blobs
        self._path = path
        self._file = file
        self._digest = hashlib.sha256()
        self._kept: str | None = None

    async def write(self, data: bytes) -> None:
        if len(data) < PIECE:  # goes into the buffer, or a page of the system
            self._write(data)
        else:
            await asyncio.to_thread(self._write, data)

    def _write(self, data: bytes) -> None:
        if len(self.head) < HEAD:
            self.head += data[: HEAD - len(self.head)]
        self.size += len(data)
        self._digest.update(data)
        self._file.write(data)

    async def keep(self) -> str:
        if self._kept is None:
            self._kept = await asyncio.to_thread(self._keep)
        return self._kept

    def _keep(self) -> str:
        content_hash = self._digest.hexdigest()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        path = self._blobs.path(content_hash)
        made = [folder for folder in (path.parent.parent, path.parent) if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path.replace(path)
        for folder in dict.fromkeys([path.parent, *(one.parent for one in made)]):
            _sync_folder(folder)
        return content_hash

    async def discard(self) -> None:
        if self._kept is None:
            await asyncio.to_thread(self._discard)

    def _discard(self) -> None:
        with suppress(OSError):  # what could not be written cannot be flushed either
            self._file.close()
        self._path.unlink(missing_ok=True)


def _is_young(path: Path, seconds: float) -> bool:
    return path.stat().st_mtime > time.time() - seconds


def _sync_folder(folder: Path) -> None:
    """A new name is durable only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
    finally:
        file.close()


def beside(database_url: str, name: str) -> Path:
    """The usual place of an installation's folder: beside the file of SQLite and named after it, else here.

    Two installations in one folder must not share their files.
    """
    path = database_url.removeprefix(SQLITE_PREFIX)
    if path == database_url:
        return Path(f"interlock-{name}")
    database = Path(path)
    return database.with_name(f"{database.stem}-{name}")
