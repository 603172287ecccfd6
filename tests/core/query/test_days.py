"""Calendar days, in every zone, with days of 23 and 25 hours."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.core.query.days import DateRules, day_around
from tests.core.query.making import schema

_ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "America/Sao_Paulo"]
_ZONES += ["America/Havana", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Kiritimati", "America/St_Johns"]


def at(text: str, zone: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


@pytest.mark.parametrize(
    ("day", "after", "zone", "hours"),
    [
        ("2025-03-30", "2025-03-31", "Europe/Berlin", 23),
        ("2025-10-26", "2025-10-27", "Europe/Berlin", 25),
        ("2025-10-27", "2025-10-28", "Europe/Berlin", 24),
        ("2024-11-03", "2024-11-04", "America/Havana", 25),  # 01:00 becomes 00:00: the first midnight counts
        ("2018-11-04", "2018-11-05", "America/Sao_Paulo", 23),  # 00:00 becomes 01:00: there is no midnight
        ("2018-02-17", "2018-02-18", "America/Sao_Paulo", 25),  # 00:00 becomes 23:00 of the day before
        ("2011-12-29", "2011-12-31", "Pacific/Apia", 24),  # the 30th was left out
    ],
)
def test_days_around_a_change_of_clocks(day: str, after: str, zone: str, hours: int) -> None:
    for hour in ("05:00", "12:00", "22:30"):
        assert day_around(at(f"{day}T{hour}", zone), zone) == (at(day, zone), at(after, zone))
    assert at(after, zone) - at(day, zone) == hours * 3600


@given(moment=st.integers(-(10**9), 4 * 10**9), zone=st.sampled_from(_ZONES))
def test_a_moment_lies_in_its_day_and_days_meet(moment: int, zone: str) -> None:
    first, after = day_around(moment, zone)
    assert first <= moment < after
    assert day_around(first, zone) == day_around(after - 1, zone) == (first, after)
    assert day_around(after, zone)[0] == after
    assert day_around(first - 1, zone)[1] == first


@given(moment=st.integers(1_400_000_000, 4 * 10**9), zone=st.sampled_from(_ZONES))
def test_since_2014_a_day_is_what_the_calendar_of_the_zone_says(moment: int, zone: str) -> None:
    first, after = day_around(moment, zone)
    days = [datetime.fromtimestamp(one, ZoneInfo(zone)).date() for one in (first - 1, first, moment, after - 1, after)]
    assert days[0] < days[1] == days[2] == days[3] < days[4]


@pytest.mark.parametrize("moment", [10**13, -(10**13), 253402300799, -62135596800 - 1, 2**63 - 1])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
def test_moments_beyond_the_calendar_are_refused(moment: int, zone: str) -> None:
    with pytest.raises(ValueError, match=r"no such date|out of range|must be in"):
        day_around(moment, zone)


def test_the_rules_of_contacts() -> None:
    workspace = schema(timezone="Asia/Tokyo").workspace
    assert DateRules.of_contacts(workspace, preview=False) == DateRules("Asia/Tokyo", "Asia/Tokyo")
    assert DateRules.of_contacts(workspace, preview=True) == DateRules(None, "UTC")
    exact = schema(timezone="Asia/Tokyo", exact_date_search=True).workspace
    assert DateRules.of_contacts(exact, preview=False) == DateRules.of_contacts(exact, preview=True) == DateRules()
