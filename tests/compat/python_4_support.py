"""A help desk on an older major version of the official Python SDK: run by test_python_4.py, in a process of its own.

Without INTERLOCK_VERSION the SDK says nothing of a version, as it comes, and gets the workspace's.
"""

from __future__ import annotations

import os
import time
from importlib.metadata import version
from typing import Any

import httpx
from intercom import Intercom
from intercom.conversations.types import AttachContactToConversationRequestCustomerIntercomUserId as Joining
from intercom.conversations.types import ConversationsManageRequestBody_Assignment as Assignment
from intercom.conversations.types import ConversationsManageRequestBody_Close as Close
from intercom.conversations.types import ConversationsManageRequestBody_Open as Open
from intercom.conversations.types import ConversationsManageRequestBody_Snoozed as Snooze
from intercom.conversations.types import CreateConversationRequestFrom
from intercom.core.api_error import ApiError
from intercom.errors import BadRequestError, NotFoundError, UnauthorizedError, UnprocessableEntityError
from intercom.events.types import CreateDataEventSummariesRequestEventSummaries as EventSummary
from intercom.tickets.types import UpdateTicketRequestAssignment
from intercom.types import (
    AdminReplyConversationRequest,
    AdminReplyTicketRequest,
    ContactReplyIntercomUserIdRequest,
    CreateContactRequestWithExternalId,
    CreateDataEventRequestWithId,
    CreateMessageRequest_Inapp,
    CreateMessageRequestFrom,
    CreateMessageRequestTo,
    CreateOrUpdateTagRequest,
    CreateTicketRequestContactsItemId,
    MultipleFilterSearchRequest,
    RedactConversationRequest_ConversationPart,
    SingleFilterSearchRequest,
    StartingAfterPaging,
    TagCompanyRequest,
    TagCompanyRequestCompaniesItem,
    UntagCompanyRequest,
    UntagCompanyRequestCompaniesItem,
    UpdateVisitorRequestWithUserId,
)
from intercom.visitors.types import UserWithUserId, VisitorWithUserId

URL, TOKEN = os.environ["INTERLOCK_URL"], os.environ["INTERLOCK_TOKEN"]
VERSION = os.environ.get("INTERLOCK_VERSION")


def main() -> None:
    assert version("python-intercom").startswith("4.")
    headers = {"Intercom-Version": VERSION} if VERSION else {}
    with httpx.Client(timeout=60, headers=headers) as connections:
        stranger = Intercom(base_url=URL, token="nobody", httpx_client=connections)
        assert _status(UnauthorizedError, stranger.conversations.list) == 401
        sdk = Intercom(base_url=URL, token=TOKEN, httpx_client=connections)
        admin = _staff(sdk)
        ann = sdk.contacts.create(request=CreateContactRequestWithExternalId(external_id="ann", name="Ann")).id
        bob = sdk.contacts.create(request=CreateContactRequestWithExternalId(external_id="bob")).id
        conversation = _conversations(sdk, admin, ann, bob)
        _lists(sdk, admin, conversation, ann)
        ticket = _tickets(sdk, admin, conversation, ann)
        _labels(sdk, admin, ann, conversation, ticket)
        _consent_and_messages(sdk, admin, ann)
        _events(sdk, ann)
        _visitors(sdk, connections)
        assert sdk.contacts.delete(ann).deleted is True
    print("done")


def _status(kind: type[ApiError], call: Any, *arguments: Any, **more: Any) -> int | None:
    """The status that a call is refused with, by an error of just this class."""
    try:
        call(*arguments, **more)
    except kind as refused:
        return refused.status_code
    raise AssertionError(f"{call} was not refused")


def _staff(sdk: Intercom) -> str:
    admin = sdk.admins.identify().id
    assert sdk.admins.list().admins[0].id == sdk.admins.find(admin).id == admin
    assert sdk.admins.away(admin, away_mode_enabled=True, away_mode_reassign=False).away_mode_enabled is True
    assert sdk.admins.away(admin, away_mode_enabled=False, away_mode_reassign=False).away_mode_enabled is False
    logs = sdk.admins.list_all_activity_logs(created_at_after=str(int(time.time()) - 60)).activity_logs
    assert "admin_away_mode_change" in {one.activity_type for one in logs}
    team = sdk.teams.list().teams[0]
    assert sdk.teams.find(team.id).admin_ids == [int(admin)]
    return admin


