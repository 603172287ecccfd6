"""The official Python SDK at a help desk: conversations, tickets, and what belongs to them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from intercom import Intercom
from intercom.conversations.types import AttachContactToConversationRequestCustomerIntercomUserId as Joining
from intercom.conversations.types import ConversationsManageRequestBody_Assignment as Assignment
from intercom.conversations.types import ConversationsManageRequestBody_Close as Close
from intercom.conversations.types import ConversationsManageRequestBody_Open as Open
from intercom.conversations.types import ConversationsManageRequestBody_Snoozed as Snooze
from intercom.conversations.types import CreateConversationRequestFrom
from intercom.core.api_error import ApiError
from intercom.errors import BadRequestError, NotFoundError, UnauthorizedError, UnprocessableEntityError
from intercom.types import (
    AdminReplyConversationRequest,
    AdminReplyTicketRequest,
    ContactReplyIntercomUserIdRequest,
    ContactReplyTicketIntercomUserIdRequest,
    CreateContactRequestWithExternalId,
    CreateTicketRequestAssignment,
    CreateTicketRequestContactsItemExternalId,
    CreateTicketRequestContactsItemId,
    CreateTicketTypeRequest,
    MultipleFilterSearchRequest,
    QuickReplyOption,
    RedactConversationRequest_ConversationPart,
    RedactConversationRequest_Source,
    SingleFilterSearchRequest,
    StartingAfterPaging,
)

from compat.conftest import Served


async def test_the_python_sdk_runs_a_help_desk(served: Served) -> None:
    await asyncio.to_thread(_run, served)


def _run(served: Served) -> None:
    with httpx.Client(timeout=60) as connections:  # the SDK itself never closes those that it makes
        sdk = Intercom(base_url=served.url, token=served.token, httpx_client=connections)
        stranger = Intercom(base_url=served.url, token="nobody", httpx_client=connections)
        with pytest.raises(UnauthorizedError) as refused:
            stranger.conversations.list()
        assert refused.value.status_code == 401
        admin = _staff(sdk)
        ann = sdk.contacts.create(request=CreateContactRequestWithExternalId(external_id="ann", name="Ann"))
        bob = sdk.contacts.create(request=CreateContactRequestWithExternalId(external_id="bob"))
        conversation = _conversations(sdk, admin, str(ann.id))
        _people_of_a_conversation(sdk, admin, conversation, str(bob.id))
        _lists(sdk, admin, conversation, str(ann.id))
        ticket = _tickets(sdk, admin, conversation, str(ann.id))
        _endings(sdk, conversation, ticket, str(ann.id))


def _staff(sdk: Intercom) -> int:
    me = sdk.admins.identify()
    assert me is not None
    admin = int(me.id or 0)
    assert [one.id for one in sdk.admins.list().admins or [] if one] == [str(admin)]
    # The SDK expects a bare array, which the description has no more; what it cannot read it hands on as it is.
    reason = int(sdk.away_status_reasons.list_away_status_reasons()["data"][0]["id"])  # type: ignore[call-overload]
    away = sdk.admins.away(admin, away_mode_enabled=True, away_mode_reassign=False, away_status_reason_id=reason)
    assert away is not None
    assert away.away_mode_enabled is True
    back = sdk.admins.away(admin, away_mode_enabled=False, away_mode_reassign=False)
    assert back is not None
    assert back.away_mode_enabled is False
    logs = sdk.admins.list_all_activity_logs(created_at_after=str(int(time.time()) - 60)).activity_logs or []
    assert "admin_away_mode_change" in {one.activity_type for one in logs if one}
    teams = sdk.teams.list().teams or []
    assert sdk.teams.find(str(teams[0].id)).admin_ids == [admin]
    with pytest.raises(NotFoundError):
        sdk.admins.find(1)
    return admin


def _conversations(sdk: Intercom, admin: int, ann: str) -> str:
    talks, me = sdk.conversations, str(admin)
    begun = talks.create(from_=CreateConversationRequestFrom(type="user", id=ann), body="My order is late")
    assert begun.conversation_id is not None
    id = begun.conversation_id
    assert talks.find(id).source.body == "<p>My order is late</p>"  # type: ignore[union-attr]
    talks.reply(id, request=AdminReplyConversationRequest(message_type="comment", admin_id=me, body="We are looking"))
    talks.reply(id, request=AdminReplyConversationRequest(message_type="note", admin_id=me, body="<b>VIP</b>"))
    choice = AdminReplyConversationRequest(
        message_type="quick_reply",
        admin_id=me,
        reply_options=[QuickReplyOption(text=text, uuid_=f"u-{text}") for text in ("Yes", "No")],
    )
    talks.reply(id, request=choice)
    answered = talks.reply(
        id,
        request=ContactReplyIntercomUserIdRequest(
            message_type="comment", type="user", body="Yes", intercom_user_id=ann
        ),
    )
    parts = _parts(answered)
    assert [one.part_type for one in parts] == ["comment", "note", "quick_reply", "comment"]
    assert [one.author.type for one in parts] == ["admin", "admin", "admin", "user"]
    assigned = talks.manage(id, request=Assignment(type="admin", admin_id=me, assignee_id=me))
    assert assigned.admin_assignee_id == admin
    until = int(time.time()) + 3600
    snoozed = talks.manage(id, request=Snooze(admin_id=me, snoozed_until=until))
    assert (snoozed.state, snoozed.open, snoozed.snoozed_until) == ("snoozed", True, until)
    assert talks.manage(id, request=Open(admin_id=me)).state == "open"
    closed = talks.manage(id, request=Close(admin_id=me, body="Solved"))
    assert (closed.state, closed.open) == ("closed", False)
    assert closed.statistics is not None
    assert closed.statistics.count_conversation_parts == len(_parts(closed)) + 1  # and the source
    updated = talks.update(id, read=True, title="Late order", display_as="plaintext")
    assert (updated.read, updated.title) == (True, "Late order")
    with pytest.raises(NotFoundError) as missing:
        talks.find("1")
    assert missing.value.status_code == 404
    with pytest.raises(ApiError) as wrong:
        talks.reply(id, request=AdminReplyConversationRequest(message_type="comment", admin_id="1", body="Hello"))
    assert wrong.value.status_code == 404
    return id


def _parts(conversation: object) -> list:
    return conversation.conversation_parts.conversation_parts  # type: ignore[attr-defined]


def _people_of_a_conversation(sdk: Intercom, admin: int, id: str, bob: str) -> None:
    talks = sdk.conversations
    both = talks.attach_contact_as_admin(id, admin_id=str(admin), customer=Joining(intercom_user_id=bob))
    assert bob in {one.id for one in both.contacts.contacts}  # type: ignore[union-attr]
    alone = talks.detach_contact_as_admin(id, bob, admin_id=str(admin))
    left = [one.id for one in alone.contacts.contacts]  # type: ignore[union-attr]
    assert len(left) == 1
    assert bob not in left
    with pytest.raises(UnprocessableEntityError):  # somebody must stay
        talks.detach_contact_as_admin(id, str(left[0]), admin_id=str(admin))
    part = _parts(talks.find(id))[0].id
    redacted = talks.redact_conversation_part(
        request=RedactConversationRequest_ConversationPart(conversation_id=id, conversation_part_id=part)
    )
    assert _parts(redacted)[0].redacted is True
    source = str(redacted.source.id)  # type: ignore[union-attr]
    whole = talks.redact_conversation_part(
        request=RedactConversationRequest_Source(conversation_id=id, source_id=source)
    )
    assert whole.source.redacted is True  # type: ignore[union-attr]


def _lists(sdk: Intercom, admin: int, first: str, ann: str) -> None:
    talks = sdk.conversations
    for number in range(4):
        talks.create(from_=CreateConversationRequestFrom(type="user", id=ann), body=f"Question {number}")
    listed = [one.id for one in talks.list(per_page=2)]
    assert len(listed) == len(set(listed)) == 5
    waiting = SingleFilterSearchRequest(field="state", operator="=", value="open")
    found = [one.id for one in _searched(talks.search, waiting, 3)]
    assert len(found) == len(set(found)) == 4
    assert set(found) == set(listed) - {first}
    mine = SingleFilterSearchRequest(field="admin_assignee_id", operator="=", value=admin)
    done = SingleFilterSearchRequest(field="state", operator="=", value="closed")
    both = MultipleFilterSearchRequest(operator="AND", value=[mine, done])
    assert [one.id for one in talks.search(query=both)] == [first]


def _searched(search: Callable[..., Any], query: SingleFilterSearchRequest, per_page: int) -> list[Any]:
    """All pages of a search. The SDK's own loop asks for the first one for ever: it does not hand the cursor on."""
    found: list[Any] = []
    paging = StartingAfterPaging(per_page=per_page)
    while True:
        page = search(query=query, pagination=paging)
        found += page.items
        if not page.has_next:
            return found
        paging = StartingAfterPaging(per_page=per_page, starting_after=page.response.pages.next.starting_after)


