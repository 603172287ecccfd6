"""Subscription types, and what contacts say about them. Source: description 2.16; engagement.md 7.

Intercom makes types in its UI only: here they are made under /interlock/v1/.
"""

from __future__ import annotations

from typing import Any

from interlock.core.consent import store, types
from interlock.core.people import consent
from interlock.resources.subscription_types import wire
from interlock.rest.operation import INTERLOCK, Call, Operation

TAG = "Subscription Types"
READ, WRITE, MANAGE = "read_users", "write_users", "manage_workspace"
_OF_CONTACT = "/contacts/{contact_id}/subscriptions"
_OURS = "/interlock/v1/subscription_types"
_OUR_ONE = _OURS + "/{subscription_type_id}"


async def list_all(call: Call) -> Any:
    """Every type, drafts and archived ones too: `state` tells them apart."""
    return _list(await call.database.read(store.all_types, call.workspace_id))


def _list(found: list[store.SubscriptionType]) -> Any:
    return {"type": "list", "data": [wire.subscription_type(one) for one in found]}


# --- of a contact


async def list_of_contact(call: Call) -> Any:
    return _list(await call.database.read(consent.of_contact, call.schema, call.params["contact_id"]))


async def attach(call: Call) -> Any:
    type_id, said = wire.read_consent(call.body)
    contact_id = call.params["contact_id"]
    one = await call.schemas.write(call.workspace_id, consent.say, contact_id, type_id, said, call.through)
    return wire.subscription_type(one)


async def detach(call: Call) -> Any:
    contact_id, type_id = call.params["contact_id"], call.params["subscription_id"]
    one = await call.schemas.write(call.workspace_id, consent.forget, contact_id, type_id, call.through)
    return wire.subscription_type(one)


# --- ours


async def list_detailed(call: Call) -> Any:
    found = await call.database.read(store.all_types, call.workspace_id)
    return {"type": "list", "data": [wire.detailed(one) for one in found], "total_count": len(found)}


async def get(call: Call) -> Any:
    return wire.detailed(await call.database.read(types.get, call.schema, call.params["subscription_type_id"]))


async def create(call: Call) -> Any:
    wanted = wire.read_type(call.body)
    return wire.detailed(await call.schemas.write(call.workspace_id, types.create, wanted, call.through))


async def update(call: Call) -> Any:
    """Change a type; archive it with `{"state": "archived"}`."""
    id, wanted = call.params["subscription_type_id"], wire.read_type(call.body)
    return wire.detailed(await call.schemas.write(call.workspace_id, types.update, id, wanted, call.through))


OPERATIONS = [
    Operation(
        "GET",
        "/subscription_types",
        "listSubscriptionTypes",
        list_all,
        "List subscription types",
        TAG,
        scope=READ,
        answer=wire.SubscriptionTypeList,
    ),
    Operation(
        "GET",
        _OF_CONTACT,
        "listSubscriptionsForAContact",
        list_of_contact,
        "List what a contact has opted in to or out of",
        TAG,
        scope=READ,
        answer=wire.SubscriptionTypeList,
        errors=("not_found",),
    ),
    Operation(
        "POST",
        _OF_CONTACT,
        "attachSubscriptionTypeToContact",
        attach,
        "Opt a contact in or out",
        TAG,
        scope=WRITE,
        body=wire.ConsentBody,
        answer=wire.SubscriptionTypeJson,
        errors=("parameter_not_found", "parameter_invalid", "type_mismatch", "not_found"),
    ),
    Operation(
        "DELETE",
        _OF_CONTACT + "/{subscription_id}",
        "detachSubscriptionTypeToContact",
        detach,
        "Forget what a contact has said about a subscription type",
        TAG,
        scope=WRITE,
        answer=wire.SubscriptionTypeJson,
        errors=("not_found",),
    ),
    Operation(
        "GET",
        _OURS,
        "listSubscriptionTypeDetails",
        list_detailed,
        "List subscription types with their times",
        TAG,
        scope=READ,
        answer=wire.SubscriptionTypeDetailsList,
        surface=INTERLOCK,
    ),
    Operation(
        "POST",
        _OURS,
        "createSubscriptionType",
        create,
        "Create a subscription type",
        TAG,
        scope=MANAGE,
        body=wire.TypeBody,
        answer=wire.SubscriptionTypeDetails,
        errors=("parameter_not_found", "parameter_invalid", "type_mismatch"),
        surface=INTERLOCK,
    ),
    Operation(
        "GET",
        _OUR_ONE,
        "getSubscriptionType",
        get,
        "Get a subscription type",
        TAG,
        scope=READ,
        answer=wire.SubscriptionTypeDetails,
        errors=("not_found",),
        surface=INTERLOCK,
    ),
    Operation(
        "PUT",
        _OUR_ONE,
        "updateSubscriptionType",
        update,
        "Change or archive a subscription type",
        TAG,
        scope=MANAGE,
        body=wire.TypeBody,
        answer=wire.SubscriptionTypeDetails,
        errors=("parameter_not_found", "parameter_invalid", "type_mismatch", "not_found"),
        surface=INTERLOCK,
    ),
]
