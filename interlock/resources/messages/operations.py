"""Messages: a teammate writes to people, or a contact begins a conversation; and what became of each copy.

There is no carrier for WhatsApp and SMS here, so such a message is refused (422) rather than lost.
"""

from __future__ import annotations

from typing import Any

from interlock.core.outbound import store
from interlock.core.threads import conversation, message
from interlock.kit import limits
from interlock.kit.problems import invalid, missing
from interlock.resources.messages import wire
from interlock.rest import paging
from interlock.rest.operation import INTERLOCK, Call, Operation

TAG = "Messages"
READ, WRITE = "read_messages", "write_messages"
_LAST = "~"  # behind every id


async def create(call: Call) -> Any:
    """Send a message. Of several problems the first counts: 400 an unknown `from.type`; of a contact's message 400
    without a body, 404 for an unknown contact; of a teammate's 422 for WhatsApp and SMS, 400 for another unknown
    `message_type`, 400 without a body, 422 `parameter_not_found` for an email without a subject, 400 for the template,
    the recipients and `created_at`, 404 `admin_not_found`, 404 `not_found` for an unknown recipient.
    """
    body: wire.MessageBody = call.body
    if wire.is_from_contact(body):
        who, beginning = wire.read_from_contact(body)
        unit = conversation.create_by_contact
        return wire.sent_by_contact(await call.schemas.write(call.workspace_id, unit, who, beginning, call.through))
    outgoing = wire.read_outgoing(body)
    return wire.sent_by_admin(await call.schemas.write(call.workspace_id, message.send, outgoing, call.through))


async def statuses(call: Call) -> Any:
    """What became of a message, contact by contact; `ruleset_id` is the id of the message.

    Intercom has this for sets of WhatsApp messages; here it is for every message that a teammate sent. `sent`: it is
    on its way, in the outbox, or to be seen in the Messenger; `delivered`: the mail server took it; `read`: the contact
    has read the conversation or answered; `failed`: with a `problem`. An unknown id has no events.
    """
    ruleset_id = call.query.get("ruleset_id", "")
    if not ruleset_id:
        raise missing("ruleset_id is required", "ruleset_id")
    per_page = paging.read_per_page(call, limits.MESSAGES_PER_PAGE, limits.MESSAGES_PER_PAGE_MAX)
    after = paging.read_cursor(call, str) or ""
    found, total = await call.database.read(store.receipts, call.workspace_id, ruleset_id, after, per_page + 1)
    shown = found[:per_page]
    cursor = paging.encode_cursor(shown[-1].receipt.id) if len(found) > per_page else None
    return {
        "type": "list",
        "ruleset_id": ruleset_id,
        "pages": {
            "type": "pages",
            "per_page": per_page,
            "total_pages": -(-total // per_page),
            "next": {"starting_after": cursor} if cursor is not None else None,
        },
        "total_count": total,
        "events": [wire.event(one) for one in shown],
    }


async def mails(call: Call) -> Any:
    """The mails of the workspace, the newest first: what is waiting, sent, or failed and of what."""
    state = call.query.get("state") or None
    if state is not None and state not in store.MAIL_STATES:
        raise invalid(f"state must be one of {', '.join(store.MAIL_STATES)}", "state")
    per_page = paging.read_per_page(call, limits.MESSAGES_PER_PAGE, limits.MESSAGES_PER_PAGE_MAX)
    before = paging.read_cursor(call, str) or _LAST
    found, total = await call.database.read(store.mail_page, call.workspace_id, state, before, per_page + 1)
    shown = found[:per_page]
    cursor = paging.encode_cursor(shown[-1].id) if len(found) > per_page else None
    return {
        "type": "list",
        "data": [wire.mail(one) for one in shown],
        "total_count": total,
        "pages": paging.pages_by_cursor(per_page, total, cursor),
    }


OPERATIONS = [
    Operation(
        "POST",
        "/messages",
        "createMessage",
        create,
        "Send a message",
        TAG,
        scope=WRITE,
        body=wire.MessageBody,
        answer=wire.MessageJson,
        errors=("parameter_invalid", "parameter_not_found", "admin_not_found", "not_found", "data_invalid"),
    ),
    Operation(
        "GET",
        "/messages/status",
        "getWhatsAppMessageStatus",
        statuses,
        "See what became of a message",
        TAG,
        scope=READ,
        query=wire.StatusQuery,
        answer=wire.StatusList,
        errors=("parameter_not_found", "client_error"),
    ),
    Operation(
        "GET",
        "/interlock/v1/mails",
        "listMails",
        mails,
        "List mails and what became of them",
        TAG,
        scope=READ,
        query=wire.MailQuery,
        answer=wire.MailList,
        errors=("parameter_invalid", "client_error"),
        surface=INTERLOCK,
    ),
]
