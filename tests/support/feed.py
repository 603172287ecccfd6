"""The feed of changes, as a consumer reads it: on from where it was."""

from __future__ import annotations

from typing import Any

from interlock.core.changes.stamp import Stamper
from support.client import Client


class Feed:
    """What is new each time it is asked. A stamper of its own puts the changes in order first."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.stamper = Stamper(client.app.database)
        self.cursor: str | None = None

    async def news(self, per_page: int = 3) -> list[dict[str, Any]]:
        """The changes since the last time, the oldest first: page by page, as a consumer has to."""
        while await self.stamper.step():
            pass
        await self.stamper.release()
        found: list[dict[str, Any]] = []
        more = True
        while more:
            after = f"&after={self.cursor}" if self.cursor is not None else ""
            page = await self.client.ok("GET", f"/interlock/v1/changes?limit={per_page}{after}")
            found += page["changes"]
            assert (not page["changes"]) or page["cursor"] == page["changes"][-1]["cursor"]
            self.cursor, more = page["cursor"], page["has_more"]
        positions = [int(one["cursor"]) for one in found]
        assert positions == sorted(set(positions))
        return found
