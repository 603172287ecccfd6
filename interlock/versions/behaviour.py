"""What a version does differently, as opposed to what its JSON looks like: the latter is `chain.py`.

Each switch is read in an `operations.py` by `call.version` and passed down as an ordinary argument; `core` never asks
for the version. Preview counts as the newest.

Where an older request can be written as a newer one, that is the chain's: a merge before 2.16 becomes one with
`skip_duplicate_validation`, and a `sort` that was not known yet is taken away.
"""

from __future__ import annotations

from interlock.versions.availability import PREVIEW, at_least


def merged_contact_is_gone(version: str) -> bool:
    """Is a merged contact answered 410 with a `Link` to what it became? Before 2.16 it was 404 like any other."""
    return at_least(version, "2.16")


def lists_instances(version: str) -> bool:
    """Is a type's instances without `external_id` their list? Before 2.16 the parameter was required."""
    return at_least(version, "2.16")


def refuses_conversation_model(version: str) -> bool:
    """Is `GET /data_attributes?model=conversation` 422? Before 2.16 conversations had attributes there."""
    return at_least(version, "2.16")


def searches_by_second(version: str) -> bool:
    """Are the standard dates searched by the exact second, in UTC? Until Preview: by day in the workspace's zone."""
    return version == PREVIEW


def sets_priority(version: str) -> bool:
    """Does `PUT /conversations/{id}` take `priority` and `admin_id`? Only in Preview: 2.16 shows the levels alone."""
    return version == PREVIEW


def lets_snoozed_sleep(version: str) -> bool:
    """Does a reply know `skip_unsnooze`? Only in Preview: elsewhere a teammate's reply wakes what is snoozed."""
    return version == PREVIEW


def deletes_metrics(version: str) -> bool:
    """May a conversation be deleted without its metrics being retained? Before 2.16 they always were."""
    return at_least(version, "2.16")
