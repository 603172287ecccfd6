"""One company: created, updated, found, deleted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from interlock.core.schema import store
from interlock.core.schema.schema import Schema
from interlock.core.workspaces.bootstrap import Made
from interlock.storage.database import Tx
from resources.companies.making import attach, attribute, company, history, person, with_people
from support.client import Client

NOWHERE = "6762f0761bb69f9f2193bae2"


async def test_a_new_company_shows_everything_that_is_known(client: Client) -> None:
    for name in ("region", "seats"):
        await attribute(client, name, "string" if name == "region" else "integer")
    made = await client.ok(
        "POST",
        "/companies",
        {
            "company_id": "acme",
            "name": "Acme",
            "plan": "Pro",
            "size": 85,
            "website": "not a url, and not looked at",
            "industry": "Manufacturing",
            "remote_created_at": 1374138000,
            "monthly_spend": 155.98,
            "custom_attributes": {"region": "North", "seats": 12},
        },
    )
    assert made["type"] == "company"
    assert (made["company_id"], made["name"], made["size"]) == ("acme", "Acme", 85)
    assert (made["website"], made["industry"]) == ("not a url, and not looked at", "Manufacturing")
    assert made["remote_created_at"] == 1374138000
    assert made["monthly_spend"] == 155
    assert (made["session_count"], made["user_count"]) == (0, 0)
    assert made["custom_attributes"] == {"region": "North", "seats": 12}
    assert (made["plan"]["type"], made["plan"]["name"]) == ("plan", "Pro")
    assert made["plan"]["id"].isdecimal()
    assert made["tags"] == {"type": "tag.list", "tags": []}
    assert made["segments"] == {"type": "segment.list", "segments": []}
    assert await client.ok("GET", f"/companies/{made['id']}") == made


async def test_what_is_unknown_is_left_out_and_never_null(client: Client) -> None:
    made = await company(client, "bare")
    assert None not in made.values()
    assert not {"last_request_at", "size", "website", "industry"} & made.keys()
    assert (made["name"], made["plan"], made["monthly_spend"]) == ("", {}, 0)
    assert made["remote_created_at"] == made["created_at"]


async def test_posting_the_same_company_id_again_merges(client: Client) -> None:
    await attribute(client, "region")
    await attribute(client, "owner team")
    first = await company(client, "acme", name="Acme", size=5, custom_attributes={"region": "North"})
    second = await company(client, "acme", size=6, custom_attributes={"owner team": "Blue"})
    assert second["id"] == first["id"]
    assert (second["name"], second["size"]) == ("Acme", 6)
    assert second["custom_attributes"] == {"region": "North", "owner team": "Blue"}


async def test_null_and_empty_text_clear(client: Client) -> None:
    await attribute(client, "region")
    full = {"name": "Acme", "plan": "Pro", "size": 5, "website": "w", "industry": "i", "monthly_spend": 9}
    await company(client, "acme", **full, remote_created_at=1374138000, custom_attributes={"region": "North"})
    made = await company(
        client,
        "acme",
        **(dict.fromkeys(full, None) | {"name": "", "industry": ""}),
        remote_created_at=None,
        custom_attributes={"region": None},
    )
    assert (made["name"], made["plan"], made["monthly_spend"], made["custom_attributes"]) == ("", {}, 0, {})
    assert not {"size", "website", "industry"} & made.keys()
    assert made["remote_created_at"] == made["created_at"]


async def test_a_company_id_may_be_a_number_and_is_text_from_then_on(client: Client) -> None:
    made = await client.ok("POST", "/companies", {"company_id": 42})
    assert made["company_id"] == "42"
    assert (await company(client, "42"))["id"] == made["id"]


async def test_a_plan_keeps_its_id_among_companies(client: Client) -> None:
    one, two = await company(client, "one", plan="Pro"), await company(client, "two", plan="Pro")
    other = await company(client, "other", plan="Free")
    assert one["plan"] == two["plan"]
    assert other["plan"]["id"] != one["plan"]["id"]


async def test_what_was_read_can_be_sent_back(client: Client) -> None:
    made = await with_people(client, "acme", "ann", name="Acme", plan="Pro", remote_created_at=1374138000)
    assert await client.ok("POST", "/companies", made) == made
    assert await client.ok("PUT", f"/companies/{made['id']}", made) == made
    assert len(await history(client, "company", made["id"])) == 2  # created, attached: sending it back is no change


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"test": "invalid"}, "bad_request", "test"),
        ({}, "parameter_not_found", "company_id"),
        (None, "parameter_not_found", "company_id"),
        ({"company_id": ""}, "parameter_not_found", "company_id"),
        ({"company_id": "x" * 256}, "parameter_invalid", "company_id"),
        ({"company_id": ["x"]}, "type_mismatch", "company_id"),
        ({"company_id": "x", "name": 5}, "type_mismatch", "name"),
        ({"company_id": "x", "name": "n" * 256}, "parameter_invalid", "name"),
        ({"company_id": "x", "website": "w" * 2049}, "parameter_invalid", "website"),
        ({"company_id": "x", "plan": {"name": 5}}, "type_mismatch", "plan"),
        ({"company_id": "x", "size": "big"}, "type_mismatch", "size"),
        ({"company_id": "x", "size": -1}, "parameter_invalid", "size"),
        ({"company_id": "x", "monthly_spend": "155"}, "type_mismatch", "monthly_spend"),
        ({"company_id": "x", "monthly_spend": 2**31}, "parameter_invalid", "monthly_spend"),
        ({"company_id": "x", "monthly_spend": 1e300}, "parameter_invalid", "monthly_spend"),
        ({"company_id": "x", "remote_created_at": "soon"}, "parameter_invalid", "remote_created_at"),
        ({"company_id": "x", "remote_created_at": 1374138000000}, "parameter_invalid", "remote_created_at"),
        ({"company_id": "x", "custom_attributes": "x"}, "type_mismatch", "custom_attributes"),
        ({"company_id": "x", "custom_attributes": {"nope": 1}}, "parameter_invalid", "custom_attributes.nope"),
    ],
)
async def test_a_bad_company_is_refused_with_the_field_and_nothing_is_stored(
    client: Client, body: Any, code: str, field: str
) -> None:
    error = await client.error(400, "POST", "/companies", body)
    assert (error["code"], error["field"]) == (code, field)
    await client.error(404, "GET", "/companies?company_id=x")


async def test_an_unknown_field_is_named_in_intercoms_words(client: Client) -> None:
    error = await client.error(400, "POST", "/companies", {"test": "invalid"})
    assert error["message"] == "bad 'test' parameter"


async def test_the_highest_monthly_spend(client: Client) -> None:
    assert (await company(client, "acme", monthly_spend=2**31 - 1))["monthly_spend"] == 2**31 - 1
    assert (await company(client, "acme", monthly_spend=2**31 - 0.5))["monthly_spend"] == 2**31 - 1


async def test_an_update_by_id_changes_only_what_it_names(client: Client) -> None:
    made = await company(client, "acme", name="Acme", size=5)
    changed = await client.ok("PUT", f"/companies/{made['id']}", {"website": "http://www.mycompany.com/"})
    assert changed == made | {"website": "http://www.mycompany.com/", "updated_at": changed["updated_at"]}
    assert await client.ok("PUT", f"/companies/{made['id']}") == changed


async def test_a_company_id_never_changes(client: Client) -> None:
    made = await company(client, "acme")
    error = await client.error(400, "PUT", f"/companies/{made['id']}", {"company_id": "other"})
    assert (error["code"], error["field"]) == ("parameter_invalid", "company_id")
    assert (await client.ok("PUT", f"/companies/{made['id']}", {"company_id": "acme"}))["company_id"] == "acme"


async def test_a_request_of_the_company_is_noted_when_asked_for(client: Client) -> None:
    seen = await company(client, "acme", update_last_request_at=True)
    assert seen["last_request_at"] >= seen["created_at"]
    older = await client.at("2.15").ok("POST", "/companies", {"company_id": "old", "update_last_request_at": True})
    assert "last_request_at" not in older


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_an_unknown_company_is_404(client: Client, method: str) -> None:
    for id in (NOWHERE, "123", "a%2Fb"):
        error = await client.error(404, method, f"/companies/{id}", {} if method == "PUT" else None)
        assert (error["code"], error["message"]) == ("company_not_found", "Company Not Found")


async def test_a_deleted_company_is_gone_and_its_people_stay(client: Client) -> None:
    made = await with_people(client, "acme", "ann", "bob")
    ann = (await client.ok("GET", "/contacts/find_by_external_id/ann"))["id"]
    gone = await client.ok("DELETE", f"/companies/{made['id']}")
    assert gone == {"id": made["id"], "object": "company", "deleted": True}
    await client.error(404, "GET", f"/companies/{made['id']}")
    await client.error(404, "DELETE", f"/companies/{made['id']}")
    assert (await client.ok("GET", f"/contacts/{ann}"))["companies"]["total_count"] == 0
    assert (await client.ok("GET", f"/contacts/{ann}/companies"))["data"] == []
    again = await company(client, "acme")
    assert again["id"] != made["id"]
    assert again["user_count"] == 0


async def test_a_company_refers_to_custom_objects_and_back(client: Client) -> None:
    contract = {"to": "company", "many": False, "inverse": {"name": "contracts", "many": True}}
    await client.ok(
        "POST",
        "/interlock/v1/object_types",
        {
            "identifier": "Contract",
            "name": "Contract",
            "attributes": [{"name": "company", "data_type": "reference", "reference": contract}],
        },
    )
    await client.ok("POST", "/custom_object_instances/Contract", {"external_id": "C-1"})
    made = await company(client, "acme", custom_attributes={"contracts": [{"external_id": "C-1"}]})
    shown = made["custom_attributes"]["contracts"]
    assert (shown["type"], shown["total_count"]) == ("Contract.list", 1)
    assert shown["instances"][0]["external_id"] == "C-1"
    assert await client.ok("POST", "/companies", made) == made
    seen = await client.ok("GET", "/custom_object_instances/Contract?external_id=C-1")
    assert [one["id"] for one in seen["custom_attributes"]["company"]["instances"]] == [made["id"]]
    await client.ok("DELETE", f"/companies/{made['id']}")
    seen = await client.ok("GET", "/custom_object_instances/Contract?external_id=C-1")
    assert seen["custom_attributes"]["company"]["instances"] == []


async def test_thirty_two_writers_of_one_company_make_one_and_lose_nothing(client: Client) -> None:
    names = [f"a{n}" for n in range(32)]
    for name in names:
        await attribute(client, name)
    made = await asyncio.gather(*(company(client, "acme", custom_attributes={one: "x"}) for one in names))
    assert len({one["id"] for one in made}) == 1
    final = await client.ok("GET", f"/companies/{made[0]['id']}")
    assert final["custom_attributes"] == dict.fromkeys(names, "x")
    actions = [action for action, _, _ in await history(client, "company", final["id"])]
    assert sorted(actions) == ["created", *["updated"] * 31]


async def test_deleting_and_creating_at_once_leaves_one_or_none(client: Client) -> None:
    made = await company(client, "acme")
    deletes = [client.delete(f"/companies/{made['id']}") for _ in range(8)]
    creates = [client.post("/companies", {"company_id": "acme", "name": "again"}) for _ in range(8)]
    answers = await asyncio.gather(*deletes, *creates)
    assert sorted(one.status_code for one in answers[:8]) == [200, *[404] * 7]
    assert [one.status_code for one in answers[8:]] == [200] * 8
    found = await client.get("/companies?company_id=acme")
    assert found.status_code == 404 or found.json()["data"][0]["id"] != made["id"]


async def test_a_workspace_may_let_unknown_names_make_attributes(client: Client, workspace: Made) -> None:
    async def allow(tx: Tx, schema: Schema) -> None:
        await store.lock_for_change(tx, schema)
        settings = replace(schema.workspace.settings, create_unknown_attributes=True)
        await store.save_workspace(tx, replace(schema.workspace, settings=settings))

    await client.app.schemas.define(workspace.workspace_id, allow)
    made = await company(client, "acme", custom_attributes={"region": "North", "renewal_at": 1374138000})
    assert made["custom_attributes"] == {"region": "North", "renewal_at": 1374138000}
    assert await client.ok("GET", f"/companies/{made['id']}") == made


async def test_another_workspace_sees_nothing(client: Client, other_workspace: Made) -> None:
    made = await with_people(client, "acme", "ann", name="Acme")
    stranger = Client(client.app, other_workspace.token)
    for method in ("GET", "PUT", "DELETE"):
        await stranger.error(404, method, f"/companies/{made['id']}", {} if method == "PUT" else None)
    await stranger.error(404, "GET", "/companies?company_id=acme")
    await stranger.error(404, "GET", "/companies?name=Acme")
    await stranger.error(404, "GET", f"/companies/{made['id']}/contacts")
    dan = await person(stranger, "dan")
    await stranger.error(404, "POST", f"/contacts/{dan}/companies", {"id": made["id"]})
    assert (await stranger.ok("GET", "/companies"))["data"] == []
    assert (await attach(client, await person(client, "eve"), made["id"]))["user_count"] == 2
