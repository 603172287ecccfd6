"""A server that is killed between commit and delivery has told everything in the end, under the same ids.

The server is a process of its own and is killed with -9: right after it has acknowledged writes, and again while the
receiver is still thinking about a notification.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from support.process import Served
from support.receiver import Receiver, receiving

TOKEN = "ilk_token_of_the_webhook_story"
PEOPLE = 30
PATIENCE = 60  # seconds: on PostgreSQL a dead server's leases have to end
ENVIRONMENT = {
    "INTERLOCK_ALLOW_PRIVATE_ADDRESSES": "127.0.0.0/8",
    "INTERLOCK_SECRET_KEY": "a key for the story and for nothing else",
}


def client(url: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {TOKEN}", "Intercom-Version": "2.16"}
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False)


async def until(receiver: Receiver, is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            receiver.came.clear()
            await receiver.came.wait()


async def write(url: str, people: range) -> None:
    async with client(url) as http:
        answers = await asyncio.gather(*(http.post("/contacts", json={"external_id": str(one)}) for one in people))
        assert {one.status_code for one in answers} == {200}


async def test_nothing_is_lost_and_ids_stay(new_database_url: Callable[[], str], tmp_path: Path) -> None:
    url = new_database_url()
    async with receiving() as receiver:
        receiver.hold = asyncio.Event()  # whoever is told now never hears an answer
        with Served(url, tmp_path, TOKEN, **ENVIRONMENT) as first:
            async with client(first.url) as http:
                body = {"url": receiver.url, "topics": ["contact.user.created"]}
                (await http.post("/interlock/v1/webhooks", json=body)).raise_for_status()
            await write(first.url, range(PEOPLE // 2))
            await until(receiver, lambda: len(receiver.requests) > 0)
            await write(first.url, range(PEOPLE // 2, PEOPLE))
            first.kill()
        unanswered = {one.json["id"]: person(one.json) for one in receiver.requests}
        receiver.hold.set()
        receiver.hold = None
        receiver.requests.clear()
        with Served(url, tmp_path, TOKEN, **ENVIRONMENT):
            await until(receiver, lambda: len({person(one.json) for one in receiver.requests}) == PEOPLE)
            told = {one.json["id"]: person(one.json) for one in receiver.requests}
        assert sorted(told.values(), key=int) == [str(one) for one in range(PEOPLE)]
        assert len(told) == PEOPLE, "nobody is told of twice under two ids"
        assert unanswered.items() <= told.items(), "what was sent before the crash comes again as itself"


def person(notification: dict[str, Any]) -> str:
    return notification["data"]["item"]["external_id"]
