"""Limits and settings of a workspace as JSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import msgspec
from msgspec import UNSET, Meta, UnsetType

from interlock.core.attributes.text import storable
from interlock.core.schema.schema import Workspace
from interlock.kit import limits
from interlock.kit.problems import invalid
from interlock.versions import availability

_Limit = Annotated[int, Meta(ge=0, le=10**12)]
_Levels = Annotated[int, Meta(ge=1, le=8)]
_Filters = Annotated[int, Meta(ge=1, le=200)]
_Days = Annotated[int, Meta(ge=1, le=36_500)]
_Rate = Annotated[int, Meta(ge=1, le=10_000_000)]


class LimitJson(msgspec.Struct):
    """`limit` is null where there is none."""

    used: int
    limit: int | None


class LimitsJson(msgspec.Struct):
    """`instances` may be counted up to ten seconds ago."""

    type: Literal["limits"]
    active_attributes: LimitJson
    object_types: LimitJson
    instances: LimitJson


class SettingsJson(msgspec.Struct):
    """Limits are null where there are none."""

    type: Literal["settings"]
    id: str
    id_code: str
    name: str
    region: Literal["US", "EU", "AU"]
    timezone: str
    intercom_version: str
    create_unknown_attributes: bool
    messenger_creates_attributes: bool
    exact_date_search: bool
    search_levels: int
    search_filters: int
    max_active_attributes: int | None
    max_object_types: int | None
    max_instances: int | None
    history_days: int
    rate_limit_per_minute: int | None
    away_reason_mandatory: bool
    created_at: int


class SettingsBody(msgspec.Struct):
    """What is absent stays. A limit of null is none.

    - `timezone`: an IANA name; date searches go by its calendar day
    - `intercom_version`: for callers that send no `Intercom-Version`
    - `create_unknown_attributes`: an unknown name sent by API makes an attribute instead of a 400
    - `messenger_creates_attributes`: the same for the page around the Messenger
    - `exact_date_search`: dates are compared to the second in every version
    - `search_levels`, `search_filters`: how deep groups may stand in one another, and how many filters one may have
    - `history_days`: how long the history of records is kept
    - `away_reason_mandatory`: teammates who go away must choose a reason
    """

    name: str | UnsetType = UNSET
    region: Literal["US", "EU", "AU"] | UnsetType = UNSET
    timezone: str | UnsetType = UNSET
    intercom_version: str | UnsetType = UNSET
    create_unknown_attributes: bool | UnsetType = UNSET
    messenger_creates_attributes: bool | UnsetType = UNSET
    exact_date_search: bool | UnsetType = UNSET
    search_levels: _Levels | UnsetType = UNSET
    search_filters: _Filters | UnsetType = UNSET
    max_active_attributes: _Limit | UnsetType | None = UNSET
    max_object_types: _Limit | UnsetType | None = UNSET
    max_instances: _Limit | UnsetType | None = UNSET
    history_days: _Days | UnsetType = UNSET
    rate_limit_per_minute: _Rate | UnsetType | None = UNSET
    away_reason_mandatory: bool | UnsetType = UNSET


_CHOSEN = tuple(
    name for name in SettingsBody.__struct_fields__ if name not in ("name", "region", "timezone", "intercom_version")
)


def settings(workspace: Workspace) -> dict[str, Any]:
    return {
        "type": "settings",
        "id": workspace.id,
        "id_code": workspace.app_id,
        "name": workspace.name,
        "region": workspace.region,
        "timezone": workspace.timezone,
        "intercom_version": workspace.intercom_version,
        **{name: getattr(workspace.settings, name) for name in _CHOSEN},
        "created_at": workspace.created_at,
    }


def read_settings(body: SettingsBody) -> dict[str, Any]:
    """What is to be set, by name. 400 names the field."""
    values = {name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not UNSET}
    name = values.get("name", "name")
    if not name.strip() or len(name) > limits.STRING_CHARS or not storable(name):
        raise invalid(f"name must be 1 to {limits.STRING_CHARS} characters of text", "name")
    if values.get("timezone", "UTC") not in available_timezones():
        raise invalid("timezone must be the IANA name of a time zone, such as Europe/Dublin", "timezone")
    if "intercom_version" in values:
        asked = values["intercom_version"]
        if asked.strip().lower() not in _VERSIONS:
            raise invalid(f"intercom_version must be one of {', '.join(availability.VERSIONS)}", "intercom_version")
        values["intercom_version"] = availability.resolve(asked, availability.DEFAULT)
    return values


_VERSIONS = {version.lower() for version in availability.VERSIONS} | {"unstable"}
