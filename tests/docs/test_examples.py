"""What the documentation shows is what happens: its examples are requests and commands that are run here."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.examples import Names, Request, steps
from docs.installation import Installation
from interlock.rest.operation import INTERCOM
from interlock.rest.router import Router
from tools import docs

ROOT = Path(__file__).parent.parent.parent
PAGES = [page for page in sorted((ROOT / "docs").rglob("*.md")) if "\n```http\n" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
async def test_examples_answer_as_documented(page: Path, installation: Installation) -> None:
    for step in steps(page):
        try:
            await installation.run(step)
        except AssertionError as wrong:
            raise AssertionError(f"{page.name}:{step.line}: {wrong}") from wrong


def test_every_operation_of_ours_has_an_example() -> None:
    router = Router(docs.served())
    requests = [step for page in PAGES for step in steps(page) if isinstance(step, Request)]
    asked = [router.match(one.method, one.path.partition("?")[0].encode()).operation for one in requests]
    shown = {one.id for one in asked if one is not None}
    assert [one.id for one in docs.served() if one.surface != INTERCOM and one.id not in shown] == []


class TestNames:
    def test_an_id_stands_for_the_one_in_its_place(self) -> None:
        names = Names()
        names.check({"id": "abc123", "type": "Order"}, {"id": "ffffff", "type": "Order"})
        assert names.put_in("/orders/abc123") == "/orders/ffffff"

    def test_what_differs_is_told_with_its_place(self) -> None:
        with pytest.raises(AssertionError, match=r"\.data\[0\]\.total"):
            Names().check({"data": [{"total": 1}]}, {"data": [{"total": 2}]})

    def test_a_key_that_is_not_documented_is_told(self) -> None:
        with pytest.raises(AssertionError, match="not documented"):
            Names().check({"a": 1}, {"a": 1, "b": 2})

    def test_dots_stand_for_more(self) -> None:
        Names().check({"a": [1, "..."], "...": "..."}, {"a": [1, 2], "b": 2})
        Names().check_text("Wrote ... bytes", "Wrote 12 bytes")

    def test_true_is_not_one(self) -> None:
        with pytest.raises(AssertionError):
            Names().check(True, 1)