def _conversations(sdk: Intercom, admin: str, ann: str, bob: str) -> str:
    talks = sdk.conversations
    id = talks.create(from_=CreateConversationRequestFrom(type="user", id=ann), body="My order is late").conversation_id
    reply = AdminReplyConversationRequest(message_type="comment", admin_id=admin, body="We are looking")
    assert talks.reply(id, request=reply).type == "conversation"
    talks.reply(id, request=AdminReplyConversationRequest(message_type="note", admin_id=admin, body="VIP"))
    talks.reply(
        id,
        request=ContactReplyIntercomUserIdRequest(
            message_type="comment", type="user", body="Thanks", intercom_user_id=ann
        ),
    )
    parts = talks.find(id).conversation_parts.conversation_parts
    assert [one.part_type for one in parts] == ["comment", "note", "comment"]
    assert [one.author.type for one in parts] == ["admin", "admin", "user"]
    assigned = talks.manage(id, request=Assignment(type="admin", admin_id=admin, assignee_id=admin))
    assert assigned.admin_assignee_id == int(admin)
    until = int(time.time()) + 3600
    snoozed = talks.manage(id, request=Snooze(admin_id=admin, snoozed_until=until))
    assert (snoozed.state, snoozed.snoozed_until) == ("snoozed", until)
    assert talks.manage(id, request=Open(admin_id=admin)).state == "open"
    assert talks.manage(id, request=Close(admin_id=admin, body="Solved")).state == "closed"
    assert talks.update(id, read=True).read is True
    both = talks.attach_contact_as_admin(id, admin_id=admin, customer=Joining(intercom_user_id=bob))
    assert {one.id for one in both.contacts.contacts} == {ann, bob}
    alone = talks.detach_contact_as_admin(id, bob, admin_id=admin)
    assert [one.id for one in alone.contacts.contacts] == [ann]
    assert _status(UnprocessableEntityError, talks.detach_contact_as_admin, id, ann, admin_id=admin) == 422
    redacted = talks.redact_conversation_part(
        request=RedactConversationRequest_ConversationPart(conversation_id=id, conversation_part_id=parts[0].id)
    )
    assert redacted.conversation_parts.conversation_parts[0].redacted is True
    assert _status(NotFoundError, talks.find, "1") == 404
    return id


def _searched(search: Any, query: Any, per_page: int) -> list[str]:
    """All pages of a search. The SDK's own loop asks for the first one for ever: it does not hand the cursor on."""
    found: list[str] = []
    paging = StartingAfterPaging(per_page=per_page)
    while True:
        page = search(query=query, pagination=paging)
        found += [one.id for one in page.items]
        if not page.has_next:
            assert len(found) == len(set(found))
            return found
        after = page.response._response.json()["pages"]["next"]["starting_after"]
        paging = StartingAfterPaging(per_page=per_page, starting_after=after)


def _lists(sdk: Intercom, admin: str, first: str, ann: str) -> None:
    talks = sdk.conversations
    for number in range(4):
        talks.create(from_=CreateConversationRequestFrom(type="user", id=ann), body=f"Question {number}")
    listed = [one.id for one in talks.list(per_page=2)]
    assert len(listed) == len(set(listed)) == 5
    waiting = SingleFilterSearchRequest(field="state", operator="=", value="open")
    assert set(_searched(talks.search, waiting, 3)) == set(listed) - {first}
    mine = SingleFilterSearchRequest(field="admin_assignee_id", operator="=", value=admin)
    done = SingleFilterSearchRequest(field="state", operator="=", value="closed")
    assert _searched(talks.search, MultipleFilterSearchRequest(operator="AND", value=[mine, done]), 3) == [first]


def _tickets(sdk: Intercom, admin: str, conversation: str, ann: str) -> str:
    kind = sdk.ticket_types.create(name="Bug", category="Customer", icon="🐞").id
    severity = sdk.ticket_types.attributes.create(
        kind, name="Severity", description="How bad", data_type="list", list_items="low,high"
    )
    assert sdk.ticket_types.attributes.update(kind, severity.id, description="How bad is it").name == "Severity"
    # The SDK looks for the list under another name than the service has; what it does not know it hands on.
    assert "Severity" in {one["name"] for one in sdk.ticket_types.get(kind).ticket_type_attributes.data}
    made = sdk.tickets.create(
        ticket_type_id=kind,
        contacts=[CreateTicketRequestContactsItemId(id=ann)],
        ticket_attributes={"_default_title_": "It crashes"},
    )
    assert made.ticket_attributes["_default_title_"] == "It crashes"
    changed = sdk.tickets.update(
        made.id,
        ticket_attributes={"_default_description_": "Always"},
        state="in_progress",
        assignment=UpdateTicketRequestAssignment(admin_id=admin, assignee_id=admin),
    )
    assert changed.ticket_attributes["_default_description_"] == "Always"
    if VERSION == "2.11":  # newer versions have other names for them in the request
        assert (changed.ticket_state, changed.admin_assignee_id) == ("in_progress", admin)
    answer = AdminReplyTicketRequest(message_type="comment", admin_id=admin, body="Fixed")
    assert sdk.tickets.reply(made.id, request=answer).part_type == "comment"
    assert "comment" in {one.part_type for one in sdk.tickets.get(made.id).ticket_parts.ticket_parts}
    turn = sdk.conversations.convert_to_ticket
    assert turn(conversation, ticket_type_id=kind).id == conversation
    assert _status(BadRequestError, turn, conversation, ticket_type_id=kind) == 400
    of_kind = SingleFilterSearchRequest(field="ticket_type_id", operator="=", value=kind)
    assert set(_searched(sdk.tickets.search, of_kind, 1)) == {made.id, conversation}
    return made.id


