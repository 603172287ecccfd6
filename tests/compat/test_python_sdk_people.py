"""The official Python SDK on what belongs to people: tags, notes, segments, consent, messages, events, visitors."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
from intercom import Intercom
from intercom.conversations.types import CreateConversationRequestFrom
from intercom.errors import NotFoundError
from intercom.events.types import CreateDataEventSummariesRequestEventSummaries as EventSummary
from intercom.types import (
    CreateContactRequestWithExternalId,
    CreateDataEventRequestWithId,
    CreateDataEventRequestWithUserId,
    CreateMessageRequest_Inapp,
    CreateMessageRequestFrom,
    CreateMessageRequestTo,
    CreateOrUpdateCompanyRequest,
    CreateOrUpdateTagRequest,
    CreateTicketRequestContactsItemId,
    CreateTicketTypeRequest,
    TagCompanyRequest,
    TagCompanyRequestCompaniesItem,
    UntagCompanyRequest,
    UntagCompanyRequestCompaniesItem,
    UpdateVisitorRequestWithUserId,
)
from intercom.visitors.types import UserWithUserId, VisitorWithUserId

from compat.conftest import Served


async def test_the_python_sdk_keeps_what_is_known_of_people(served: Served) -> None:
    await asyncio.to_thread(_run, served)


def _run(served: Served) -> None:
    with httpx.Client(timeout=60) as connections:  # the SDK itself never closes those that it makes
        sdk = Intercom(base_url=served.url, token=served.token, httpx_client=connections)
        admin = int(sdk.admins.list().admins[0].id)  # type: ignore[index,union-attr,arg-type]
        ann = str(sdk.contacts.create(request=CreateContactRequestWithExternalId(external_id="ann", name="Ann")).id)
        _tags(sdk, str(admin), ann)
        _notes_and_segments(sdk, str(admin), ann)
        _consent_and_messages(sdk, admin, ann)
        _events(sdk, ann)
        _visitors(sdk, connections, served)


def _tags(sdk: Intercom, me: str, contact: str) -> None:
    company = str(sdk.companies.create_or_update(request=CreateOrUpdateCompanyRequest(company_id="acme")).id)
    sdk.companies.attach_contact(contact, company_id=company)
    tag = str(sdk.tags.create(request=CreateOrUpdateTagRequest(name="urgent")).id)
    assert sdk.tags.tag_contact(contact, tag_id=tag).name == "urgent"
    assert [one.id for one in sdk.contacts.list_attached_tags(contact).data or []] == [tag]
    assert sdk.tags.untag_contact(contact, tag).id == tag
    companies = [TagCompanyRequestCompaniesItem(company_id="acme")]
    assert sdk.tags.create(request=TagCompanyRequest(name="urgent", companies=companies)).id == tag
    assert [one["id"] for one in sdk.companies.find(company).tags.tags] == [tag]  # type: ignore[union-attr]
    gone = [UntagCompanyRequestCompaniesItem(company_id="acme", untag=True)]
    sdk.tags.create(request=UntagCompanyRequest(name="urgent", companies=gone))
    assert not sdk.companies.find(company).tags.tags  # type: ignore[union-attr]
    begun = sdk.conversations.create(from_=CreateConversationRequestFrom(type="user", id=contact), body="Hello")
    conversation = str(begun.conversation_id)
    assert sdk.tags.tag_conversation(conversation, tag_id=tag, admin_id=me).id == tag
    assert [one.id for one in sdk.conversations.find(conversation).tags.tags] == [tag]  # type: ignore[union-attr]
    assert sdk.tags.untag_conversation(conversation, tag, admin_id=me).id == tag
    kind = str(sdk.ticket_types.create(request=CreateTicketTypeRequest(name="Bug")).id)  # type: ignore[union-attr]
    made = sdk.tickets.create(ticket_type_id=kind, contacts=[CreateTicketRequestContactsItemId(id=contact)])
    ticket = str(made.id)  # type: ignore[union-attr]
    assert sdk.tags.tag_ticket(ticket, tag_id=tag, admin_id=me).id == tag
    assert sdk.tags.untag_ticket(ticket, tag, admin_id=me).id == tag
    sdk.tags.delete(tag)
    with pytest.raises(NotFoundError):
        sdk.tags.find(tag)


def _notes_and_segments(sdk: Intercom, me: str, contact: str) -> None:
    written = [str(sdk.notes.create(contact, body=f"Note {number}", admin_id=me).id) for number in range(3)]
    assert {one.id for one in sdk.notes.list(contact, per_page=2)} == set(written)
    assert sdk.notes.find(int(written[0])).body == "<p>Note 0</p>"
    segment = (sdk.segments.list(include_count=True).segments or [])[0]
    assert (segment.name, segment.count) == ("Called Ann", 1)
    assert sdk.segments.find(str(segment.id)).name == "Called Ann"
    assert [one.id for one in sdk.contacts.list_attached_segments(contact).data or []] == [segment.id]


def _consent_and_messages(sdk: Intercom, admin: int, ann: str) -> None:
    kind = next(one for one in sdk.subscription_types.list().data or [] if one.consent_type == "opt_out")
    sdk.contacts.attach_subscription(ann, subscription_id=str(kind.id), consent_type="opt_out")
    assert [one.id for one in sdk.contacts.list_attached_subscriptions(ann).data or []] == [kind.id]
    sdk.contacts.detach_subscription(ann, str(kind.id))
    assert not sdk.contacts.list_attached_subscriptions(ann).data
    hello = CreateMessageRequest_Inapp(
        body="Hello",
        from_=CreateMessageRequestFrom(id=admin),
        to=CreateMessageRequestTo(type="user", id=ann),
        create_conversation_without_contact_reply=True,
    )
    sent = sdk.messages.create(request=hello)
    assert sent.message_type == "inapp"
    assert sdk.conversations.find(str(sent.conversation_id)).source.delivered_as == "admin_initiated"  # type: ignore[union-attr]


def _events(sdk: Intercom, ann: str) -> None:
    now = int(time.time())
    by_id = CreateDataEventRequestWithId(id=ann, event_name="ordered", created_at=now - 60, metadata={"sku": "1"})
    by_user_id = CreateDataEventRequestWithUserId(user_id="ann", event_name="ordered", created_at=now)
    sdk.events.create(request=by_id)
    sdk.events.create(request=by_user_id)
    newest = sdk.events.list(type="user", intercom_user_id=ann, per_page=1).events or []
    assert len(newest) == 1
    paid = EventSummary(event_name="paid", count=3, first=now - 90, last=now)
    sdk.events.summaries(user_id="ann", event_summaries=paid)
    summed = sdk.events.list(type="user", user_id="ann", summary=True).events or []
    assert {(one.name, one.count) for one in summed if one} == {("ordered", 2), ("paid", 3)}


def _visitors(sdk: Intercom, connections: httpx.Client, served: Served) -> None:
    """The Messenger makes visitors, not an integration."""
    url, headers = f"{served.url}/interlock/v1/visitors", {"Authorization": f"Bearer {served.token}"}
    assert connections.post(url, json={"user_id": "passer-by"}, headers=headers).status_code == 200
    found = sdk.visitors.find(user_id="passer-by")
    assert found is not None
    renamed = sdk.visitors.update(request=UpdateVisitorRequestWithUserId(user_id="passer-by", name="Cleo"))
    assert renamed is not None
    assert (renamed.id, renamed.name) == (found.id, "Cleo")
    user, visitor = UserWithUserId(user_id="cleo"), VisitorWithUserId(user_id="passer-by")
    cleo = sdk.visitors.merge_to_contact(type="user", user=user, visitor=visitor)
    assert (cleo.role, cleo.external_id) == ("user", "cleo")
    with pytest.raises(NotFoundError):
        sdk.visitors.find(user_id="passer-by")
