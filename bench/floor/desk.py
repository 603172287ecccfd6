"""The floor's help desk: the same three requests, on plain tables, in as few round trips as they take."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import Any, Protocol

from bench.floor.schema import numbered

TABLES = (
    "create table conversations (id text primary key, contact_id text not null, state text not null, open boolean not"
    " null, read boolean not null, priority text not null, title text, admin_assignee_id bigint, team_assignee_id"
    " bigint, company_id text, waiting_since bigint, snoozed_until bigint, source_body text not null, source_subject"
    " text not null, source_url text, created_at bigint not null, updated_at bigint not null)",
    "create table parts (id text primary key, conversation_id text not null, part_type text not null, author_type text"
    " not null, author_id text not null, body text, created_at bigint not null)",
)
INDEXES = (
    "create index conversations_assignee on conversations (admin_assignee_id, state, id)",
    "create index parts_conversation on parts (conversation_id, id)",
)
COLUMNS = (
    *("id", "contact_id", "state", "open", "read", "priority", "title", "admin_assignee_id", "team_assignee_id"),
    *("company_id", "waiting_since", "snoozed_until", "source_body", "source_subject", "source_url"),
    *("created_at", "updated_at"),
)
PART = ("id", "part_type", "author_type", "author_id", "body", "created_at")

_SHOWN = ", ".join(f"c.{name}" for name in COLUMNS) + ", p.external_id, p.role, p.email, p.name"
_JOIN = "left join people p on p.id = c.contact_id"
_FOUND = "from conversations c where c.admin_assignee_id = {1} and c.state = {2}"

CREATE = (
    "insert into conversations (id, contact_id, state, open, read, priority, waiting_since, source_body,"
    " source_subject, created_at, updated_at) values ({1}, {2}, 'open', true, true, 'none', {3}, {4}, '', {3}, {3})"
)
ADD_PART = (
    "insert into parts (id, conversation_id, part_type, author_type, author_id, body, created_at)"
    " values ({1}, {2}, 'comment', {3}, {4}, {5}, {6})"
)
TOUCH = (
    "update conversations set updated_at = {6}, state = 'open', open = true, read = false, waiting_since ="
    " case when {3} = 'admin' then null else {6} end where id = {2} returning *"
)
TOUCH_LITE = (
    "update conversations set updated_at = {3}, state = 'open', open = true, read = false, waiting_since ="
    " case when {2} = 'admin' then null else {3} end where id = {1}"
)
REPLY = f"with added as ({ADD_PART}), c as ({TOUCH}) select {_SHOWN} from c {_JOIN}"
SHOW = f"select {_SHOWN} from conversations c {_JOIN} where c.id = {{1}}"
PARTS = f"select {', '.join(PART)} from parts where conversation_id = {{1}} order by id desc limit 500"
SEARCH = f"select {_SHOWN} {_FOUND.replace(' where', f' {_JOIN} where')} order by c.id desc limit {{3}}"
COUNT = f"select count(*) {_FOUND}"

_ASKED = ("CREATE", "ADD_PART", "TOUCH_LITE", "REPLY", "SHOW", "PARTS", "SEARCH", "COUNT")
_PG = {name: numbered(globals()[name], "$") for name in _ASKED}
_LITE = {name: numbered(globals()[name], "?") for name in _ASKED}
_ids = itertools.count(time.time_ns() // 1000)
Row = Sequence[Any]


class DeskStore(Protocol):
    async def create(self, *values: Any) -> None: ...

    async def reply(self, *values: Any) -> tuple[Row, Sequence[Row]]: ...

    async def search(self, *values: Any) -> tuple[Sequence[Row], int]: ...


class PostgresDesk:
    def __init__(self, pool: Any, searches: Any) -> None:
        self.pool, self.searches = pool, searches

    async def create(self, *values: Any) -> None:
        await self.pool.execute(_PG["CREATE"], *values)

    async def reply(self, *values: Any) -> tuple[Row, Sequence[Row]]:
        async with self.pool.acquire() as connection:
            shown = await connection.fetchrow(_PG["REPLY"], *values)
            return shown, await connection.fetch(_PG["PARTS"], values[1])

    async def search(self, *values: Any) -> tuple[Sequence[Row], int]:
        async with self.searches.acquire() as connection:
            return await connection.fetch(_PG["SEARCH"], *values), await connection.fetchval(_PG["COUNT"], *values[:2])


class SQLiteDesk:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def create(self, *values: Any) -> None:
        self.connection.execute(_LITE["CREATE"], values)

    async def reply(self, *values: Any) -> tuple[Row, Sequence[Row]]:
        with self.connection:
            self.connection.execute(_LITE["ADD_PART"], values)
            self.connection.execute(_LITE["TOUCH_LITE"], (values[1], values[2], values[5]))
        shown = self.connection.execute(_LITE["SHOW"], (values[1],)).fetchone()
        return shown, self.connection.execute(_LITE["PARTS"], (values[1],)).fetchall()

    async def search(self, *values: Any) -> tuple[Sequence[Row], int]:
        rows = self.connection.execute(_LITE["SEARCH"], values).fetchall()
        return rows, self.connection.execute(_LITE["COUNT"], values[:2]).fetchall()[0][0]


class Desk:
    def __init__(self, store: DeskStore) -> None:
        self.store = store

    async def answer(self, path: str, body: dict[str, Any]) -> Any:
        now = int(time.time())
        if path == "/conversations":
            id = str(next(_ids))
            await self.store.create(id, body["from"]["id"], now, body["body"])
            shown = {"type": "user_message", "id": id, "created_at": now, "body": body["body"]}
            return shown | {"message_type": "inapp", "conversation_id": id}
        if path == "/conversations/search":
            state, admin = (one["value"] for one in body["query"]["value"])
            per_page = body["pagination"]["per_page"]
            rows, total = await self.store.search(admin, state, per_page)
            pages = {"type": "pages", "per_page": per_page}
            found = [_conversation(row) for row in rows]
            return {"type": "conversation.list", "conversations": found, "total_count": total, "pages": pages}
        author = body.get("admin_id") or body["intercom_user_id"]
        shown, parts = await self.store.reply(
            str(next(_ids)), path.split("/")[2], body["type"], author, body["body"], now
        )
        answer = _conversation(shown)
        made = [_part(row) for row in reversed(parts)]
        answer["conversation_parts"] = {"type": "conversation_part.list", "conversation_parts": made}
        return answer


def _part(row: Row) -> dict[str, Any]:
    id, part_type, author_type, author_id, body, created_at = row
    return {
        "type": "conversation_part",
        "id": id,
        "part_type": part_type,
        "body": body,
        "created_at": created_at,
        "updated_at": created_at,
        "notified_at": created_at,
        "assigned_to": None,
        "author": {"type": author_type, "id": author_id, "name": None, "email": ""},
        "attachments": [],
        "external_id": None,
        "redacted": False,
        "metadata": None,
        "email_message_metadata": None,
        "app_package_code": None,
    }


def _conversation(row: Row) -> dict[str, Any]:
    """Every key that the description's example has: a client of either server gets a whole conversation."""
    id, contact_id, state, open, read, priority, title, admin_id, team_id, _, waiting_since, *rest = row
    snoozed_until, body, subject, url, created_at, updated_at, external_id, role, email, name = rest
    return {
        "type": "conversation",
        "id": id,
        "title": title,
        "created_at": created_at,
        "updated_at": updated_at,
        "waiting_since": waiting_since,
        "snoozed_until": snoozed_until,
        "open": bool(open),
        "state": state,
        "read": bool(read),
        "priority": priority,
        "admin_assignee_id": admin_id or 0,
        "team_assignee_id": team_id or 0,
        "company": None,
        "tags": {"type": "tag.list", "tags": []},
        "conversation_rating": None,
        "source": {
            "type": "conversation",
            "id": id,
            "delivered_as": "customer_initiated",
            "subject": subject,
            "body": body,
            "author": {"type": role, "id": contact_id, "name": name, "email": email},
            "attachments": [],
            "url": url,
            "redacted": False,
        },
        "contacts": {
            "type": "contact.list",
            "contacts": [{"type": "contact", "id": contact_id, "external_id": external_id}],
        },
        "teammates": None,
        "custom_attributes": {},
        "first_contact_reply": None,
        "sla_applied": None,
        "statistics": {"type": "conversation_statistics", "count_reopens": 0, "count_assignments": 0},
        "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "ai_agent_participated": False,
        "ai_agent": None,
    }