def _tickets(sdk: Intercom, admin: int, conversation: str, ann: str) -> str:
    kind = sdk.ticket_types.create(request=CreateTicketTypeRequest(name="Bug", category="Customer", icon="🐞"))
    assert kind is not None
    assert kind.id is not None
    severity = sdk.ticket_types.attributes.create(
        kind.id, name="Severity", description="How bad", data_type="list", list_items="low,high"
    )
    assert severity is not None
    asked = sdk.ticket_types.get(kind.id).ticket_type_attributes  # type: ignore[union-attr]
    assert "Severity" in {one["name"] for one in asked.data}  # type: ignore[union-attr]
    states = sdk.ticket_states.list_ticket_states().data or []
    solved = next(str(one.id) for one in states if one.category == "resolved")
    made = sdk.tickets.create(
        ticket_type_id=kind.id,
        contacts=[CreateTicketRequestContactsItemId(id=ann)],
        assignment=CreateTicketRequestAssignment(admin_assignee_id=str(admin)),
    )
    assert made is not None
    assert made.id is not None
    assert made.ticket_state.category == "submitted"  # type: ignore[union-attr]
    changed = sdk.tickets.update(made.id, ticket_attributes={"_default_title_": "It crashes"}, ticket_state_id=solved)
    assert changed is not None
    assert changed.ticket_attributes["_default_title_"] == "It crashes"  # type: ignore[index]
    assert changed.ticket_state.category == "resolved"  # type: ignore[union-attr]
    answer = AdminReplyTicketRequest(message_type="comment", admin_id=str(admin), body="Fixed")
    assert sdk.tickets.reply(made.id, request=answer).part_type == "comment"
    thanks = ContactReplyTicketIntercomUserIdRequest(
        message_type="comment", type="user", body="Thanks", intercom_user_id=ann
    )
    assert sdk.tickets.reply(made.id, request=thanks).author.type == "user"  # type: ignore[union-attr]
    got = sdk.tickets.get(made.id)
    assert got is not None
    assert [one.part_type for one in got.ticket_parts.ticket_parts if one.body] == ["comment", "comment"]  # type: ignore[union-attr]
    turned = sdk.conversations.convert_to_ticket(int(conversation), ticket_type_id=kind.id)
    assert turned is not None
    assert turned.id == conversation
    with pytest.raises(BadRequestError):  # it is one already
        sdk.conversations.convert_to_ticket(int(conversation), ticket_type_id=kind.id)
    job = sdk.tickets.enqueue_create_ticket(
        ticket_type_id=kind.id, contacts=[CreateTicketRequestContactsItemExternalId(external_id="ann")]
    )
    ends = time.monotonic() + 20
    while job.status == "pending" and time.monotonic() < ends:
        time.sleep(0.05)
        job = sdk.jobs.status(job.id)
    assert (job.status, job.resource_type) == ("success", "ticket")
    of_kind = SingleFilterSearchRequest(field="ticket_type_id", operator="=", value=kind.id)
    found = {one.id for one in _searched(sdk.tickets.search, of_kind, 2)}
    assert found == {made.id, conversation, job.resource_id}
    assert sdk.tickets.delete_ticket(str(job.resource_id)).deleted is True
    return made.id


def _endings(sdk: Intercom, conversation: str, ticket: str, ann: str) -> None:
    assert sdk.conversations.delete_conversation(int(conversation)).deleted is True
    with pytest.raises(NotFoundError):
        sdk.conversations.find(conversation)
    assert sdk.tickets.delete_ticket(ticket).deleted is True
    assert sdk.contacts.delete(ann).deleted is True
