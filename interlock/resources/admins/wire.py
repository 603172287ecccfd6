"""What is asked for when somebody goes away, and the answer of `GET /me`, at the newest version."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from interlock.core.schema.schema import Workspace
from interlock.core.staff.away import Away
from interlock.core.staff.store import Admin as Teammate
from interlock.shapes.admin import person


class AwayBody(msgspec.Struct):
    """`away_mode_reassign`: a customer's reply takes the conversation away from them. `away_status_reason_id` is one of
    the workspace's reasons that is not deleted."""

    away_mode_enabled: bool
    away_mode_reassign: bool = False
    away_status_reason_id: int | str | None = None


def read_away(body: AwayBody) -> Away:
    return Away(body.away_mode_enabled, body.away_mode_reassign, body.away_status_reason_id)


class Avatar(msgspec.Struct):
    type: Literal["avatar"]
    image_url: str | None


class App(msgspec.Struct):
    """The workspace. `id_code` is what the Messenger calls `app_id`; `region` is US, EU or AU."""

    type: Literal["app"]
    id_code: str
    name: str
    created_at: int
    secure: bool
    identity_verification: bool
    timezone: str
    region: str


class Me(msgspec.Struct, kw_only=True):
    """The owner of the token's workspace, with the workspace."""

    type: Literal["admin"]
    id: str
    name: str
    email: str
    job_title: str | UnsetType = UNSET
    email_verified: bool
    away_mode_enabled: bool
    away_mode_reassign: bool
    has_inbox_seat: bool
    team_ids: list[int]
    avatar: Avatar
    app: App


def me(one: Teammate, workspace: Workspace) -> dict[str, Any]:
    """Nobody verifies identities yet, so `secure` and `identity_verification` are false."""
    answer = person(one)
    answer["email_verified"] = True
    answer["avatar"] = {"type": "avatar", "image_url": one.details.get("avatar")}
    answer["app"] = {
        "type": "app",
        "id_code": workspace.app_id,
        "name": workspace.name,
        "created_at": workspace.created_at,
        "secure": False,
        "identity_verification": False,
        "timezone": workspace.timezone,
        "region": workspace.region,
    }
    return answer
