"""Every link inside the repository leads somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.reading import anchors, links, pages


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link
