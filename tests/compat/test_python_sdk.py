"""The official Python SDK, as it comes from the registry, with another base URL."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from intercom import Intercom
from intercom.core.api_error import ApiError
from intercom.errors import NotFoundError
from intercom.types import (
    CreateContactRequestWithEmail,
    CreateContactRequestWithExternalId,
    CreateDataAttributeRequestOne,
    CreateDataAttributeRequestOptions,
    CreateDataAttributeRequestOptionsOptionsItem,
    CreateOrUpdateCompanyRequest,
    MultipleFilterSearchRequest,
    SingleFilterSearchRequest,
)

from compat.conftest import Served


async def test_the_python_sdk_runs_a_shop(served: Served) -> None:
    await asyncio.to_thread(_run, served)


def _run(served: Served) -> None:
    with httpx.Client(timeout=60) as connections:  # the SDK itself never closes those that it makes
        _shop(Intercom(base_url=served.url, token=served.token, httpx_client=connections))


def _shop(sdk: Intercom) -> None:
    assert sdk.admins.identify().app.region == "US"
    _attributes(sdk)
    ann = _contacts(sdk)
    _companies(sdk, ann)
    _instances(sdk, ann)
    assert sdk.contacts.archive(ann).archived is True
    assert sdk.contacts.unarchive(ann).archived is False
    assert sdk.contacts.delete(ann).deleted is True


def _attributes(sdk: Intercom) -> None:
    seats = CreateDataAttributeRequestOne(name="seats", model="contact", data_type="integer")
    assert sdk.data_attributes.create(request=seats).data_type == "integer"
    options = [CreateDataAttributeRequestOptionsOptionsItem(value=value) for value in ("free", "pro")]
    plan = CreateDataAttributeRequestOptions(name="plan_name", model="contact", data_type="options", options=options)
    made = sdk.data_attributes.create(request=plan)
    assert made.id is not None
    sdk.data_attributes.update(made.id, request={"archived": True})
    listed = sdk.data_attributes.list(model="contact")
    names = {one.name for one in listed.data or []}
    assert "seats" in names
    assert "plan_name" not in names


def _contacts(sdk: Intercom) -> str:
    first = CreateContactRequestWithExternalId(external_id="ann", custom_attributes={"seats": 5})
    ann = sdk.contacts.create(request=first)
    assert ann.id is not None
    assert ann.custom_attributes is not None
    assert ann.custom_attributes["seats"] == 5
    for number in range(4):
        sdk.contacts.create(request=CreateContactRequestWithEmail(email=f"user{number}@example.com"))
    assert sdk.contacts.update(ann.id, name="Ann", owner_id=None).name == "Ann"
    assert sdk.contacts.find(ann.id).external_id == "ann"
    assert sdk.contacts.show_contact_by_external_id("ann").id == ann.id
    listed = [one.id for one in sdk.contacts.list(per_page=2)]
    assert len(listed) == len(set(listed)) == 5
    many_seats = SingleFilterSearchRequest(field="custom_attributes.seats", operator=">", value=4)  # type: ignore[arg-type]
    assert [one.id for one in sdk.contacts.search(query=many_seats)] == [ann.id]
    both = MultipleFilterSearchRequest(
        operator="AND", value=[many_seats, SingleFilterSearchRequest(field="name", operator="=", value="Ann")]
    )
    assert [one.id for one in sdk.contacts.search(query=both)] == [ann.id]
    with pytest.raises(ApiError) as refused:  # the description has no 404 here, so the SDK has no class for it
        sdk.contacts.find("0" * 24)
    assert refused.value.status_code == 404
    return ann.id


def _companies(sdk: Intercom, ann: str) -> None:
    company = sdk.companies.create_or_update(
        request=CreateOrUpdateCompanyRequest(company_id="acme", name="Acme", plan="Gold", size=12)
    )
    assert company.id is not None
    assert company.plan is not None
    assert company.plan.name == "Gold"
    sdk.companies.attach_contact(ann, company_id=company.id)
    assert [one.id for one in sdk.contacts.list_attached_companies(ann)] == [company.id]
    assert [one.id for one in sdk.companies.list(per_page=1)] == [company.id]
    assert [one.id for one in sdk.companies.scroll()] == [company.id]
    assert [one.id for one in sdk.companies.list_attached_contacts(company.id).data or []] == [ann]
    assert sdk.companies.find(company.id).user_count == 1
    sdk.companies.detach_contact(ann, company.id)
    assert sdk.companies.delete(company.id).deleted is True


def _instances(sdk: Intercom, ann: str) -> None:
    objects = sdk.custom_object_instances
    made = objects.create_custom_object_instances(
        "Order",
        external_id="123",
        external_created_at=1392036272,
        external_updated_at=1392036272,
        custom_attributes={"order_number": "ORDER-12345", "total_amount": 99.99},  # type: ignore[dict-item]
    )
    assert made is not None
    assert made.type == "Order"
    sdk.contacts.update(ann, custom_attributes={"order": [made.id]})
    linked = sdk.contacts.find(ann).custom_attributes["order"]
    assert _field(_field(linked, "instances")[0], "external_id") == "123"
    by_id = objects.get_custom_object_instances_by_id("Order", made.id or "")
    by_external_id = objects.get_custom_object_instances_by_external_id("Order", external_id="123")
    assert by_id is not None
    assert by_external_id is not None
    assert by_id.id == by_external_id.id == made.id
    # The generated names of the two deletions are the wrong way round; the wire is what counts.
    assert objects.delete_custom_object_instances_by_id("Order", external_id="123").deleted is True
    with pytest.raises(NotFoundError):
        objects.get_custom_object_instances_by_id("Order", made.id or "")


def _field(value: object, name: str) -> object:
    """The SDK shows a linked list as a model or as a plain dict, as it likes."""
    return value[name] if isinstance(value, dict) else getattr(value, name)
