"""Tags over REST: request bodies, and the one answer that is not in `shapes/tag.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from interlock.core.people.tagging import Labelled, Labelling, Mention
from interlock.core.tags.tags import bad_parameters, check_name
from interlock.kit import limits
from interlock.kit.problems import invalid, missing
from interlock.shapes import tag as shapes

Id = str | int | None


class Mentioned(msgspec.Struct):
    """A person, by `id`; or a company, by `id` or by `company_id`, the customer's own. `untag` takes the tag off."""

    id: Id = None
    company_id: Id = None
    untag: bool | str | None = None


class TagBody(msgspec.Struct):
    """Four requests in one: `{name}` makes a tag; `{id, name}` renames one; `{name, companies}` and `{name, users}` put
    the tag onto companies and people, or take it off. With companies or users an `id` says which tag is meant."""

    name: str | None = None
    id: Id = None
    users: list[Mentioned] | None = None
    companies: list[Mentioned] | None = None


class ApplyBody(msgspec.Struct):
    """The `id` of a tag."""

    id: Id = None


class ApplyByAdminBody(ApplyBody):
    """The `id` of a tag, and the teammate who applies it."""

    admin_id: Id = None


class RemoveByAdminBody(msgspec.Struct):
    """The teammate who takes the tag off."""

    admin_id: Id = None


# --- reading


def read_id(raw: Id, field: str) -> str:
    text = _text(raw)
    if text is None:
        raise missing(f"{field} not specified", field)
    return text


def _text(raw: Id) -> str | None:
    return None if raw is None or raw == "" else str(raw)


def read_labelling(body: TagBody | None) -> Labelling:
    """The request as the domain takes it: 400 `parameter_invalid` for one that fits none of the four forms."""
    if body is None:
        raise bad_parameters()
    id = _text(body.id)
    mentions = body.users is not None or body.companies is not None
    if body.name is None and (id is None or not mentions):
        raise bad_parameters()
    name = check_name(body.name) if body.name is not None else None
    users = [_person(one, place) for place, one in enumerate(body.users or ())]
    companies = [_company(one, place) for place, one in enumerate(body.companies or ())]
    if len(users) + len(companies) > limits.TAGGED_AT_ONCE:
        field = "users" if users else "companies"
        raise invalid(f"At most {limits.TAGGED_AT_ONCE} users and companies can be tagged at once", field)
    return Labelling(name, id, users, companies)


def renames(body: TagBody) -> bool:
    return _text(body.id) is not None and body.users is None and body.companies is None


def _person(one: Mentioned, place: int) -> Mention:
    id = _text(one.id)
    if id is None:
        raise bad_parameters(f"users.{place}.id")
    return Mention(id, untag=_untag(one, f"users.{place}.untag"))


def _company(one: Mentioned, place: int) -> Mention:
    id, company_id = _text(one.id), _text(one.company_id)
    if id is None and company_id is None:
        raise bad_parameters(f"companies.{place}.id")
    return Mention(id, company_id, untag=_untag(one, f"companies.{place}.untag"))


def _untag(one: Mentioned, field: str) -> bool:
    """The description's own example has the text "true"."""
    if isinstance(one.untag, str):
        if one.untag.lower() not in ("true", "false"):
            raise invalid(f"{field} must be true or false", field)
        return one.untag.lower() == "true"
    return bool(one.untag)


# --- showing


def labelled(done: Labelled) -> dict[str, Any]:
    return {**shapes.basic(done.tag), "users": _tagged(done.users), "companies": _tagged(done.companies)}


def _tagged(found: Mapping[str, bool]) -> list[dict[str, Any]]:
    return [{"id": id, "tagged": on} for id, on in found.items()]


class Tagged(msgspec.Struct):
    id: str
    tagged: bool


class TagCreated(msgspec.Struct):
    """The tag, and who got it or lost it."""

    type: Literal["tag"]
    id: str
    name: str
    users: list[Tagged]
    companies: list[Tagged]


class Nothing(msgspec.Struct):
    """Nothing to say."""
