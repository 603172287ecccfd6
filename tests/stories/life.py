"""One conversation with everybody around it: what people do, and what the feed tells of it."""

from __future__ import annotations

from typing import Any

from interlock.engines.jobs import handlers
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.runner import Runner
from support.client import Client
from support.clocks import StandingClock
from support.feed import Feed


class Life:
    """One conversation, and everybody around it."""

    def __init__(self, client: Client, clock: StandingClock) -> None:
        self.client = client
        self.clock = clock
        self.feed = Feed(client)
        self.names: dict[str, str] = {}  # what the feed calls a record -> what the story calls it
        self.id = self.lead = ""
        self.admin = self.colleague = self.team = 0

    async def ok(self, method: str, path: str, json: Any = None) -> Any:
        return await self.client.ok(method, path, json)

    async def get(self) -> dict[str, Any]:
        return await self.ok("GET", f"/conversations/{self.id}")

    async def says(self, body: str, **more: Any) -> dict[str, Any]:
        said = {"message_type": "comment", "type": "user", "intercom_user_id": self.lead, "body": body, **more}
        return await self.ok("POST", f"/conversations/{self.id}/reply", said)

    async def replies(self, message_type: str, body: str | None = None, **more: Any) -> dict[str, Any]:
        said = {"message_type": message_type, "type": "admin", "admin_id": str(self.admin), "body": body, **more}
        return await self.ok("POST", f"/conversations/{self.id}/reply", said)

    async def manages(self, message_type: str, **more: Any) -> dict[str, Any]:
        wanted = {"message_type": message_type, "admin_id": str(self.admin), **more}
        return await self.ok("POST", f"/conversations/{self.id}/parts", wanted)

    async def told(self, *expected: str) -> list[dict[str, Any]]:
        """The feed has just this news: words such as "talk replied", in this order.

        Besides what the activity log says, and what the ticket that it has become says for itself.
        """
        news = [
            one
            for one in await self.feed.news()
            if one["type"] != "activity_log" and (one["type"], one["id"]) != ("ticket", self.id)
        ]
        words = [f"{self.names.get(one['id'], one['type'])} {one['action']}" for one in news]
        assert words == list(expected)
        assert {one["at"] for one in news} <= {self.clock.now}
        return news

    async def found(self, *filters: tuple[str, str, Any], kind: str = "conversations") -> list[str]:
        """The ids that a search for all of the filters finds, and it agrees with its own count."""
        several = [{"field": field, "operator": operator, "value": value} for field, operator, value in filters]
        answer = await self.ok("POST", f"/{kind}/search", {"query": {"operator": "AND", "value": several}})
        assert answer["total_count"] == len(answer[kind])
        return [one["id"] for one in answer[kind]]

    async def only(self, *filters: tuple[str, str, Any]) -> None:
        """The conversation is found by each of these alone, and nothing else is."""
        for one in filters:
            assert await self.found(one) == [self.id], one

    async def work(self) -> None:
        context = Context.of(self.client.app.database)
        await Runner(context, handlers.units()).drain()
        await context.close()


def parts(shown: dict[str, Any]) -> list[dict[str, Any]]:
    return shown["conversation_parts"]["conversation_parts"]


def newest(shown: dict[str, Any]) -> tuple[str, str, str | None, str]:
    """Of its last part the type, who by, what it says, and the state it left."""
    one = parts(shown)[-1]
    return one["part_type"], one["author"]["type"], one["body"], one["state"]


def numbers(shown: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(shown["statistics"].get(name) for name in names)
