"""How dates compare: to the second, or by calendar day, in which zone.

Up to 2.16 Intercom compares every date of a contact by day in the workspace's time zone; Preview compares standard
timestamps to the second and date attributes by UTC day. Everything of ours compares to the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from interlock.core.schema.schema import Workspace

UTC = "UTC"


@dataclass(frozen=True, slots=True)
class DateRules:
    """The zone whose calendar days count for standard timestamps, and for date attributes; None: the exact second.

    `inclusive`: `>` and `<` hold for the very second as well. `now`: what `{"days_ago": 30}` counts from; without it
    there are no such values.
    """

    standard: str | None = None
    custom: str | None = None
    inclusive: bool = False
    now: int | None = None

    @classmethod
    def by_day(cls, timezone: str) -> Self:
        """Contacts, up to 2.16."""
        return cls(timezone, timezone)

    @classmethod
    def preview(cls) -> Self:
        """Contacts, in Preview."""
        return cls(None, UTC)

    @classmethod
    def exact(cls) -> Self:
        """Everything under `/interlock/v1`, and workspaces that chose it."""
        return cls()

    @classmethod
    def of_threads(cls) -> Self:
        """Conversations and tickets, in every version: to the second. The description calls `>` "greater (or equal)"
        and `<` "lower (or equal)"; so they are for dates, and numbers compare as everywhere."""
        return cls(inclusive=True)

    @classmethod
    def of_segments(cls, now: int) -> Self:
        """The rules of segments: to the second, and relative to now."""
        return cls(now=now)

    @classmethod
    def of_contacts(cls, workspace: Workspace, preview: bool) -> Self:
        if workspace.settings.exact_date_search:
            return cls.exact()
        return cls.preview() if preview else cls.by_day(workspace.timezone)


def day_around(moment: int, timezone: str) -> tuple[int, int]:
    """The calendar day that `moment` lies in: its first second, and the first of the next one.

    Days of 23 and 25 hours come out right. Where a zone turned its clocks back over midnight (St. John's until
    2011) some minutes carry the earlier date twice; they count to the later day, so that days stay whole ranges.
    Raises ValueError for moments outside the years 1 to 9999.
    """
    zone = ZoneInfo(timezone)
    try:
        day = datetime.fromtimestamp(moment, zone).date()
        first, after = _starts(day, timezone), _starts(day + timedelta(1), timezone)
        if moment < first:
            return _starts(day - timedelta(1), timezone), first
        if moment >= after:
            return after, _starts(day + timedelta(2), timezone)
    except (OverflowError, OSError) as error:
        raise ValueError(f"no such date: {moment}") from error
    return first, after


@lru_cache(4096)
def _starts(day: date, timezone: str) -> int:
    """When a day begins. Midnight that was skipped stands for the moment at which it was skipped."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).timestamp())
