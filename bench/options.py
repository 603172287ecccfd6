"""How much is measured: the full profile is what the goals speak of, the quick one is for development."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.desk import DESK_WORKS, Desk
from bench.shop import Shop
from bench.works import WORKS

PARTS = ("works", "pgbench", "bulk", "start", "scale", "desk")
DATABASES = ("postgresql", "sqlite")


SHOP = Shop(100_000, 200_000)
SMALL = Shop(1_000, 20_000)
LARGE = Shop(100_000, 2_000_000)
DESK = Desk(20_000, 200_000)


@dataclass(frozen=True)
class Options:
    shop: Shop = SHOP
    small: Shop = SMALL  # for the times at two sizes
    large: Shop = LARGE
    desk: Desk = DESK
    upserts: int = 60_000  # prepared requests: enough that few come twice
    requests: int = 10_000
    connections: tuple[int, ...] = (1, 16)
    rounds: int = 5
    seconds: float = 2.0
    pgbench_seconds: int = 3
    bulk_requests: int = 10  # in a round
    rest_seconds: int = 60
    parts: tuple[str, ...] = PARTS
    databases: tuple[str, ...] = DATABASES
    works: tuple[str, ...] = tuple(work.name for work in WORKS)
    desk_works: tuple[str, ...] = tuple(work.name for work in DESK_WORKS)
    write: bool = False


QUICK = Options(
    shop=Shop(2_000, 4_000),
    small=Shop(100, 2_000),
    large=Shop(1_000, 20_000),
    desk=Desk(500, 4_000),
    upserts=10_000,
    requests=2_000,
    rounds=3,
    seconds=0.7,
    pgbench_seconds=1,
    bulk_requests=3,
    rest_seconds=3,
)


def _names(known: Sequence[str]) -> object:
    def read(text: str) -> tuple[str, ...]:
        names = tuple(text.split(","))
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
        return names

    return read


def read(arguments: Sequence[str] | None = None) -> Options:
    parser = argparse.ArgumentParser("make bench", description="Measure Interlock. About a quarter of an hour.")
    parser.add_argument("--quick", action="store_true", help="little data and short rounds: half a minute")
    parser.add_argument("--parts", type=_names(PARTS), help=",".join(PARTS))
    parser.add_argument("--databases", type=_names(DATABASES), help=",".join(DATABASES))
    parser.add_argument("--works", type=_names(Options.works), help=",".join(Options.works))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, help="of each round")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    given = vars(parser.parse_args(arguments))
    base = QUICK if given.pop("quick") else Options()
    return replace(base, **{name: value for name, value in given.items() if value is not None})
