"""Which versions there are, and which operation exists in which of them.

The table was read from Intercom's descriptions 2.11, 2.13 to 2.16 and Preview. It names only what is not in every
version; most of the difference between two versions is "not there yet". 2.12 has no published description: what
2.13 has and 2.11 lacks counts as new in 2.13, as the changelog says too. Versions below 2.11 answer as 2.11 does.

Preview is not the version after 2.16: it is an overlay beside it, which has the newest things and lacks a few.
"""

from __future__ import annotations

from interlock.kit.problems import Problem

PREVIEW = "Preview"
HEAD = "2.16"
"""The version whose shapes the handlers know."""
DEFAULT = "2.14"
"""What a new workspace starts with, and what errors are marked with before the workspace is known."""
OLDEST_SHAPES = "2.11"

VERSIONS: tuple[str, ...] = (*(f"1.{n}" for n in range(5)), *(f"2.{n}" for n in range(17)), PREVIEW)
"""Every version that a client may ask for, oldest first."""

ORDER: dict[str, int] = {version: place for place, version in enumerate(VERSIONS)}
"""For comparing: `ORDER["2.9"] < ORDER["2.10"]`. Preview comes last."""

_ASKED = {version.lower(): version for version in VERSIONS} | {"unstable": PREVIEW}

FIRST: dict[str, str] = {
    "ShowContactByExternalId": "2.13",
    "BlockContact": "2.13",
    "ListContactMergeHistory": "2.16",
    "unlinkConversationFromTicket": "2.16",
    "linkConversationToTicket": "2.16",
    "changeTicketType": "2.16",
    "enqueueCreateTicket": "2.14",
    "jobsStatus": "2.14",
    "deleteTicket": "2.13",
    "listTicketStates": "2.13",
    "getWhatsAppMessageStatus": "2.16",
    "deleteConversation": "2.13",
    "listHandlingEvents": "2.15",
    "listDeletedConversationIds": "2.16",
    "mergeConversation": "2.16",
    "listSideConversations": "2.16",
    "listConversationAttributes": "2.16",
    "createConversationAttribute": "2.16",
    "getConversationAttribute": "2.16",
    "updateConversationAttribute": "2.16",
    "deleteConversationAttribute": "2.16",
    "createConversationAttributeOption": "2.16",
    "updateConversationAttributeOption": "2.16",
    "deleteConversationAttributeOption": "2.16",
    "createCustomObjectInstances": "2.13",
    # One operation of ours for what 2.13 to 2.15 call getCustomObjectInstancesByExternalId, where it wants the
    # parameter external_id: the handler sees to that.
    "listCustomObjectInstances": "2.13",
    "listAwayStatusReasons": "2.14",
    "listActivityLogEventTypes": "2.16",
    "searchActivityLogs": "2.16",
    "getTeamMetrics": "2.16",
    "getCustomObjectInstancesById": "2.13",
    "deleteCustomObjectInstancesById": "2.13",
    "deleteCustomObjectInstancesByExternalId": "2.13",
    "listCompanyNotes": "2.15",
    "createCompanyNote": "2.16",
}
"""The first version with an operation, where that is not the oldest."""

LAST: dict[str, str] = {}
"""The last version with an operation, where it is gone since (and from Preview, too)."""

NOT_IN_PREVIEW: frozenset[str] = frozenset()


def resolve(header: str | None, default: str) -> str:
    """The version that a client asked for; `default` (the workspace's own) when it did not say.

    400 `intercom_version_invalid` when there is no such version.
    """
    if header is None:
        return default
    asked = header.strip()
    if not asked:
        return default
    version = _ASKED.get(asked.lower())
    if version is None:
        raise Problem("intercom_version_invalid", "The requested version could not be found")
    return version


def is_available(operation: str, version: str) -> bool:
    """Does the operation with this id exist in this version?"""
    first, last = FIRST.get(operation), LAST.get(operation)
    if first is not None and ORDER[version] < ORDER[first]:
        return False
    if last is not None and ORDER[version] > ORDER[last]:
        return False
    return version != PREVIEW or operation not in NOT_IN_PREVIEW


def require(operation: str, version: str) -> None:
    """400 `intercom_version_invalid` when the operation does not exist in the version."""
    if not is_available(operation, version):
        raise Problem("intercom_version_invalid", "Requested resource is not available in current API version.")


def shapes_of(version: str) -> str:
    """The version whose shapes a client of `version` gets: itself, but never older than 2.11."""
    return version if ORDER[version] >= ORDER[OLDEST_SHAPES] else OLDEST_SHAPES


def at_least(version: str, first: str) -> bool:
    """Does this version behave as `first` and the later ones do? Preview behaves as the newest.

    For differences that are not in a shape; `versions/behaviour.py` has them by name.
    """
    return ORDER[version] >= ORDER[first]


def check_table(operations: set[str]) -> None:
    """At start-up: every name in the tables above is an operation. A misspelt one would open it to all versions."""
    unknown = (FIRST.keys() | LAST.keys() | NOT_IN_PREVIEW) - operations
    if unknown:
        raise ValueError(f"versions/availability.py names operations that do not exist: {sorted(unknown)}")
