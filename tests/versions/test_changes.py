"""Each change, on the examples of Intercom's descriptions: what the handlers make, and what each version gets."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

import pytest

from interlock.versions.chain import CHAIN
from versions.examples import ADMIN, COMPANY, CONTACT


class Named(NamedTuple):
    shape: str | None = None
    accepts: str | None = None


def answer(shape: str, version: str, body: dict[str, Any]) -> dict[str, Any]:
    return CHAIN.answer_down(Named(shape=shape), version, deepcopy(body))


def request(accepts: str, version: str, body: dict[str, Any]) -> dict[str, Any]:
    return CHAIN.request_up(Named(accepts=accepts), version, deepcopy(body))


class TestContact:
    def test_the_newest_is_what_the_handler_made(self) -> None:
        assert answer("contact", "2.16", CONTACT) == CONTACT

    @pytest.mark.parametrize("version", ["2.15", "2.14", "2.13", "2.11", "2.5", "1.0"])
    def test_before_2_16_the_owner_is_a_number(self, version: str) -> None:
        assert answer("contact", version, CONTACT)["owner_id"] == 127
        assert answer("contact", version, CONTACT | {"owner_id": None})["owner_id"] is None
        assert request("contact_write", version, {"owner_id": 127}) == {"owner_id": "127"}
        assert request("contact_write", version, {"owner_id": None}) == {"owner_id": None}

    @pytest.mark.parametrize("version", ["2.16", "Preview"])
    def test_since_2_16_the_owner_is_text(self, version: str) -> None:
        assert answer("contact", version, CONTACT)["owner_id"] == "127"
        assert request("contact_write", version, {"owner_id": "127"}) == {"owner_id": "127"}

    def test_a_boolean_is_no_number_of_an_owner(self) -> None:
        assert request("contact_write", "2.15", {"owner_id": True}) == {"owner_id": True}

    def test_before_2_16_there_is_no_merge_history(self) -> None:
        assert "merge_history" not in answer("contact", "2.15", CONTACT)
        assert "merge_history" in answer("contact", "Preview", CONTACT)

    def test_before_2_16_email_verified_is_ignored(self) -> None:
        assert request("contact_write", "2.15", {"email_verified": True, "name": "Joe"}) == {"name": "Joe"}

    def test_before_2_16_a_merge_needs_no_duplicates(self) -> None:
        asked = {"from": "1", "into": "2", "skip_duplicate_validation": False}
        assert request("contact_merge", "2.15", asked)["skip_duplicate_validation"] is True
        assert request("contact_merge", "2.16", asked) == asked

    def test_before_2_16_a_search_cannot_be_sorted(self) -> None:
        query = {"field": "email", "operator": "=", "value": "joe@bloggs.com"}
        assert request("contact_search", "2.15", {"query": query, "sort": {"order": "desc"}}) == {"query": query}

    def test_2_11_lacks_push_and_wants_a_type_of_location(self) -> None:
        lowered = answer("contact", "2.11", CONTACT)
        assert "enabled_push_messaging" not in lowered
        assert lowered["location"] == CONTACT["location"] | {"type": "location"}
        assert answer("contact", "2.13", CONTACT)["location"] == CONTACT["location"]

    def test_preview_shows_the_formatted_phone(self) -> None:
        assert answer("contact", "Preview", CONTACT) == CONTACT | {"formatted_phone": "+353871234567"}
        assert answer("contact", "Preview", CONTACT | {"phone": None})["formatted_phone"] is None

    def test_those_in_a_list_are_changed_as_well(self) -> None:
        listed = answer("contact_list", "2.14", {"type": "list", "data": [CONTACT, CONTACT | {"owner_id": None}]})
        assert [one["owner_id"] for one in listed["data"]] == [127, None]


class TestCompany:
    @pytest.mark.parametrize("shape", ["company_list", "company_scroll", "contact_companies"])
    def test_notes_came_with_2_16(self, shape: str) -> None:
        assert "notes" in answer(shape, "2.16", {"data": [COMPANY]})["data"][0]
        assert "notes" not in answer(shape, "2.15", {"data": [COMPANY]})["data"][0]

    def test_both_lists_of_a_contacts_companies_are_changed(self) -> None:
        many = [deepcopy(COMPANY)]
        lowered = CHAIN.answer_down(Named(shape="contact_companies"), "2.15", {"data": many, "companies": many})
        assert "notes" not in lowered["data"][0]
        assert lowered["companies"] == lowered["data"]

    def test_preview_has_them_as_2_16_has(self) -> None:
        assert answer("company", "Preview", COMPANY) == COMPANY

    def test_before_2_16_update_last_request_at_is_ignored(self) -> None:
        asked = {"company_id": "1", "update_last_request_at": True}
        assert request("company_write", "2.15", asked) == {"company_id": "1"}
        assert request("company_write", "Preview", asked) == asked


class TestAdmin:
    def test_what_each_version_added(self) -> None:
        assert answer("admin", "2.16", ADMIN) == ADMIN
        assert answer("admin", "2.15", ADMIN).keys() == ADMIN.keys() - {"role"}
        assert answer("admin", "2.13", ADMIN).keys() == ADMIN.keys() - {"role", "away_status_reason_id"}

    def test_in_2_11_an_avatar_is_an_object(self) -> None:
        avatar = {"type": "avatar", "image_url": "https://static.example/128.png"}
        assert answer("admin_list", "2.11", {"admins": [ADMIN]})["admins"][0]["avatar"] == avatar
        assert answer("admin", "2.11", ADMIN | {"avatar": None})["avatar"] is None
        assert answer("admin", "2.13", ADMIN)["avatar"] == ADMIN["avatar"]


class TestDataAttribute:
    @pytest.mark.parametrize("version", ["2.13", "2.11"])
    @pytest.mark.parametrize("options", [["1-10", "11-20"], [{"value": "1-10"}, {"value": "11-20"}]])
    def test_before_2_14_options_were_text_and_a_list_a_string(self, version: str, options: list[Any]) -> None:
        asked = {"name": "Size", "model": "company", "data_type": "string", "options": options}
        wrapped = [{"value": "1-10"}, {"value": "11-20"}]
        raised = request("data_attribute_create", version, asked)
        assert raised == asked | {"data_type": "options", "options": wrapped}
        assert request("data_attribute_update", version, {"options": options}) == {"options": wrapped}

    def test_a_string_without_options_is_a_string(self) -> None:
        asked = {"name": "Size", "model": "company", "data_type": "string"}
        assert request("data_attribute_create", "2.13", asked) == asked

    def test_options_that_are_no_list_are_left_to_the_handler(self) -> None:
        asked = {"options": {"value": "1-10"}}
        assert request("data_attribute_update", "2.13", asked) == asked

    def test_preview_has_times_for_the_standard_dates_of_people(self) -> None:
        def shown(version: str, **more: Any) -> str:
            attribute = {"model": "contact", "custom": False, "data_type": "date"} | more
            return answer("data_attribute_list", version, {"data": [attribute]})["data"][0]["data_type"]

        assert shown("Preview") == "datetime"
        assert shown("Preview", custom=True) == "date"
        assert shown("Preview", model="company") == "date"
        assert shown("Preview", data_type="string") == "string"
        assert shown("2.16") == "date"