def _labels(sdk: Intercom, admin: str, ann: str, conversation: str, ticket: str) -> None:
    company = sdk.companies.create_or_update(company_id="acme", name="Acme").id
    sdk.companies.attach_contact(ann, company_id=company)
    tag = sdk.tags.create(request=CreateOrUpdateTagRequest(name="urgent")).id
    assert sdk.tags.tag_contact(ann, tag_id=tag).name == "urgent"
    assert [one.id for one in sdk.contacts.list_attached_tags(ann).data] == [tag]
    assert sdk.tags.untag_contact(ann, tag).id == tag
    companies = [TagCompanyRequestCompaniesItem(company_id="acme")]
    assert sdk.tags.create(request=TagCompanyRequest(name="urgent", companies=companies)).id == tag
    gone = [UntagCompanyRequestCompaniesItem(id=company, company_id="acme", untag=True)]
    assert sdk.tags.create(request=UntagCompanyRequest(name="urgent", companies=gone)).id == tag
    assert not sdk.companies.find(company).tags.tags
    assert sdk.tags.tag_conversation(conversation, tag_id=tag, admin_id=admin).id == tag
    assert [one.id for one in sdk.conversations.find(conversation).tags.tags] == [tag]
    assert sdk.tags.untag_conversation(conversation, tag, admin_id=admin).id == tag
    assert sdk.tags.tag_ticket(ticket, tag_id=tag, admin_id=admin).id == tag
    assert sdk.tags.untag_ticket(ticket, tag, admin_id=admin).id == tag
    sdk.tags.delete(tag)
    assert _status(NotFoundError, sdk.tags.find, tag) == 404
    written = {sdk.notes.create(ann, body=f"Note {number}", admin_id=admin).id for number in range(3)}
    assert {one.id for one in sdk.notes.list(ann, per_page=2)} == written
    assert sdk.notes.find(min(written)).author.id == admin
    segment = sdk.segments.list(include_count=True).segments[0]
    assert (segment.name, segment.count) == ("Called Ann", 1)
    assert [one.id for one in sdk.contacts.list_attached_segments(ann).data] == [segment.id]


def _consent_and_messages(sdk: Intercom, admin: str, ann: str) -> None:
    kind = next(one.id for one in sdk.subscription_types.list().data if one.consent_type == "opt_out")
    sdk.contacts.attach_subscription(ann, subscription_id=kind, consent_type="opt_out")
    assert [one.id for one in sdk.contacts.list_attached_subscriptions(ann).data] == [kind]
    sdk.contacts.detach_subscription(ann, kind)
    assert not sdk.contacts.list_attached_subscriptions(ann).data
    hello = CreateMessageRequest_Inapp(
        body="Hello",
        from_=CreateMessageRequestFrom(type="admin", id=int(admin)),
        to=CreateMessageRequestTo(type="user", id=ann),
        create_conversation_without_contact_reply=True,
    )
    sent = sdk.messages.create(request=hello)
    assert sdk.conversations.find(sent.conversation_id).source.delivered_as == "admin_initiated"


def _events(sdk: Intercom, ann: str) -> None:
    now = int(time.time())
    for at in (now - 60, now):
        sdk.events.create(request=CreateDataEventRequestWithId(id=ann, event_name="ordered", created_at=at))
    sdk.events.summaries(
        user_id="ann", event_summaries=EventSummary(event_name="paid", count=3, first=now - 90, last=now)
    )
    summed = sdk.events.list(type="user", user_id="ann", summary=True).events
    assert {(one.name, one.count) for one in summed} == {("ordered", 2), ("paid", 3)}


def _visitors(sdk: Intercom, connections: httpx.Client) -> None:
    """The Messenger makes visitors, not an integration."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    made = connections.post(f"{URL}/interlock/v1/visitors", json={"user_id": "passer-by"}, headers=headers)
    assert made.status_code == 200
    assert sdk.visitors.find(user_id="passer-by").id == made.json()["id"]
    renamed = sdk.visitors.update(request=UpdateVisitorRequestWithUserId(user_id="passer-by", name="Cleo"))
    assert renamed.name == "Cleo"
    cleo = sdk.visitors.merge_to_contact(
        type="user", user=UserWithUserId(user_id="cleo"), visitor=VisitorWithUserId(user_id="passer-by")
    )
    assert (cleo.role, cleo.external_id) == ("user", "cleo")
    assert _status(NotFoundError, sdk.visitors.find, user_id="passer-by") == 404


if __name__ == "__main__":
    main()
