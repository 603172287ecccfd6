"""Webhooks: who is told of what. Intercom has one for each app, in its developer hub; here they are made by the API.

What is sent, and when it is sent again, is in `engines/webhooks`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from interlock.core.webhooks import delivery_store, store, webhooks
from interlock.kit import ids
from interlock.kit.problems import Problem, invalid
from interlock.kit.secrets import SecretProblem
from interlock.resources.webhooks import wire
from interlock.rest import paging
from interlock.rest.operation import INTERLOCK, Answer, Call, Operation

TAG = "Webhooks"
SCOPE = "manage_webhooks"
_ALL = "/interlock/v1/webhooks"
_ONE = _ALL + "/{webhook_id}"
_DELIVERY = _ALL + "/deliveries/{delivery_id}"
PER_PAGE = 50
ACCEPTED = 202


class DeliveriesQuery(msgspec.Struct):
    state: str | None = None
    per_page: int = PER_PAGE
    starting_after: str | None = None


async def list_all(call: Call) -> Any:
    found = await call.database.read(store.all_webhooks, call.workspace_id)
    return {"type": "list", "data": [wire.webhook(one) for one in found], "total_count": len(found)}


async def create(call: Call) -> Any:
    """The secret is in this answer and in no other."""
    body: wire.WebhookBody = call.body
    webhooks.check(body.url, body.topics)
    id, secret = ids.record_id(), webhooks.new_secret()
    try:
        sealed = call.secrets.seal(secret, *webhooks.place(call.workspace_id, id))
    except SecretProblem as problem:
        raise Problem("service_unavailable", f"The secret cannot be kept: {problem}") from problem
    made = await call.schemas.write(
        call.workspace_id, webhooks.create, id, body.url, body.topics, sealed, call.through, call.client
    )
    return wire.webhook(made, secret)


async def get(call: Call) -> Any:
    return wire.webhook(await call.database.read(webhooks.find, call.workspace_id, _id(call)))


async def update(call: Call) -> Any:
    body: wire.WebhookChangeBody = call.body
    changed = (body.url, body.topics, body.active)
    return wire.webhook(await call.schemas.write(call.workspace_id, webhooks.update, _id(call), *changed, call.through))


async def delete(call: Call) -> Any:
    gone = await call.schemas.write(call.workspace_id, webhooks.delete, _id(call), call.through, call.client)
    return {"type": "webhook", "id": gone.id, "deleted": True}


async def ping(call: Call) -> Any:
    made = await call.schemas.write(call.workspace_id, webhooks.ping, _id(call))
    return Answer(wire.delivery(made), ACCEPTED)


async def replay(call: Call) -> Any:
    body: wire.ReplayBody = call.body
    job_id = await call.schemas.write(call.workspace_id, webhooks.replay, _id(call), body.from_, body.to)
    return Answer({"type": "webhook_replay", "webhook_id": _id(call), "job_id": job_id}, ACCEPTED)


def _id(call: Call) -> str:
    return call.params["webhook_id"]


# --- deliveries


async def list_deliveries(call: Call) -> Any:
    """The newest first."""
    state = call.query.get("state")
    if state is not None and state not in delivery_store.STATES:
        raise invalid(f"state must be one of {', '.join(delivery_store.STATES)}", "state")
    per_page = paging.read_per_page(call, PER_PAGE)
    before = paging.read_cursor(call, str)
    found = await call.database.read(
        webhooks.deliveries_page, call.workspace_id, _id(call), state, per_page + 1, before
    )
    shown = found[:per_page]
    following = paging.encode_cursor(shown[-1].id) if len(found) > per_page else None
    return {"type": "list", "data": [wire.delivery(one) for one in shown], "next": following}


async def get_delivery(call: Call) -> Any:
    found = await call.database.read(webhooks.find_delivery, call.workspace_id, call.params["delivery_id"])
    return wire.delivery(found)


async def replay_delivery(call: Call) -> Any:
    again = await call.database.transact(webhooks.send_again, call.workspace_id, call.params["delivery_id"])
    return Answer(wire.delivery(again), ACCEPTED)


# --- what is served


def _operation(method: str, path: str, id: str, handler: Any, summary: str, *errors: str, **more: Any) -> Operation:
    return Operation(method, path, id, handler, summary, TAG, scope=SCOPE, errors=errors, surface=INTERLOCK, **more)


_BODY = ("parameter_invalid", "parameter_not_found", "type_mismatch")
OPERATIONS = [
    _operation("GET", _ALL, "listWebhooks", list_all, "List webhooks", answer=wire.WebhookList),
    _operation(
        "POST",
        _ALL,
        "createWebhook",
        create,
        "Create a webhook; the answer has its secret, once",
        *_BODY,
        body=wire.WebhookBody,
        answer=wire.WebhookJson,
    ),
    _operation("GET", _ONE, "getWebhook", get, "Get a webhook", "not_found", answer=wire.WebhookJson),
    _operation(
        "PUT",
        _ONE,
        "updateWebhook",
        update,
        "Change a webhook, or switch it off and on",
        *("not_found", *_BODY),
        body=wire.WebhookChangeBody,
        answer=wire.WebhookJson,
    ),
    _operation("DELETE", _ONE, "deleteWebhook", delete, "Delete a webhook", "not_found", answer=wire.DeletedWebhook),
    _operation(
        "POST",
        f"{_ONE}/ping",
        "pingWebhook",
        ping,
        "Send a webhook a notification that means nothing",
        "not_found",
        answer=wire.DeliveryJson,
        status=ACCEPTED,
    ),
    _operation(
        "POST",
        f"{_ONE}/replay",
        "replayWebhook",
        replay,
        "Tell a webhook everything of a time once more",
        *("not_found", *_BODY),
        body=wire.ReplayBody,
        answer=wire.ReplayJson,
        status=ACCEPTED,
    ),
    _operation(
        "GET",
        f"{_ONE}/deliveries",
        "listWebhookDeliveries",
        list_deliveries,
        "List what was sent to a webhook, the newest first",
        *("not_found", "parameter_invalid", "client_error"),
        query=DeliveriesQuery,
        answer=wire.DeliveryList,
    ),
    _operation(
        "GET",
        _DELIVERY,
        "getWebhookDelivery",
        get_delivery,
        "Get one delivery",
        "not_found",
        answer=wire.DeliveryJson,
    ),
    _operation(
        "POST",
        f"{_DELIVERY}/replay",
        "replayWebhookDelivery",
        replay_delivery,
        "Send one notification once more, with the same id",
        "not_found",
        answer=wire.DeliveryJson,
        status=ACCEPTED,
    ),
]
