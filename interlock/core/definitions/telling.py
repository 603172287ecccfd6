"""A change of a plan in one sentence: the same in the API's answer and in the terminal."""

from __future__ import annotations

from interlock.core.attributes.definition import STANDARD_KINDS
from interlock.core.definitions.migration import Change


def sentence(change: Change) -> str:
    """For instance "Order.total: string becomes decimal. 3 values are converted, 1 is lost."."""
    return " ".join([f"{_subject(change)}: {_WHAT[change.action](change)}.", *_costs(change)])


def _subject(change: Change) -> str:
    if change.attribute is not None:
        return f"{change.kind}.{change.attribute}"
    return change.kind if change.kind in STANDARD_KINDS else f"Object type {change.kind}"


def _costs(change: Change) -> list[str]:
    told = []
    if change.values or change.values_lost:
        verb = "moved" if change.action == "rename_attribute" else "converted"
        lost = f", {_count(change.values_lost, 'is', 'are')} lost" if change.values_lost else ""
        told.append(f"{_count(change.values, 'value is', 'values are')} {verb}{lost}.")
    if change.links_dropped:
        told.append(f"{_count(change.links_dropped, 'link is', 'links are')} dropped.")
    if change.used_by:
        told.append(f"It is used by {', '.join(use.name for use in change.used_by)}.")
    return told


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _type(end: object) -> str:
    """A data type, or where a reference points."""
    return f"a reference to {end['to']}" if isinstance(end, dict) else str(end)


def _one_or_many(change: Change) -> str:
    return "may have many records" if change.after["many"] else "may have one record only"


_WHAT = {
    "add_type": lambda _: "is made",
    "rename_type": lambda one: f"was {one.before}",
    "describe_type": lambda one: f"its {', '.join(one.after)} changes",
    "archive_type": lambda _: "is archived, with its instances",
    "unarchive_type": lambda _: "comes back",
    "add_attribute": lambda one: f"is made ({one.after['data_type']})",
    "rename_attribute": lambda one: f"was {one.before}",
    "convert_attribute": lambda one: f"{_type(one.before)} becomes {_type(one.after)}",
    "change_options": lambda one: "its options change",
    "describe_attribute": lambda _: "its description changes",
    "protect_attribute": lambda one: (
        "may be written by the Messenger" if one.after["messenger_writable"] else "is protected from the Messenger"
    ),
    "change_details": lambda one: f"its {', '.join(one.after)} changes",
    "change_reference": _one_or_many,
    "retarget_reference": lambda one: f"{_type(one.before)} becomes {_type(one.after)}",
    "archive_attribute": lambda _: "is archived, with its values",
    "unarchive_attribute": lambda _: "comes back, with the values that it had",
}

ACTIONS = tuple(_WHAT)
