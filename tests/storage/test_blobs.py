"""Blobs: whole or not there, once for each content, and never removed under somebody's hands."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from interlock.storage.blobs import PIECE, FolderBlobs, MissingBlob, beside


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


async def read(blobs: FolderBlobs, content_hash: str) -> bytes:
    return b"".join([piece async for piece in await blobs.open(content_hash)])


def files_in(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


@pytest.mark.parametrize("content", [b"", b"hello", os.urandom(3 * PIECE + 1)], ids=["empty", "small", "large"])
async def test_what_is_put_is_read_by_its_hash(blobs: FolderBlobs, content: bytes) -> None:
    content_hash = await blobs.put(content)
    assert content_hash == hashlib.sha256(content).hexdigest()
    assert await read(blobs, content_hash) == content
    assert [one.name for one in files_in(blobs.folder)] == [content_hash]
    assert files_in(blobs.folder)[0].stat().st_mode & 0o077 == 0


async def test_the_same_content_is_kept_once(blobs: FolderBlobs) -> None:
    assert await blobs.put(b"same") == await blobs.put(b"same")
    assert len(files_in(blobs.folder)) == 1


async def test_what_comes_in_pieces_is_nobodys_until_it_is_kept(blobs: FolderBlobs) -> None:
    staged = await blobs.stage()
    await staged.write(b"a" * 10)
    await staged.write(b"b" * PIECE)
    assert (staged.size, staged.head[:12]) == (PIECE + 10, b"a" * 10 + b"bb")
    content_hash = await staged.keep()
    await staged.discard()
    assert await staged.keep() == content_hash
    assert await read(blobs, content_hash) == b"a" * 10 + b"b" * PIECE


async def test_what_is_discarded_leaves_nothing(blobs: FolderBlobs) -> None:
    staged = await blobs.stage()
    await staged.write(b"secret")
    await staged.discard()
    await staged.discard()
    assert files_in(blobs.folder) == []


@pytest.mark.parametrize("name", ["0" * 64, "", "../../etc/passwd", "A" * 64, "0" * 63 + "\n", "x" * 10_000])
async def test_what_is_not_there_is_missing(blobs: FolderBlobs, name: str) -> None:
    with pytest.raises(MissingBlob):
        await blobs.open(name)


async def test_only_what_was_left_alone_is_removed(blobs: FolderBlobs) -> None:
    content_hash = await blobs.put(b"x")
    assert not await blobs.delete(content_hash, unchanged_for=60)
    assert await read(blobs, content_hash) == b"x"
    old = time.time() - 100
    os.utime(blobs.path(content_hash), (old, old))
    assert await blobs.delete(content_hash, unchanged_for=60)
    assert files_in(blobs.folder) == []
    assert await blobs.delete(content_hash), "it is gone already"


async def test_what_is_put_again_is_young_again(blobs: FolderBlobs) -> None:
    content_hash = await blobs.put(b"x")
    old = time.time() - 100
    os.utime(blobs.path(content_hash), (old, old))
    await blobs.put(b"x")
    assert not await blobs.delete(content_hash, unchanged_for=60)


async def test_what_a_killed_process_left_on_its_way_goes_after_a_day(blobs: FolderBlobs) -> None:
    blobs.tidy()
    left = [await blobs.stage() for _ in range(2)]
    old, young = files_in(blobs.folder)
    os.utime(old, (time.time() - 90_000,) * 2)
    blobs.tidy()
    assert files_in(blobs.folder) == [young]
    for one in left:
        await one.discard()


def test_installations_in_one_folder_have_folders_of_their_own() -> None:
    assert beside("sqlite:////data/shop.db", "blobs") == Path("/data/shop-blobs")
    assert beside("sqlite:///shop.db", "blobs") == Path("shop-blobs")
    assert beside("postgresql://u@h/shop", "blobs") == Path("interlock-blobs")
