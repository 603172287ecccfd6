"""The attributes of people and companies over REST, with Intercom's texts."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.versions import availability
from support.client import Client

PATH = "/data_attributes"
RING = {"name": "The One Ring", "model": "contact", "data_type": "string"}


async def make(client: Client, **body: Any) -> dict[str, Any]:
    return await client.ok("POST", PATH, {**RING, **body})


class TestList:
    async def test_standard_ones_come_without_an_id_and_custom_ones_with(self, client: Client) -> None:
        made = await make(client)
        listed = (await client.ok("GET", PATH))["data"]
        assert {one["model"] for one in listed} == {"contact", "company"}
        custom = [one for one in listed if one["custom"]]
        assert [one["id"] for one in custom] == [made["id"]]
        assert all("id" not in one for one in listed if not one["custom"])

    @pytest.mark.parametrize("model", ["contact", "company"])
    async def test_of_one_model(self, client: Client, model: str) -> None:
        await make(client)
        await make(client, name="Mithril Shirt", model="company")
        listed = (await client.ok("GET", f"{PATH}?model={model}"))["data"]
        assert {one["model"] for one in listed} == {model}
        assert len([one for one in listed if one["custom"]]) == 1

    async def test_where_older_clients_look(self, client: Client) -> None:
        people = await client.at("1.4").ok("GET", f"{PATH}/customer")
        assert people == await client.ok("GET", f"{PATH}?model=contact")
        assert await client.ok("GET", f"{PATH}/company") == await client.ok("GET", f"{PATH}?model=company")
        assert await client.ok("GET", f"{PATH}?model=customer") == people

    async def test_conversations_have_their_own_place_since_2_16(self, client: Client) -> None:
        for version in ("2.16", "Preview"):
            error = await client.at(version).error(422, "GET", f"{PATH}?model=conversation")
            assert error["code"] == "parameter_invalid"
            assert error["message"] == (
                "model=conversation is no longer supported. Use GET /conversations/attributes instead"
            )
        assert (await client.at("2.15").ok("GET", f"{PATH}?model=conversation"))["data"] == []

    @pytest.mark.parametrize("query", ["model=ticket", "include_archived=maybe"])
    async def test_bad_parameters(self, client: Client, query: str) -> None:
        error = await client.error(400, "GET", f"{PATH}?{query}")
        assert error["field"] == query.partition("=")[0]

    async def test_archived_ones_only_when_asked_for(self, client: Client) -> None:
        made = await make(client)
        await client.ok("PUT", f"{PATH}/{made['id']}", {"archived": True})
        assert not any(one["custom"] for one in (await client.ok("GET", PATH))["data"])
        shown = (await client.ok("GET", f"{PATH}?include_archived=true"))["data"]
        assert [one["name"] for one in shown if one["archived"]] == ["The One Ring"]

    async def test_references_are_not_data_attributes(self, client: Client) -> None:
        body = {"kind": "contact", "name": "friends", "data_type": "reference", "reference": {"to": "contact"}}
        made = await client.ok("POST", "/interlock/v1/attributes", body)
        assert not any(one["custom"] for one in (await client.ok("GET", PATH))["data"])
        await client.error(404, "PUT", f"{PATH}/{made['id']}", {"archived": True})

    async def test_preview_calls_the_dates_of_people_datetime(self, client: Client) -> None:
        listed = (await client.at("Preview").ok("GET", f"{PATH}?model=contact"))["data"]
        assert {one["data_type"] for one in listed if one["name"] == "signed_up_at"} == {"datetime"}


class TestCreate:
    async def test_all_that_is_told_of_a_new_one(self, client: Client) -> None:
        made = await client.ok("POST", PATH, {"name": "Mithril Shirt", "model": "company", "data_type": "string"})
        assert made.pop("id") > 0
        assert made.pop("created_at") == made.pop("updated_at")
        assert made.pop("admin_id").isdecimal()
        assert made == {
            "type": "data_attribute",
            "model": "company",
            "name": "Mithril Shirt",
            "full_name": "custom_attributes.Mithril Shirt",
            "label": "Mithril Shirt",
            "description": "",
            "data_type": "string",
            "api_writable": True,
            "messenger_writable": False,
            "ui_writable": True,
            "custom": True,
            "archived": False,
        }

    @pytest.mark.parametrize(
        ("sent", "read"),
        [
            ("string", "string"),
            ("integer", "integer"),
            ("float", "float"),
            ("boolean", "boolean"),
            ("date", "date"),
            ("datetime", "date"),
        ],
    )
    async def test_types(self, client: Client, sent: str, read: str) -> None:
        assert (await make(client, data_type=sent))["data_type"] == read

    @pytest.mark.parametrize("data_type", ["options", "string"])
    async def test_a_list(self, client: Client, data_type: str) -> None:
        made = await make(client, data_type=data_type, options=[{"value": "1-10"}, {"value": "11-20"}])
        assert (made["data_type"], made["options"]) == ("string", ["1-10", "11-20"])

    async def test_a_list_as_it_was_made_before_2_14(self, client: Client) -> None:
        made = await client.at("2.13").ok("POST", PATH, {**RING, "options": ["1-10", "11-20"]})
        assert made["options"] == ["1-10", "11-20"]

    @pytest.mark.parametrize("version", availability.VERSIONS)
    async def test_in_every_version(self, client: Client, version: str) -> None:
        assert (await client.at(version).ok("POST", PATH, RING))["name"] == "The One Ring"

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            (
                {"name": "The One Ring", "model": "contact", "data_type": "integer"},
                "You already have 'The One Ring' in your company data. "
                "To save this as new people data, use a different name.",
            ),
            (
                {"name": "!nv@l!d n@me", "model": "company", "data_type": "string"},
                "Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens",
            ),
            (
                {"name": "The One Ring", "model": "company", "data_type": "string"},
                "You already have 'The One Ring' in your company data. "
                "To save this as new company data, use a different name.",
            ),
            ({"name": "The Second Ring", "model": "company", "data_type": "mithril"}, "Data Type isn't an option"),
            ({"name": "The Second Ring", "model": "company"}, "Data Type isn't an option"),
            (
                {"description": "Just a plain old ring", "options": [{"value": "1-10"}], "archived": False},
                "The Data Attribute model field must be either contact or company",
            ),
            ({**RING, "model": "conversation"}, "The Data Attribute model field must be either contact or company"),
            (
                {**RING, "name": "x", "data_type": "options", "options": [{"value": "1-10"}]},
                "A list attribute must have at least 2 options",
            ),
            ({**RING, "name": "x", "data_type": "options"}, "A list attribute must have at least 2 options"),
            ({**RING, "name": "x", "data_type": "options", "options": {"value": "1-10"}}, "Options isn't an array"),
        ],
    )
    async def test_what_is_refused_with_the_published_texts(
        self, client: Client, body: dict[str, Any], message: str
    ) -> None:
        await make(client, model="company")
        error = await client.error(400, "POST", PATH, body)
        assert (error["code"], error["message"]) == ("parameter_invalid", message)

    @pytest.mark.parametrize("name", [None, "", " ", 4, "email", "x" * 191, "a.b", "$", "a\\b", 'a"b', "ab|"])
    async def test_what_is_no_name(self, client: Client, name: Any) -> None:
        error = await client.error(400, "POST", PATH, {**RING, "name": name})
        assert error["field"] == "name"

    @pytest.mark.parametrize(
        ("field", "value"), [("description", 4), ("messenger_writable", "yes"), ("options", [4]), ("model", {})]
    )
    async def test_wrong_types_name_the_field(self, client: Client, field: str, value: Any) -> None:
        assert (await client.error(400, "POST", PATH, {**RING, field: value}))["field"] == field

    async def test_the_251st_in_a_sandbox(self, client: Client) -> None:
        await client.ok("PUT", "/interlock/v1/settings", {"max_active_attributes": 1})
        await make(client)
        error = await client.error(400, "POST", PATH, {**RING, "name": "another"})
        assert error["code"] == "custom_data_limit_reached"


class TestUpdate:
    async def test_the_published_example(self, client: Client) -> None:
        made = await make(client, data_type="options", options=[{"value": "a"}, {"value": "b"}])
        body = {
            "description": "Just a plain old ring",
            "options": [{"value": "1-10"}, {"value": "11-20"}],
            "archived": False,
        }
        changed = await client.ok("PUT", f"{PATH}/{made['id']}", body)
        assert changed["description"] == "Just a plain old ring"
        assert changed["options"] == ["1-10", "11-20"]

    async def test_what_is_not_sent_stays(self, client: Client) -> None:
        made = await make(client, description="A ring", messenger_writable=True)
        changed = await client.ok("PUT", f"{PATH}/{made['id']}", {"messenger_writable": False})
        assert (changed["description"], changed["messenger_writable"]) == ("A ring", False)

    async def test_name_and_type_never_change(self, client: Client) -> None:
        made = await make(client)
        changed = await client.ok("PUT", f"{PATH}/{made['id']}", {"name": "other", "data_type": "integer"})
        assert (changed["name"], changed["data_type"]) == ("The One Ring", "string")

    @pytest.mark.parametrize("id", ["1", "9" * 30, "x", "0", "-1", "١"])
    async def test_an_unknown_one(self, client: Client, id: str) -> None:
        error = await client.error(404, "PUT", f"{PATH}/{id}", {"options": 4})
        assert error["code"] == "field_not_found"
        assert error["message"] == "We couldn't find that data attribute to update"

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"value": "1-10"}, "Options isn't an array"),
            ([{"value": "1-10"}], "A list attribute must have at least 2 options"),
            ([], "A list attribute must have at least 2 options"),
            ([{"value": "x"}, {"value": "x"}], "There is more than one option 'x'"),
            ([{"value": "x"}, {"value": ""}], "An option must not be empty"),
            ([{"value": "x"}, {"label": "y"}], "Each option must be an object with a text as its value"),
        ],
    )
    async def test_bad_options(self, client: Client, options: Any, message: str) -> None:
        made = await make(client, data_type="options", options=[{"value": "a"}, {"value": "b"}])
        error = await client.error(400, "PUT", f"{PATH}/{made['id']}", {"options": options})
        assert (error["code"], error["message"], error["field"]) == ("parameter_invalid", message, "options")

    async def test_text_does_not_become_a_list(self, client: Client) -> None:
        made = await make(client)
        await client.error(400, "PUT", f"{PATH}/{made['id']}", {"options": [{"value": "a"}, {"value": "b"}]})

    async def test_what_something_depends_on_is_not_archived(self, client: Client) -> None:
        made = await make(client)
        await client.ok("PUT", "/interlock/v1/qualification_attributes", {"attributes": [made["id"]]})
        error = await client.error(422, "PUT", f"{PATH}/{made['id']}", {"description": "x", "archived": True})
        assert error["code"] == "data_invalid"
        assert error["message"] == "The Data Attribute you are trying to archive has a dependant object"
        usage = await client.ok("GET", f"/interlock/v1/attributes/{made['id']}/usage")
        assert [use["by"] for use in usage["used_by"] if use["blocks_archiving"]] == ["qualification_attributes"]

    async def test_archived_values_are_kept_and_not_shown(self, client: Client) -> None:
        made = await make(client)
        body = {"external_id": "p", "custom_attributes": {"The One Ring": "x"}}
        person = await client.ok("POST", "/contacts", body)
        await client.ok("PUT", f"{PATH}/{made['id']}", {"archived": True})
        shown = await client.ok("GET", f"/contacts/{person['id']}")
        assert shown["custom_attributes"] == {}
        await client.ok("PUT", f"{PATH}/{made['id']}", {"archived": False})
        assert (await client.ok("GET", f"/contacts/{person['id']}"))["custom_attributes"] == {"The One Ring": "x"}


async def test_without_a_token(client: Client) -> None:
    nobody = client.without_token()
    for method, path in (("GET", PATH), ("POST", PATH), ("PUT", f"{PATH}/1"), ("GET", f"{PATH}/customer")):
        await nobody.error(401, method, path)
