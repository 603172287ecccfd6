"""What must hold of conversations and tickets whoever was first: read from the tables, not from answers."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from sqlalchemy import Table, select

from interlock.core.staff.store import DEACTIVATED_AT
from interlock.core.threads.words import UNSNOOZE
from interlock.storage import tables
from interlock.storage.database import Tx
from interlock.storage.query import Query
from stories.worlds import World

SHARED = ("open", "snoozed_until", "admin_assignee_id", "team_assignee_id", "company_id")
"""What a conversation and the ticket that it has become have in common."""


async def broken_promises(world: World) -> list[str]:
    """Rows that belong to nothing, counts that are wrong, timers that are missing or left over."""
    return Rows(await read_tables(world)).broken()


async def read_tables(world: World) -> dict[str, list[dict[str, Any]]]:
    wanted: tuple[Table, ...] = (
        *(tables.conversations, tables.tickets, tables.parts, tables.participants, tables.taggings, tables.tags),
        *(tables.contacts, tables.admins, tables.ticket_links, tables.side_conversations, tables.jobs, tables.teams),
        tables.deleted_conversations,
    )

    async def read(tx: Tx) -> dict[str, list[dict[str, Any]]]:
        found = {}
        for table in wanted:
            rows = await tx.all(Query(select(*table.c).where(table.c.workspace_id == world.workspace_id)))
            found[table.name] = [dict(zip(table.c.keys(), row, strict=True)) for row in rows]
        return found

    return await world.database.snapshot(read)


class Rows:
    def __init__(self, found: dict[str, list[dict[str, Any]]]) -> None:
        self.found = found
        self.conversations = {one["id"]: one for one in found["conversations"]}
        self.tickets = {one["id"]: one for one in found["tickets"]}
        self.threads = self.conversations.keys() | self.tickets.keys()
        self.sides = {one["id"] for one in found["side_conversations"]}
        self.parts = Counter(one["thread_id"] for one in found["parts"])
        self.people = {one["id"] for one in found["contacts"] if one["merged_into"] is None}

    def broken(self) -> list[str]:
        return [*self.orphans(), *self.pointers(), *self.counts(), *self.timers()]

    def orphans(self) -> list[str]:
        """What was said in, put on or joined to something that is gone."""
        there = self.threads | self.sides | {f"{id}/handling" for id in self.conversations}
        broken = [f"parts of {id}" for id in self.parts.keys() - there]
        broken += [f"participants of {one}" for one in self._named("participants", "thread_id") - there]
        broken += [
            f"side conversations of {one}"
            for one in self._named("side_conversations", "conversation_id")
            if one not in self.conversations
        ]
        for one in self.found["taggings"]:
            of = {"conversation": self.conversations, "ticket": self.tickets}.get(one["kind"])
            if of is not None and one["record_id"] not in of:
                broken.append(f"a tag on {one['kind']} {one['record_id']}")
        for one in self.found["ticket_links"]:
            of = self.conversations if one["object_type"] == "conversation" else self.tickets
            if one["ticket_id"] not in self.tickets or one["object_id"] not in of:
                broken.append(f"a link of {one['ticket_id']} and {one['object_id']}")
        both = self.conversations.keys() & self._named("deleted_conversations", "id")
        return broken + [f"{id} is there and deleted" for id in both]

    def _named(self, table: str, column: str) -> set[str]:
        return {one[column] for one in self.found[table]}

    def pointers(self) -> list[str]:
        """Everybody who is named is there."""
        admins = {
            one["id"] for one in self.found["admins"] if DEACTIVATED_AT not in msgspec.json.decode(one["details"])
        }
        broken = []
        for one in (*self.conversations.values(), *self.tickets.values()):
            if one["admin_assignee_id"] is not None and one["admin_assignee_id"] not in admins:
                broken.append(f"{one['id']} is assigned to somebody who has left")
            if one["team_assignee_id"] is not None and one["team_assignee_id"] not in self._named("teams", "id"):
                broken.append(f"{one['id']} is assigned to a team that is gone")
        for one in self.found["participants"]:
            if one["kind"] == "contact" and one["member_id"] not in self.people:
                broken.append(f"{one['thread_id']} is with a contact who is gone")
        broken += [
            f"tag {one['tag_id']} is gone"
            for one in self.found["taggings"]
            if one["tag_id"] not in self._named("tags", "id")
        ]
        for id, one in self.conversations.items():
            if (one["ticket_id"] is not None) != (id in self.tickets):
                broken.append(f"{id} and its ticket do not know each other")
            elif id in self.tickets:
                mine, theirs = ({name: each[name] for name in SHARED} for each in (one, self.tickets[id]))
                broken += [f"{id} and its ticket disagree: {mine}, {theirs}"] if mine != theirs else []
        return broken

    def counts(self) -> list[str]:
        broken = []
        for id, one in self.conversations.items():
            counted = msgspec.json.decode(one["details"]).get("statistics.count_conversation_parts")
            if counted != self.parts[id] + 1:
                broken.append(f"{id} counts {counted} parts and has {self.parts[id]} and its first message")
        return broken

    def timers(self) -> list[str]:
        waiting = Counter(
            one["key"] for one in self.found["jobs"] if one["kind"] == UNSNOOZE and one["state"] == "waiting"
        )
        asleep = {id for id, one in self.conversations.items() if one["state"] == "snoozed"}
        broken = [f"{id} sleeps without a timer" for id in asleep if waiting[id] != 1]
        broken += [f"{id} has a timer and is awake" for id in waiting.keys() & self.conversations.keys() - asleep]
        return broken + [f"{id} has a timer and is gone" for id in waiting.keys() - self.conversations.keys()]
