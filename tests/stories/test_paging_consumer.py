"""A consumer, as data connectors are, pages through everything while others write.

It ends by itself. What was there before its first page, and has not been deleted since, comes exactly once, and what
came or went meanwhile at most once: whatever the page size, which is another one for each page here.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from interlock.app import build
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import limits
from interlock.storage.database import Database
from support.direct import Direct

MOST_WRITES = 300  # of each writer: were paging endless, the test would not be
WRITERS = 4
WRITES_PER_PAGE = 3  # the consumer asks for the next page when so many more have happened
EVERY_TICKET = {"field": "created_at", "operator": ">", "value": "0"}


class Shop:
    """A workspace, and what is known of its rows without asking for them.

    `there`: made, and nobody has begun to remove it. `leaving`: somebody has.
    """

    def __init__(self, client: Direct, seed: int) -> None:
        self.client = client
        self.random = random.Random(seed)
        self.there: dict[str, list[str]] = defaultdict(list)
        self.leaving: dict[str, set[str]] = defaultdict(set)
        self.said: dict[str, set[str]] = defaultdict(set)  # by conversation, what it is known to say
        self.members: dict[str, list[str]] = {}  # of companies
        self.number = 0
        self.written = asyncio.Semaphore(0)
        self.wrong: list[Any] = []
        self.admin = self.ticket_type = ""
        self.ticket_states: list[str] = []

    async def send(self, method: str, path: str, json: Any = None) -> Any:
        """The answer, or None where somebody else was faster."""
        status, answer = await self.client.send(method, path, json)
        if status not in (200, 404):
            self.wrong.append((method, path, json, status, answer))
        return answer if status == 200 else None

    def word(self) -> str:
        self.number += 1
        return f"n{self.number}"

    def some(self, kind: str) -> str:
        return self.random.choice(self.there[kind])

    def take(self, kind: str) -> str:
        """One that is to be removed."""
        id = self.some(kind)
        self.there[kind].remove(id)
        self.leaving[kind].add(id)
        return id

    # --- making

    async def new_contact(self) -> str:
        made = await self.send("POST", "/contacts", {"role": "user", "external_id": self.word()})
        self.there["contacts"].append(made["id"])
        return made["id"]

    async def new_company(self) -> None:
        person = await self.send("POST", "/contacts", {"role": "user", "external_id": self.word()})
        made = await self.send("POST", "/companies", {"company_id": self.word(), "name": self.word()})
        await self.send("POST", f"/contacts/{person['id']}/companies", {"id": made["id"]})
        self.members[made["id"]] = [person["id"]]
        self.there["companies"].append(made["id"])

    async def new_conversation(self) -> None:
        begun = {"from": {"type": "user", "id": self.some("people")}, "body": self.word()}
        made = await self.send("POST", "/conversations", begun)
        self.there["conversations"].append(made["conversation_id"])

    async def new_ticket(self) -> None:
        values = {"_default_title_": self.word()}
        wanted = {"ticket_type_id": self.ticket_type, "contacts": [{"id": self.some("people")}]}
        made = await self.send("POST", "/tickets", {**wanted, "ticket_attributes": values})
        self.there["tickets"].append(made["id"])

    async def new_tag(self) -> None:
        self.there["tags"].append((await self.send("POST", "/tags", {"name": self.word()}))["id"])

    async def new_segment(self) -> None:
        rules = {"field": "name", "operator": "=", "value": self.word()}
        wanted = {"name": self.word(), "person_type": "user", "rules": rules}
        self.there["segments"].append((await self.send("POST", "/interlock/v1/segments", wanted))["id"])

    async def new_admin(self) -> None:
        wanted = {"name": "Somebody", "email": f"{self.word()}@example.com"}
        self.there["admins"].append((await self.send("POST", "/interlock/v1/admins", wanted))["id"])

    # --- changing

    async def change_contact(self) -> None:
        await self.send("PUT", f"/contacts/{self.some('contacts')}", {"name": self.word()})

    async def change_company(self) -> None:
        await self.send("PUT", f"/companies/{self.some('companies')}", {"name": self.word()})

    async def reply(self) -> None:
        id, body = self.some("conversations"), self.word()
        said = {"message_type": "comment", "type": "admin", "admin_id": self.admin, "body": body}
        if await self.send("POST", f"/conversations/{id}/reply", said):
            self.said[id].add(body)

    async def close_or_open(self) -> None:
        kind = self.random.choice(("close", "open"))
        id = self.some("conversations")
        await self.send("POST", f"/conversations/{id}/parts", {"message_type": kind, "admin_id": self.admin})

    async def tag(self) -> None:
        kind = self.random.choice(("contacts", "conversations", "tickets"))
        await self.send("POST", f"/{kind}/{self.some(kind)}/tags", {"id": self.some("tags"), "admin_id": self.admin})

    async def rename_tag(self) -> None:
        await self.send("POST", "/tags", {"id": self.some("tags"), "name": self.word()})

    async def change_ticket(self) -> None:
        wanted = {"ticket_state_id": self.random.choice(self.ticket_states)}
        await self.send("PUT", f"/tickets/{self.some('tickets')}", wanted)

    # --- removing

    async def remove(self) -> None:
        kind = self.random.choice(("contacts", "companies", "conversations", "tickets", "tags", "segments", "admins"))
        if len(self.there[kind]) > 3:
            ours = "/interlock/v1/" if kind in ("segments", "admins") else "/"
            await self.send("DELETE", f"{ours}{kind}/{self.take(kind)}")

    async def archive(self) -> None:
        if len(self.there["contacts"]) > 3:
            await self.send("POST", f"/contacts/{self.take('contacts')}/archive")

    async def leave_company(self) -> None:
        """A company that nobody belongs to is not listed any more."""
        if len(self.there["companies"]) > 3:
            id = self.take("companies")
            for person in self.members[id]:
                await self.send("DELETE", f"/contacts/{person}/companies/{id}")

    async def write(self, done: asyncio.Event) -> None:
        """Anything of this, until everything has been read."""
        new = (self.new_contact, self.new_company, self.new_conversation, self.new_ticket, self.new_tag)
        rare = (self.new_segment, self.new_admin, self.archive, self.leave_company, self.rename_tag)
        change = (self.change_contact, self.change_company, self.reply, self.close_or_open, self.tag)
        often = (*new, *rare, *change, self.reply, self.change_ticket, self.remove, self.remove)
        for _ in range(MOST_WRITES):
            if done.is_set():
                return
            await self.random.choice(often)()
            self.written.release()
        for _ in range(MOST_WRITES):
            self.written.release()  # nobody is to wait for a writer who has stopped

    # --- reading

    async def pages(self, kind: str, per_page: Callable[[], int]) -> AsyncIterator[list[dict[str, Any]]]:
        """One page after another, as a connector asks for them: a cursor for what has one."""
        if kind in ("tags", "segments", "admins"):
            answer = await self.client.ok("GET", f"/{kind}")
            yield answer["data" if kind == "tags" else kind]
            return
        if kind == "companies":
            async for page in self.scroll():
                yield page
            return
        after: str | None = None
        while True:
            page = {"per_page": per_page(), **({"starting_after": after} if after else {})}
            if kind == "tickets":
                answer = await self.client.ok("POST", "/tickets/search", {"query": EVERY_TICKET, "pagination": page})
            else:
                query = "&".join(f"{name}={value}" for name, value in page.items())
                answer = await self.client.ok("GET", f"/{kind}?{query}")
            yield answer["data" if kind == "contacts" else kind]
            if (following := answer["pages"].get("next")) is None:
                return
            after = following["starting_after"]

    async def scroll(self) -> AsyncIterator[list[dict[str, Any]]]:
        answer = await self.client.ok("GET", "/companies/scroll")
        while answer["data"]:
            yield answer["data"]
            answer = await self.client.ok("GET", f"/companies/scroll?scroll_param={answer['scroll_param']}")

    async def consume(self, kind: str, per_page: Callable[[], int]) -> None:
        before, said = set(self.there[kind]), {id: set(bodies) for id, bodies in self.said.items()}
        seen: Counter[str] = Counter()
        async for page in self.pages(kind, per_page):
            seen.update(one["id"] for one in page)
            for _ in range(WRITES_PER_PAGE):
                await self.written.acquire()
            if kind == "conversations":
                await self.read_parts([one["id"] for one in page], said)
        twice = {id for id, times in seen.items() if times > 1}
        assert twice == set(), (kind, "come twice")
        assert before - self.leaving[kind] <= seen.keys(), (kind, "are missing")

    async def read_parts(self, ids: list[str], said: dict[str, set[str]]) -> None:
        for id in ids:
            shown = await self.send("GET", f"/conversations/{id}")
            if shown is None:
                assert id in self.leaving["conversations"], id
                continue
            parts = shown["conversation_parts"]["conversation_parts"]
            assert shown["conversation_parts"]["total_count"] == len(parts) == len({one["id"] for one in parts})
            bodies = [one["body"].removeprefix("<p>").removesuffix("</p>") for one in parts if one["body"]]
            assert len(bodies) == len(set(bodies))
            assert said.get(id, set()) <= set(bodies)


@pytest.fixture
async def shop(database: Database, workspace: Made) -> Shop:
    made = Shop(Direct(build(database), workspace.token), 11)
    made.admin = str(workspace.admin_id)
    kind = await made.send("POST", "/ticket_types", {"name": "Question", "category": "Customer"})
    made.ticket_type = kind["id"]
    made.ticket_states = [one["id"] for one in kind["ticket_states"]["data"]]
    for _ in range(3):
        made.there["people"].append((await made.send("POST", "/contacts", {"external_id": made.word()}))["id"])
    many = {made.new_contact: 40, made.new_company: 25, made.new_conversation: 30, made.new_ticket: 25}
    few = {made.new_tag: 20, made.new_segment: 6, made.new_admin: 5}
    for make, count in {**many, **few}.items():
        await asyncio.gather(*(make() for _ in range(count)))
    for _ in range(30):
        await made.reply()
    return made


KINDS = ("contacts", "companies", "conversations", "tags", "segments", "tickets", "admins")


async def test_a_consumer_gets_every_row_once_while_others_write(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SCROLL_PAGE", 7)
    sizes = random.Random(3)
    done = asyncio.Event()
    writers = [asyncio.create_task(shop.write(done)) for _ in range(WRITERS)]
    for kind in KINDS:
        await shop.consume(kind, lambda: sizes.randint(1, 7))
    done.set()
    await asyncio.gather(*writers)
    assert shop.wrong == []


@pytest.mark.parametrize("kind", ["contacts", "conversations", "tickets"])
async def test_a_consumer_ends_though_there_is_a_new_row_after_each_page(shop: Shop, kind: str) -> None:
    make = {"contacts": shop.new_contact, "conversations": shop.new_conversation, "tickets": shop.new_ticket}[kind]
    before = [one["id"] async for page in shop.pages(kind, lambda: 50) for one in page]
    seen: list[str] = []
    async for page in shop.pages(kind, lambda: 1):
        seen += [one["id"] for one in page]
        assert len(seen) <= len(before)
        await make()
    assert seen == before


async def test_pages_by_number_miss_no_company_while_some_are_made_and_changed(shop: Shop) -> None:
    """They move on by the rows that are new, so that one may come twice; connectors use the scroll."""
    before, seen, page = set(shop.there["companies"]), set[str](), 1
    while True:
        answer = await shop.client.ok("GET", f"/companies?page={page}&per_page=4")
        seen |= {one["id"] for one in answer["data"]}
        if answer["pages"]["next"] is None:
            break
        await shop.change_company()
        if page % 3 == 0:
            await shop.new_company()
        page += 1
    assert before <= seen
