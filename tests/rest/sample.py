"""Operations to send requests to, and a reader of error lists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec

from interlock.kit.problems import Problem
from interlock.rest.operation import INTERLOCK, OPEN, Answer, Call, Operation
from interlock.storage.database import Duplicate, Unavailable


class NewContact(msgspec.Struct):
    email: str
    custom_attributes: dict[str, Any] = {}


async def echo(call: Call) -> Any:
    body = msgspec.to_builtins(call.body)
    return {
        "params": call.params,
        "query": call.query,
        "body": body,
        "version": call.version,
        "through": call.through,
        "base_url": call.base_url,
        "request_id": call.request_id,
    }


async def fail(call: Call) -> Any:
    raise {
        "merged": Problem("contact_merged", "This contact has been merged.", headers={"Link": "</contacts/2>"}),
        "field": Problem("parameter_invalid", "x is wrong", "custom_attributes.x"),
        "duplicate": Duplicate("contacts_email"),
        "unavailable": Unavailable("connection refused"),
        "bug": KeyError("a@customer.example"),
    }[call.params["how"]]


async def make(call: Call) -> Answer:
    return Answer({"id": "1"}, status=202, headers={"X-Extra": "yes\r\nX-Evil: yes"})


async def stream(call: Call) -> Answer:
    async def lines() -> AsyncIterator[bytes]:
        for number in range(int(call.query["rows"])):
            yield b'{"n":%d}\n' % number
        if call.query.get("then") == "fail":
            raise KeyError("late")

    return Answer(stream=lines(), content_type="application/x-ndjson")


async def unencodable(call: Call) -> Any:
    return {"a": object()}


def operations() -> list[Operation]:
    return [
        Operation("GET", "/contacts/{contact_id}", "ShowContact", echo, "", "Contacts", scope="read_users"),
        Operation("POST", "/contacts", "CreateContact", echo, "", "Contacts", scope="write_users", body=NewContact),
        Operation("POST", "/contacts/{contact_id}/archive", "ArchiveContact", echo, "", "Contacts"),
        Operation("POST", "/contacts/{contact_id}/block", "BlockContact", echo, "", "Contacts", scope="write_users"),
        Operation("POST", "/anything", "anything", echo, "", "Test", body=Any, body_required=False),
        Operation("GET", "/fail/{how}", "fail", fail, "", "Test"),
        Operation("POST", "/made", "make", make, "", "Test"),
        Operation("GET", "/rows", "stream", stream, "", "Test"),
        Operation("GET", "/unencodable", "unencodable", unencodable, "", "Test"),
        Operation("GET", "/interlock/v1/limits", "limits", echo, "", "Test", surface=INTERLOCK),
        Operation("GET", "/open", "open", echo, "", "Test", surface=OPEN),
    ]


def error(answer: httpx.Response) -> dict[str, Any]:
    envelope = answer.json()
    assert envelope["type"] == "error.list"
    assert envelope["request_id"] == answer.headers["x-request-id"]
    [one] = envelope["errors"]
    return one
