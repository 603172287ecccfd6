"""The attributes of conversations: made, renamed, pointed elsewhere, archived; seen from everywhere."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.attributes.definition import CONVERSATION
from interlock.core.attributes.many import coerce_all
from interlock.core.attributes.policy import Source
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import limits
from interlock.kit.problems import Problem
from support.client import Client

PATH = "/conversations/attributes"
OURS = "/interlock/v1/attributes"


async def make(client: Client, name: str = "topic", data_type: str = "string", **more: Any) -> dict[str, Any]:
    return await client.ok("POST", PATH, {"name": name, "data_type": data_type, **more})


async def make_list(client: Client, *labels: str, name: str = "urgency") -> dict[str, Any]:
    return await make(client, name, "list", options=[{"label": label} for label in labels or ("Low", "High")])


async def make_orders(client: Client, *identifiers: str) -> None:
    for identifier in identifiers or ("Order",):
        await client.ok("POST", "/interlock/v1/object_types", {"identifier": identifier})


async def written(client: Client, values: dict[str, Any]) -> dict[str, Any]:
    """What a conversation would have of these values."""
    schema = await client.app.schemas.get(await _workspace(client))
    return coerce_all(schema, CONVERSATION, values, Source.API).values


async def _workspace(client: Client) -> str:
    return client.headers["workspace"]


@pytest.fixture
def client(client: Client, workspace: Made) -> Client:
    client.headers["workspace"] = workspace.workspace_id
    return client


async def team(client: Client) -> str:
    return (await client.ok("POST", "/interlock/v1/teams", {"name": "Support"}))["id"]


class TestMaking:
    async def test_text_has_all_that_is_documented(self, client: Client) -> None:
        one, two = [await team(client) for _ in range(2)]
        teams = [one, int(two), one]
        made = await make(client, description="What it is about", visible_to_team_ids=teams, required=True)
        assert isinstance(made.pop("id"), int)
        assert made.pop("admin_id").isdigit()
        assert made.pop("created_at") == made.pop("updated_at")
        assert made == {
            "type": "conversation_attribute",
            "name": "topic",
            "description": "What it is about",
            "data_type": "string",
            "required": True,
            "visible_to_team_ids": [one, two],
            "archived": False,
            "multiline": False,
        }

    @pytest.mark.parametrize("data_type", ["string", "integer", "decimal", "boolean", "datetime", "files"])
    async def test_plain_types(self, client: Client, data_type: str) -> None:
        made = await make(client, data_type=data_type, multiline=data_type == "string")
        assert (made["data_type"], made["multiline"]) == (data_type, data_type == "string")
        assert await client.ok("GET", f"{PATH}/{made['id']}") == made

    async def test_a_list_has_options_with_ids(self, client: Client) -> None:
        made = await make_list(client, "Low", "High")
        assert [(one["label"], one["archived"]) for one in made["options"]] == [("Low", False), ("High", False)]
        assert len({one["id"] for one in made["options"]}) == 2
        assert all(len(one["id"]) == 36 for one in made["options"])

    async def test_a_relationship_points_at_a_type_by_its_identifier(self, client: Client) -> None:
        await make_orders(client)
        reference = {"type": "many", "object_type_id": "Order"}
        made = await make(client, "orders", "relationship", reference=reference)
        assert made["reference"] == reference
        assert (await client.ok("GET", PATH))["data"] == [made]

    async def test_the_newest_comes_first(self, client: Client) -> None:
        for name in ("a", "b", "c"):
            await make(client, name)
        assert [one["name"] for one in (await client.ok("GET", PATH))["data"]] == ["c", "b", "a"]

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            (
                {"data_type": "text"},
                "data_type 'text' is not valid. Allowed types: string, integer, list, decimal, boolean, datetime, "
                "relationship, files",
            ),
            ({"data_type": "list"}, "A list attribute must have at least 2 active options"),
            (
                {"data_type": "list", "options": [{"label": "a"}]},
                "A list attribute must have at least 2 active options",
            ),
            (
                {"data_type": "list", "options": [{"label": "a"}, {"label": "a"}]},
                "There is more than one option 'a'",
            ),
            ({"data_type": "list", "options": [{"label": "a"}, {}]}, "label is required"),
            ({"data_type": "list", "options": [{"label": "a"}, {"label": 4}]}, "label must be a string"),
            (
                {"data_type": "list", "options": [{"label": "a"}, {"label": "b", "id": "1"}]},
                "only 'label' is accepted",
            ),
            ({"options": [{"label": "a"}, {"label": "b"}]}, "Options can only be managed on list attributes"),
            ({"data_type": "relationship"}, "reference is required for relationship attributes"),
            ({"reference": {"type": "one"}}, "reference can only be set on relationship attributes"),
            ({"name": "a.b"}, "alphanumeric"),
            ({"name": " "}, "blank"),
            ({"name": "n" * 10_000}, "at most 190"),
            ({"description": "d" * 2000}, "at most 1024"),
            ({"visible_to_team_ids": [str(n) for n in range(2000)]}, "at most 1000"),
            ({"visible_to_team_ids": ["7"]}, "There is no team '7'"),
            ({"visible_to_team_ids": ["all"]}, "There is no team 'all'"),
        ],
    )
    async def test_what_breaks_a_rule_is_422(self, client: Client, body: dict[str, Any], message: str) -> None:
        error = await client.error(422, "POST", PATH, {"name": "x", "data_type": "string", **body})
        assert error["code"] == "parameter_invalid"
        assert message in error["message"]
        assert (await client.ok("GET", PATH))["data"] == []

    async def test_a_type_that_is_not_there(self, client: Client) -> None:
        reference = {"type": "one", "object_type_id": "Ship"}
        body = {"name": "x", "data_type": "relationship", "reference": reference}
        error = await client.error(422, "POST", PATH, body)
        assert error["field"] == "reference.object_type_id"

    @pytest.mark.parametrize(
        ("body", "code", "field"),
        [
            ({"data_type": "string"}, "parameter_not_found", "name"),
            ({"name": "x"}, "parameter_not_found", "data_type"),
            ({"name": 4, "data_type": "string"}, "type_mismatch", "name"),
            ({"name": "x", "data_type": "string", "required": "yes"}, "type_mismatch", "required"),
            ({"name": "x", "data_type": "list", "options": "ab"}, "type_mismatch", "options"),
            ({"name": "x", "data_type": "list", "options": ["a", "b"]}, "type_mismatch", "options.0"),
            ({"name": "x", "data_type": "relationship", "reference": []}, "type_mismatch", "reference"),
            ({"name": "x", "data_type": "relationship", "reference": {"type": "few"}}, "parameter_invalid", None),
        ],
    )
    async def test_the_wrong_type_of_json_is_400(self, client: Client, body: Any, code: str, field: str | None) -> None:
        error = await client.error(400, "POST", PATH, body)
        assert error["code"] == code
        assert field is None or error["field"] == field

    async def test_names_are_unique_archived_ones_too(self, client: Client) -> None:
        made = await make(client)
        assert "already" in (await client.error(422, "POST", PATH, {"name": "topic", "data_type": "string"}))["message"]
        await client.ok("DELETE", f"{PATH}/{made['id']}")
        await client.error(422, "POST", PATH, {"name": "topic", "data_type": "string"})
        await client.ok("PUT", f"{OURS}/{made['id']}", {"archived": False})
        assert [one["name"] for one in (await client.ok("GET", PATH))["data"]] == ["topic"]

    async def test_not_before_2_16(self, client: Client) -> None:
        for version in ("2.15", "2.11"):
            assert (await client.at(version).get(PATH)).status_code in (400, 404)


class TestChanging:
    async def test_what_is_absent_or_null_stays(self, client: Client) -> None:
        teams = [await team(client)]
        made = await make(client, description="Old", required=True, multiline=True, visible_to_team_ids=teams)
        path = f"{PATH}/{made['id']}"
        for body in ({}, {"name": None, "required": None, "multiline": None, "archived": True, "data_type": "list"}):
            changed = await client.ok("PUT", path, body)
            assert {**changed, "updated_at": 0} == {**made, "updated_at": 0}
        body = {"description": "New", "required": False, "multiline": False, "visible_to_team_ids": []}
        changed = await client.ok("PUT", path, body)
        assert {name: changed[name] for name in body} == body
        assert await client.ok("GET", path) == changed

    async def test_the_teams_that_see_it_are_there(self, client: Client) -> None:
        one, two = [await team(client) for _ in range(2)]
        made = await make(client, visible_to_team_ids=[one])
        path = f"{PATH}/{made['id']}"
        error = await client.error(422, "PUT", path, {"description": "New", "visible_to_team_ids": [one, "7"]})
        assert (error["code"], error["field"]) == ("parameter_invalid", "visible_to_team_ids")
        assert await client.ok("GET", path) == made
        await client.ok("DELETE", f"/interlock/v1/teams/{one}")
        changed = await client.ok("PUT", path, {"visible_to_team_ids": [one, two]})  # as it was read, and one more
        assert changed["visible_to_team_ids"] == [one, two]

    async def test_a_new_name_is_the_name_of_the_values(self, client: Client) -> None:
        made = await make(client)
        changed = await client.ok("PUT", f"{PATH}/{made['id']}", {"name": "subject", "description": "New"})
        assert (changed["id"], changed["name"], changed["description"]) == (made["id"], "subject", "New")
        assert await written(client, {"subject": "x"}) == {"subject": "x"}
        with pytest.raises(Problem, match="Conversation attribute 'topic' does not exist"):
            await written(client, {"topic": "x"})

    async def test_nobody_else_has_the_new_name(self, client: Client) -> None:
        made = await make(client)
        await make(client, "subject")
        for name in ("subject", "a.b", ""):
            await client.error(422, "PUT", f"{PATH}/{made['id']}", {"name": name, "description": "New"})
        assert (await client.ok("GET", f"{PATH}/{made['id']}"))["description"] == ""

    async def test_only_relationships_point(self, client: Client) -> None:
        made = await make(client)
        await client.error(422, "PUT", f"{PATH}/{made['id']}", {"reference": {"type": "one"}})

    async def test_another_type_and_another_number(self, client: Client) -> None:
        await make_orders(client, "Order", "Ship")
        made = await make(client, "thing", "relationship", reference={"type": "many", "object_type_id": "Order"})
        path = f"{PATH}/{made['id']}"
        for sent, reference in (
            ({"type": "one"}, {"type": "one", "object_type_id": "Order"}),
            ({"type": "many", "object_type_id": "Order"}, {"type": "many", "object_type_id": "Order"}),
            ({"type": "one", "object_type_id": "Ship"}, {"type": "one", "object_type_id": "Ship"}),
        ):
            assert (await client.ok("PUT", path, {"reference": sent}))["reference"] == reference
            assert (await client.ok("GET", path))["reference"] == reference
        error = await client.error(422, "PUT", path, {"reference": {"type": "one", "object_type_id": "Car"}})
        assert error["field"] == "reference.object_type_id"

    async def test_a_new_name_and_another_type_at_once(self, client: Client) -> None:
        await make_orders(client, "Order", "Ship")
        made = await make(client, "thing", "relationship", reference={"type": "many", "object_type_id": "Order"})
        body = {"name": "ship", "reference": {"type": "one", "object_type_id": "Ship"}}
        changed = await client.ok("PUT", f"{PATH}/{made['id']}", body)
        assert (changed["name"], changed["reference"]) == ("ship", body["reference"])

    async def test_archived_ones_are_listed_only_when_asked_for(self, client: Client) -> None:
        made = await make(client)
        for _ in range(2):
            gone = await client.ok("DELETE", f"{PATH}/{made['id']}")
            assert gone["archived"] is True
        assert (await client.ok("GET", PATH))["data"] == []
        assert (await client.ok("GET", f"{PATH}?include_archived=true"))["data"] == [gone]
        assert (await client.ok("GET", f"{PATH}/{made['id']}"))["archived"] is True

    async def test_nobody(self, client: Client) -> None:
        tier = await client.ok("POST", OURS, {"kind": "contact", "name": "tier", "data_type": "string"})
        for id in ("1", "abc", "9" * 500, "-1", str(tier["id"]), "²"):
            for method in ("GET", "PUT", "DELETE"):
                error = await client.error(404, method, f"{PATH}/{id}", {} if method == "PUT" else None)
                assert error["code"] == "conversation_attribute_not_found"
                assert error["message"] == "Conversation attribute not found"


class TestOptions:
    async def test_a_new_one_goes_last(self, client: Client) -> None:
        made = await make_list(client, "Low", "High")
        changed = await client.ok("POST", f"{PATH}/{made['id']}/options", {"label": "Highest"})
        assert changed["options"][:2] == made["options"]
        assert (changed["options"][2]["label"], changed["options"][2]["archived"]) == ("Highest", False)

    async def test_another_label_keeps_the_id(self, client: Client) -> None:
        made = await make_list(client, "Low", "High")
        low = made["options"][0]
        changed = await client.ok("PUT", f"{PATH}/{made['id']}/options/{low['id']}", {"label": "Lowest"})
        assert changed["options"][0] == {**low, "label": "Lowest"}
        assert await written(client, {"urgency": low["id"]}) == {"urgency": "Lowest"}

    async def test_two_must_be_left(self, client: Client) -> None:
        made = await make_list(client, "Low", "High", "Highest")
        low, high, _ = made["options"]
        path = f"{PATH}/{made['id']}/options"
        for _ in range(2):
            changed = await client.ok("DELETE", f"{path}/{low['id']}")
            assert [one["archived"] for one in changed["options"]] == [True, False, False]
        error = await client.error(422, "DELETE", f"{path}/{high['id']}")
        assert error["message"] == "A list attribute must have at least 2 active options"

    async def test_what_a_conversation_may_have(self, client: Client) -> None:
        made = await make_list(client, "Low", "High", "Highest")
        low, high, _ = made["options"]
        await client.ok("DELETE", f"{PATH}/{made['id']}/options/{low['id']}")
        assert await written(client, {"urgency": "High"}) == {"urgency": "High"}
        assert await written(client, {"urgency": high["id"]}) == {"urgency": "High"}
        for value in ("Low", low["id"]):
            with pytest.raises(Problem, match="must not be an option that is archived"):
                await written(client, {"urgency": value})

    async def test_a_label_may_come_again_under_a_new_id(self, client: Client) -> None:
        made = await make_list(client, "Low", "High", "Highest")
        path = f"{PATH}/{made['id']}/options"
        error = await client.error(422, "POST", path, {"label": "Low"})
        assert error["message"] == "There is already an option 'Low'"
        await client.ok("DELETE", f"{path}/{made['options'][0]['id']}")
        changed = await client.ok("POST", path, {"label": "Low"})
        assert [one["label"] for one in changed["options"]] == ["Low", "High", "Highest", "Low"]
        assert await written(client, {"urgency": "Low"}) == {"urgency": "Low"}

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            (None, "label is required"),
            ({}, "label is required"),
            ({"label": None}, "label is required"),
            ({"label": "  "}, "label is required"),
            ({"label": 4}, "label must be a string"),
            ({"label": ["High"]}, "label must be a string"),
            ({"label": "x", "archived": False}, "only 'label' is accepted"),
            ({"label": "l" * 300}, "label must be at most 255 characters"),
        ],
    )
    async def test_the_label(self, client: Client, body: Any, message: str) -> None:
        made = await make_list(client)
        path = f"{PATH}/{made['id']}/options"
        for method, where in (("POST", path), ("PUT", f"{path}/{made['options'][0]['id']}")):
            error = await client.error(422, method, where, body)
            assert (error["code"], error["message"]) == ("parameter_invalid", message)

    async def test_the_first_problem_counts(self, client: Client) -> None:
        text, made = await make(client), await make_list(client)
        not_a_list = "Options can only be managed on list attributes"
        for id, option, status, message in (
            ("1", "x", 404, "Conversation attribute not found"),
            (text["id"], "x", 422, not_a_list),
            (made["id"], "x" * 900, 404, "List option not found"),
        ):
            path = f"{PATH}/{id}/options/{option}"
            assert (await client.error(status, "PUT", path, {}))["message"] == message
            assert (await client.error(status, "DELETE", path))["message"] == message
        assert (await client.error(422, "POST", f"{PATH}/{text['id']}/options", {}))["message"] == not_a_list
        error = await client.error(400, "POST", f"{PATH}/{made['id']}/options", ["High"])
        assert error["code"] == "type_mismatch"

    async def test_there_are_not_too_many(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "OPTIONS_MAX", 3)
        made = await make_list(client, "1", "2", "3")
        error = await client.error(422, "POST", f"{PATH}/{made['id']}/options", {"label": "4"})
        assert "at most 3 options" in error["message"]


class TestTheyAreAttributesLikeOthers:
    async def test_in_our_list(self, client: Client) -> None:
        made = await make_list(client)
        await client.ok("DELETE", f"{PATH}/{(await make(client))['id']}")
        [shown] = (await client.ok("GET", f"{OURS}?kind=conversation"))["data"]
        assert (shown["id"], shown["options"], shown["required"]) == (made["id"], ["Low", "High"], False)
        await client.ok("PUT", f"{OURS}/{made['id']}", {"description": "How soon"})
        assert (await client.ok("GET", f"{PATH}/{made['id']}"))["description"] == "How soon"

    async def test_made_there_and_seen_here(self, client: Client) -> None:
        body = {"kind": "conversation", "name": "notes", "data_type": "string", "multiline": True, "required": True}
        made = await client.ok("POST", OURS, body)
        shown = await client.ok("GET", f"{PATH}/{made['id']}")
        assert (shown["multiline"], shown["required"]) == (True, True)
        await client.error(400, "POST", OURS, {**body, "kind": "contact"})
        await client.error(400, "POST", OURS, {"kind": "contact", "name": "files", "data_type": "files"})

    async def test_in_data_attributes_before_2_16(self, client: Client) -> None:
        await make_orders(client)
        await make_list(client)
        await make(client, "orders", "relationship", reference={"type": "many", "object_type_id": "Order"})
        await make(client, "papers", "files")
        old = client.at("2.15")
        [shown] = (await old.ok("GET", "/data_attributes?model=conversation"))["data"]
        assert (shown["name"], shown["data_type"], shown["options"]) == ("urgency", "string", ["Low", "High"])
        assert shown in (await old.ok("GET", "/data_attributes"))["data"]
        assert shown not in (await client.ok("GET", "/data_attributes"))["data"]
        await client.error(422, "GET", "/data_attributes?model=conversation")

    async def test_in_the_schema_document(self, client: Client) -> None:
        made = await make_list(client)
        await make(client, required=True)
        document = await client.ok("GET", "/interlock/v1/schema")
        assert document["conversation"]["attributes"] == [
            {"name": "urgency", "data_type": "list", "options": ["Low", "High"]},
            {"name": "topic", "data_type": "string", "required": True},
        ]
        assert (await self._plan(client, document))["changes"] == []
        wish = {
            "conversation": {
                "attributes": [
                    {"name": "haste", "was": "urgency", "data_type": "list", "options": ["High", "Now"]},
                    {"name": "topic", "data_type": "string", "required": False, "multiline": True},
                ]
            }
        }
        await self._apply(client, wish)
        changed = await client.ok("GET", f"{PATH}/{made['id']}")
        options = {one["label"]: one for one in changed["options"]}
        assert changed["name"] == "haste"
        assert options["High"] == made["options"][1]
        assert (options["Low"]["archived"], options["Now"]["archived"]) == (True, False)
        assert (await self._plan(client, wish))["changes"] == []
        [topic] = [one for one in (await client.ok("GET", PATH))["data"] if one["name"] == "topic"]
        assert (topic["required"], topic["multiline"]) == (False, True)

    async def test_a_document_that_does_not_name_them_leaves_them(self, client: Client) -> None:
        await make_orders(client)
        await make(client, "orders", "relationship", reference={"type": "many", "object_type_id": "Order"})
        for document in ({}, {"contact": {"attributes": []}}, {"object_types": [{"identifier": "Order"}]}):
            assert (await self._plan(client, document))["changes"] == []

    async def test_the_inverse_of_a_reference_of_a_type(self, client: Client) -> None:
        inverse = {"name": "orders", "many": True}
        reference = {"to": "conversation", "many": False, "inverse": inverse}
        attributes = [{"name": "talk", "data_type": "reference", "reference": reference}]
        await client.ok("POST", "/interlock/v1/object_types", {"identifier": "Order", "attributes": attributes})
        [shown] = (await client.ok("GET", PATH))["data"]
        assert (shown["name"], shown["data_type"]) == ("orders", "relationship")
        assert shown["reference"] == {"type": "many", "object_type_id": "Order"}
        document = await client.ok("GET", "/interlock/v1/schema")
        assert "conversation" not in document
        assert (await self._plan(client, document))["changes"] == []

    async def _plan(self, client: Client, document: dict[str, Any]) -> dict[str, Any]:
        return await client.ok("POST", "/interlock/v1/schema/plan", {"schema": document})

    async def _apply(self, client: Client, document: dict[str, Any]) -> None:
        planned = await self._plan(client, document)
        body = {"schema": document, "plan_hash": planned["plan_hash"]}
        await client.ok("POST", "/interlock/v1/schema/apply", body)


class TestValues:
    async def test_files_are_lists_of_ids_and_addresses(self, client: Client) -> None:
        await make(client, "papers", "files")
        address = "https://example.com/a.pdf"
        for sent, stored in (
            (["f1", address, "f1"], ["f1", address]),
            ("f1", ["f1"]),
            ([{"id": "f1", "url": address}, {"url": address}], ["f1", address]),
            ([], None),
            (None, None),
            ("", None),
        ):
            assert await written(client, {"papers": sent}) == {"papers": stored}

    @pytest.mark.parametrize(
        "sent",
        [4, True, {}, [4], [""], [None], ["a" * 300], ["ftp://x/y"], [["f1"]], ["http://" + "a" * 3000], ["f"] * 101],
    )
    async def test_what_is_no_file(self, client: Client, sent: Any) -> None:
        await make(client, "papers", "files")
        with pytest.raises(Problem) as raised:
            await written(client, {"papers": sent})
        assert raised.value.field == "custom_attributes.papers"

    async def test_another_workspace_has_others(self, client: Client, other_workspace: Made) -> None:
        made = await make(client)
        other = Client(client.app, other_workspace.token)
        assert (await other.ok("GET", PATH))["data"] == []
        await other.error(404, "GET", f"{PATH}/{made['id']}")
