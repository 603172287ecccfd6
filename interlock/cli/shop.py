"""The demo shop as data: made from a fixed seed, so that every demo has the same people and orders."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

DAY = 86_400
PEOPLE, ORDERS = 40, 120
FIRST_ORDER = 1001

SCHEMA: dict[str, Any] = {
    "object_types": [
        {
            "identifier": "Product",
            "description": "Something the shop sells",
            "attributes": [
                {"name": "title", "data_type": "string"},
                {"name": "price", "data_type": "decimal"},
                {"name": "category", "data_type": "list", "options": ["Coffee", "Tea", "Equipment", "Gifts"]},
                {"name": "in_stock", "data_type": "boolean"},
            ],
        },
        {
            "identifier": "Order",
            "description": "A purchase",
            "attributes": [
                {"name": "title", "data_type": "string", "description": "What was bought"},
                {"name": "total", "data_type": "decimal"},
                {"name": "item_count", "data_type": "integer"},
                {"name": "status", "data_type": "list", "options": ["open", "shipped", "delivered", "cancelled"]},
                {"name": "ordered_at", "data_type": "datetime"},
                {"name": "tracking_url", "data_type": "string"},
                {
                    "name": "person",
                    "data_type": "reference",
                    "reference": {"to": "contact", "many": False, "inverse": {"name": "orders", "many": True}},
                },
                {
                    "name": "products",
                    "data_type": "reference",
                    "reference": {"to": "Product", "many": True, "inverse": {"name": "orders", "many": True}},
                },
            ],
        },
    ],
    "contact": {
        "attributes": [
            {"name": "lifetime_value", "data_type": "decimal", "description": "Total of all orders but cancelled ones"},
            {"name": "order_count", "data_type": "integer"},
            {"name": "favourite_category", "data_type": "list", "options": ["Coffee", "Tea", "Equipment", "Gifts"]},
            {"name": "newsletter", "data_type": "boolean"},
        ]
    },
    "company": {
        "attributes": [{"name": "account_tier", "data_type": "list", "options": ["free", "pro", "enterprise"]}]
    },
}

_PRODUCTS = (
    ("coffee-ethiopia", "Ethiopia Yirgacheffe, 250 g", 14.5, "Coffee"),
    ("coffee-colombia", "Colombia Huila, 250 g", 12.9, "Coffee"),
    ("coffee-decaf", "Swiss Water Decaf, 250 g", 13.5, "Coffee"),
    ("coffee-espresso", "House Espresso, 1 kg", 39.0, "Coffee"),
    ("tea-sencha", "Sencha, 100 g", 11.0, "Tea"),
    ("tea-assam", "Assam Breakfast, 100 g", 8.9, "Tea"),
    ("tea-rooibos", "Rooibos, 100 g", 7.5, "Tea"),
    ("gear-grinder", "Hand grinder", 89.0, "Equipment"),
    ("gear-kettle", "Gooseneck kettle", 64.0, "Equipment"),
    ("gear-dripper", "Ceramic dripper", 24.0, "Equipment"),
    ("gear-scale", "Brewing scale", 45.0, "Equipment"),
    ("gift-box", "Tasting box", 35.0, "Gifts"),
    ("gift-card-50", "Gift card 50", 50.0, "Gifts"),
)
_COMPANIES = (
    ("acme", "Acme Roasting", "Food and drink", 120, "enterprise", 2400),
    ("bluebird", "Bluebird Books", "Retail", 18, "pro", 240),
    ("cedar", "Cedar & Co", "Architecture", 34, "pro", 310),
    ("dockside", "Dockside Labs", "Software", 85, "enterprise", 1250),
    ("elm", "Elm Street Clinic", "Health", 42, "pro", 190),
    ("fjord", "Fjord Studio", "Design", 9, "free", 0),
    ("granite", "Granite Legal", "Law", 27, "pro", 420),
    ("harbour", "Harbour School", "Education", 60, "free", 0),
)
_FIRST = (
    *("Ada", "Amir", "Bea", "Carlos", "Chloe", "Dmitri", "Elif", "Emeka", "Fatima", "Felix"),
    *("Grace", "Hana", "Hugo", "Ines", "Ivo", "Jamal", "Jun", "Kaia", "Leo", "Lina"),
    *("Mai", "Marco", "Mina", "Noor", "Oisin", "Olga", "Pablo", "Priya", "Quinn", "Rosa"),
    *("Sana", "Sven", "Tara", "Tomas", "Uma", "Viktor", "Wen", "Yara", "Yusuf", "Zoe"),
)
_LAST = (
    *("Abara", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jansen"),
    *("Kaya", "Lindqvist", "Moreau", "Nakamura", "Okafor", "Petrov", "Quigley", "Rossi", "Singh", "Tanaka"),
)


@dataclass(frozen=True, slots=True)
class Person:
    external_id: str
    standard: dict[str, Any]
    attributes: dict[str, Any]
    company: str | None


@dataclass(frozen=True, slots=True)
class Firm:
    company_id: str
    standard: dict[str, Any]
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Thing:
    """A product or an order. `person` is the external id of who ordered."""

    external_id: str
    attributes: dict[str, Any]
    created_at: int
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Shop:
    companies: list[Firm]
    people: list[Person]
    products: list[Thing]
    orders: list[Thing]


def make(now: int) -> Shop:
    """The shop as it looks on the day of `now`, in Unix seconds."""
    chance = random.Random(2016)  # noqa: S311 - no secret: the same shop each time
    today = now - now % DAY
    orders = [_order(chance, today, number) for number in range(ORDERS)]
    return Shop(
        [_company(today, *one) for one in _COMPANIES],
        [_person(chance, today, number, orders) for number in range(PEOPLE)],
        [_product(today, *one) for one in _PRODUCTS],
        orders,
    )


def _company(today: int, company_id: str, name: str, industry: str, size: int, tier: str, spend: int) -> Firm:
    standard = {
        "name": name,
        "industry": industry,
        "size": size,
        "plan": tier.capitalize(),
        "monthly_spend": spend,
        "website": f"https://{company_id}.example",
        "remote_created_at": today - 700 * DAY,
    }
    return Firm(company_id, standard, {"account_tier": tier})


def _product(today: int, external_id: str, title: str, price: float, category: str) -> Thing:
    values = {"title": title, "price": price, "category": category, "in_stock": external_id != "gear-scale"}
    return Thing(external_id, values, today - 600 * DAY)


def _order(chance: random.Random, today: int, number: int) -> Thing:
    """The newest are still open; some people order far more than others."""
    age = (ORDERS - number) * 3 + chance.randrange(3)
    chosen = chance.sample(_PRODUCTS, chance.choice((1, 1, 1, 2, 2, 3)))
    counts = [chance.choice((1, 1, 2)) for _ in chosen]
    external_id = f"order-{FIRST_ORDER + number}"
    status = "cancelled" if chance.random() < 0.07 else "open" if age < 9 else "shipped" if age < 24 else "delivered"
    ordered_at = today - age * DAY + chance.randrange(8, 20) * 3600
    values: dict[str, Any] = {
        "title": chosen[0][1] + (f" and {len(chosen) - 1} more" if len(chosen) > 1 else ""),
        "total": round(sum(one[2] * count for one, count in zip(chosen, counts, strict=True)), 2),
        "item_count": sum(counts),
        "status": status,
        "ordered_at": ordered_at,
        "products": [{"external_id": one[0]} for one in chosen],
    }
    if status in ("shipped", "delivered"):
        values["tracking_url"] = f"https://parcels.example/track/{external_id}"
    person = min(chance.randrange(PEOPLE), chance.randrange(PEOPLE))
    return Thing(external_id, values, ordered_at, _external_id(person))


def _external_id(number: int) -> str:
    return f"person-{number + 1:02}"


def _person(chance: random.Random, today: int, number: int, orders: list[Thing]) -> Person:
    first, last = _FIRST[number], _LAST[number % len(_LAST)]
    external_id = _external_id(number)
    paid = [one for one in orders if one.person == external_id and one.attributes["status"] != "cancelled"]
    standard = {
        "role": "user",
        "external_id": external_id,
        "name": f"{first} {last}",
        "email": f"{first}.{last}@example.com".lower(),
        "phone": f"+3538700{number:05}",
        "signed_up_at": today - chance.randrange(380, 700) * DAY,
        "last_seen_at": today - chance.randrange(60) * DAY,
        "language_override": chance.choice(("en", "en", "en", "de", "fr", "pt")),
    }
    attributes = {
        "lifetime_value": round(sum(one.attributes["total"] for one in paid), 2),
        "order_count": len(paid),
        "favourite_category": chance.choice(("Coffee", "Coffee", "Tea", "Equipment", "Gifts")),
        "newsletter": chance.random() < 0.6,
    }
    company = _COMPANIES[number % len(_COMPANIES)][0] if number % 3 else None
    return Person(external_id, standard, attributes, company)
