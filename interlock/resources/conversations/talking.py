"""What is said and done in a conversation, over REST: replies, managing, participants, taking back, merging.

Source: description 2.16, tag "Conversations"; engagement.md 4.
"""

from __future__ import annotations

from typing import Any

from interlock.core.threads import manage, merge, parts
from interlock.core.threads.manage import Assignment
from interlock.core.threads.show import Shown
from interlock.core.threads.words import CLOSE, OPEN
from interlock.kit.problems import invalid
from interlock.resources.conversations import wire
from interlock.resources.conversations.operations import ONE, TAG, WRITE, id_of, keep_files, write_and_show
from interlock.rest.auth import allows
from interlock.rest.operation import Call, Operation
from interlock.shapes import conversation as shapes
from interlock.shapes.reply import is_admin, required, text_id, who
from interlock.versions import behaviour

WRITE_TICKETS = "write_tickets"


async def reply(call: Call) -> Any:
    """What is wrong first counts: the files, then the request as `wire.read_reply` has it, then the conversation, then
    who replies."""
    body: wire.ReplyBody = call.body
    if body.message_type in wire.MANAGING:  # as the official clients did that were written by hand
        return await manage_one(call)
    attached = await keep_files(call, body)
    wanted = wire.read_reply(body, attached, behaviour.lets_snoozed_sleep(call.version))
    id, admin_id = id_of(call), text_id(body.admin_id)
    if is_admin(body):
        done = await write_and_show(call, parts.reply_of_admin, id, admin_id, wanted, call.through)
    else:
        done = await write_and_show(call, parts.reply_of_contact, id, who(body), wanted, call.through)
    return shapes.conversation(done)


async def manage_one(call: Call) -> Any:
    """Close, open, snooze or assign. What is wrong first counts: as in `wire.read_manage`, then the conversation, who
    acts, and to whom."""
    body: wire.ManageBody | wire.ReplyBody = call.body
    wanted = wire.read_manage(body)
    arguments: tuple[Any, ...] = id_of(call), text_id(body.admin_id)
    if body.message_type == CLOSE:
        done = await write_and_show(call, manage.close, *arguments, body.body or "", call.through)
    elif body.message_type == OPEN:
        done = await write_and_show(call, manage.reopen, *arguments, call.through)
    elif isinstance(wanted, Assignment):
        done = await write_and_show(call, manage.assign, *arguments, wanted, call.through)
    else:
        done = await write_and_show(call, manage.snooze, *arguments, wanted, call.through)
    return shapes.conversation(done)


async def attach(call: Call) -> Any:
    who, acting = wire.read_customer(call.body)
    return _with_customers(await write_and_show(call, manage.attach, id_of(call), who, acting, call.through))


async def detach(call: Call) -> Any:
    acting, contact_id = wire.read_acting(call.body), call.params["contact_id"]
    return _with_customers(await write_and_show(call, manage.detach, id_of(call), contact_id, acting, call.through))


def _with_customers(shown: Shown) -> dict[str, Any]:
    """The description has a conversation for the answer, and `customers` in its example: both are sent."""
    return {**shapes.conversation(shown), "customers": shapes.customers(shown.contacts)}


async def redact(call: Call) -> Any:
    body: wire.RedactBody = call.body
    if body.type not in ("conversation_part", "source"):
        raise invalid("type must be conversation_part or source", "type")
    id = required(text_id(body.conversation_id), "conversation_id")
    if body.type == "source":
        source_id = required(text_id(body.source_id), "source_id")
        done = await write_and_show(call, parts.redact_source, id, source_id, call.through, call.client)
    else:
        part_id = required(text_id(body.conversation_part_id), "conversation_part_id")
        done = await write_and_show(call, parts.redact_part, id, part_id, call.through, call.client)
    return shapes.conversation(done)


async def merge_one(call: Call) -> Any:
    into_id = wire.read_merge(call.body)
    may_tickets = allows(call.scopes, WRITE_TICKETS)
    return shapes.conversation(
        await write_and_show(call, merge.merge, call.params["id"], into_id, may_tickets, call.through)
    )


OPERATIONS = [
    Operation(
        "POST",
        f"{ONE}/reply",
        "replyConversation",
        reply,
        "Reply to a conversation, or note something down in it",
        TAG,
        scope=WRITE,
        body=wire.ReplyBody,
        multipart=True,
        answer=shapes.Conversation,
        shape="conversation",
        errors=("parameter_not_found", "parameter_invalid", "request_too_large", "not_found", "admin_not_found"),
    ),
    Operation(
        "POST",
        f"{ONE}/parts",
        "manageConversation",
        manage_one,
        "Close, open, snooze or assign a conversation",
        TAG,
        scope=WRITE,
        body=wire.ManageBody,
        answer=shapes.Conversation,
        shape="conversation",
        errors=("parameter_not_found", "parameter_invalid", "not_found", "admin_not_found", "team_not_found"),
    ),
    Operation(
        "POST",
        f"{ONE}/customers",
        "attachContactToConversation",
        attach,
        "Let a contact take part in a conversation",
        TAG,
        scope=WRITE,
        body=wire.CustomerBody,
        answer=wire.WithCustomers,
        shape="conversation",
        errors=("parameter_not_found", "parameter_invalid", "not_found", "admin_not_found"),
    ),
    Operation(
        "DELETE",
        f"{ONE}/customers/{{contact_id}}",
        "detachContactFromConversation",
        detach,
        "Let a contact take part in a conversation no longer",
        TAG,
        scope=WRITE,
        body=wire.CustomerBody,
        body_required=False,
        answer=wire.WithCustomers,
        shape="conversation",
        errors=("parameter_invalid", "not_found", "admin_not_found"),
    ),
    Operation(
        "POST",
        "/conversations/redact",
        "redactConversation",
        redact,
        "Take back what a part or the first message says",
        TAG,
        scope=WRITE,
        body=wire.RedactBody,
        answer=shapes.Conversation,
        shape="conversation",
        errors=(
            *("parameter_not_found", "parameter_invalid"),
            *("conversation_part_or_message_not_found", "conversation_part_not_redactable"),
        ),
    ),
    Operation(
        "POST",
        "/conversations/{id}/merge",
        "mergeConversation",
        merge_one,
        "Merge a conversation into another one",
        TAG,
        scope=WRITE,
        body=wire.MergeBody,
        body_required=False,
        answer=shapes.Conversation,
        shape="conversation",
        errors=("parameter_invalid", "forbidden", "not_found", "merge_failed"),
    ),
]
