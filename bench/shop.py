"""The data: people, and orders that point at them. A row follows from its number, so every database gets the same.

Orders belong to the *holders*, one person in so many, who have twenty each: lists ask for those. Upserts create orders
of the other people, so that the lists stay as they are.
"""

from __future__ import annotations

from typing import Any, NamedTuple

ORDERS_EACH = 20
CITIES = tuple(f"City {n:02}" for n in range(40))
PLANS = ("free", "pro", "team", "enterprise")
STATUSES = ("open", "shipped", "cancelled")
SEATS = 1000
CREATED = 1_700_000_000

# (name, type) in the order of the values below. The floor has a column for each.
PERSON_ATTRIBUTES = (
    ("seats", "integer"),
    ("city", "string"),
    ("plan", "list"),
    ("renewed_at", "datetime"),
    ("vip", "boolean"),
    ("score", "decimal"),
)
ORDER_ATTRIBUTES = (
    ("title", "string"),
    ("status", "list"),
    ("total", "decimal"),
    ("number", "integer"),
    ("ordered_at", "datetime"),
    ("gift", "boolean"),
)
OPTIONS = {"plan": PLANS, "status": STATUSES}


class Person(NamedTuple):
    id: str
    external_id: str
    email: str
    name: str
    created_at: int
    attributes: tuple[Any, ...]


class Order(NamedTuple):
    id: str
    external_id: str
    created_at: int
    person_id: str
    attributes: tuple[Any, ...]


class Shop(NamedTuple):
    """How much there is."""

    people: int
    orders: int

    @property
    def holders(self) -> int:
        return max(1, self.orders // ORDERS_EACH)

    @property
    def step(self) -> int:
        """Every so many people there is a holder."""
        return max(1, self.people // self.holders)

    def holder_of(self, order: int) -> int:
        """The number of the person who has an order. One person's orders lie far from each other."""
        return order % self.holders * self.step


def mix(number: int, salt: int) -> int:
    """A number that looks random and is always the same (splitmix64)."""
    mixed = (number * 0x9E3779B97F4A7C15 + salt * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    return mixed ^ (mixed >> 31)


def person_id(number: int) -> str:
    """Like ids that Interlock makes, sorted by age; pgbench can put them together, too."""
    return f"64000000{number:014x}00"


def order_id(number: int) -> str:
    return f"65000000{number:014x}00"


def person(number: int) -> Person:
    attributes = (
        1 + mix(number, 1) % SEATS,
        CITIES[mix(number, 2) % len(CITIES)],
        PLANS[mix(number, 3) % len(PLANS)],
        CREATED + mix(number, 4) % 30_000_000,
        mix(number, 5) % 10 == 0,
        mix(number, 6) % 10_000 / 100,
    )
    email = f"person{number}@example.com"
    return Person(person_id(number), f"person-{number}", email, f"Person {number}", CREATED + number // 10, attributes)


def order_attributes(number: int, edition: int = 0) -> tuple[Any, ...]:
    """The values of an order; every edition of it has others."""
    at = number + edition * 7_919
    return (
        f"Order of {1 + mix(at, 11) % 9} things, {at}",
        STATUSES[mix(at, 12) % len(STATUSES)],
        mix(at, 13) % 100_000 / 100,
        number,
        CREATED + mix(at, 14) % 30_000_000,
        mix(at, 15) % 5 == 0,
    )


def order(number: int, shop: Shop) -> Order:
    holder = person_id(shop.holder_of(number))
    return Order(order_id(number), f"order-{number}", CREATED + number // 10, holder, order_attributes(number))
