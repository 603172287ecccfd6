"""A small shop to look at: people, companies, products and orders that refer to one another.

The same every time but for ids and times: everything follows from the tables below and a fixed seed.
"""

from __future__ import annotations

import random
from typing import Any

from interlock.core.attributes.definition import (
    COMPANY,
    CONTACT,
    DATETIME,
    DECIMAL,
    INTEGER,
    LIST,
    REFERENCE,
    STRING,
    Option,
)
from interlock.core.objects import bulk, instances
from interlock.core.people import company, contact, memberships
from interlock.core.people.contact_fields import Standard
from interlock.core.schema import define
from interlock.core.schema.cache import SchemaCache
from interlock.core.schema.schema import Schema
from interlock.core.schema.wanted import WantedAttribute, WantedInverse, WantedReference, WantedType
from interlock.kit import clock
from interlock.storage.database import Tx

THROUGH = "demo:"
_DAY = 86_400
_FIRST_NAMES = (
    "Ada", "Ben", "Cleo", "Dev", "Ella", "Finn", "Gia", "Hugo", "Iris", "Jon", "Kim", "Leo", "Mia", "Noa", "Omar",
    "Pia", "Quin", "Rui", "Sara", "Tom", "Uma", "Vera", "Wim", "Xena", "Yuri", "Zoe", "Alba", "Bo", "Cara", "Dana",
    "Enzo", "Fay", "Gus", "Hana", "Ivo", "Jade", "Kai", "Lia", "Max", "Nina",
)  # fmt: skip
_COMPANIES = (
    ("harbour", "Harbour Coffee", "Growth", 24),
    ("northlight", "Northlight Studio", "Starter", 6),
    ("kiln", "Kiln & Clay", "Starter", 11),
    ("meridian", "Meridian Travel", "Scale", 140),
    ("fernway", "Fernway Gardens", "Growth", 38),
    ("quarry", "Quarry Tools", "Scale", 210),
    ("tidal", "Tidal Books", "Starter", 9),
    ("copper", "Copper Kettle", "Growth", 52),
)
_PRODUCTS = (
    ("P-100", "Canvas tote", 19.0),
    ("P-101", "Enamel mug", 14.5),
    ("P-102", "Wool blanket", 89.0),
    ("P-103", "Desk lamp", 64.9),
    ("P-104", "Notebook set", 12.0),
    ("P-105", "Rain jacket", 129.0),
    ("P-106", "Plant stand", 45.0),
    ("P-107", "Bread knife", 38.5),
)
_STATUSES = ("open", "shipped", "delivered", "cancelled")
_ORDERS = 120


def _attribute(name: str, data_type: str, description: str, *options: str) -> WantedAttribute:
    return WantedAttribute(name, data_type, description, tuple(Option(value) for value in options))


def _reference(name: str, to: str, many: bool, inverse: str, description: str) -> WantedAttribute:
    reference = WantedReference(to, many, WantedInverse(inverse, True))
    return WantedAttribute(name, REFERENCE, description, reference=reference)


_CONTACT_ATTRIBUTES = (
    _attribute("loyalty_points", INTEGER, "Points collected so far"),
    _attribute("favourite_colour", LIST, "What they like best", "red", "green", "blue"),
    _attribute("last_order_at", DATETIME, "When they ordered last"),
)
_PRODUCT = WantedType(
    "Product",
    "Product",
    "Products",
    "Something that the shop sells",
    (_attribute("title", STRING, "What it is called"), _attribute("price", DECIMAL, "In euros")),
)
_ORDER = WantedType(
    "Order",
    "Order",
    "Orders",
    "A purchase",
    (
        _attribute("title", STRING, "What was bought"),
        _attribute("total", DECIMAL, "In euros"),
        _attribute("quantity", INTEGER, "How many pieces"),
        _attribute("status", LIST, "Where it is", *_STATUSES),
        _attribute("ordered_at", DATETIME, "When it was placed"),
        _reference("person", CONTACT, False, "orders", "Who bought it"),
        _reference("products", "Product", True, "orders", "What is in it"),
    ),
)


async def fill(schemas: SchemaCache, workspace_id: str) -> dict[str, int]:
    """Fill a workspace, in few transactions; how many there are of each. 400 when the types are there already."""
    await schemas.define(workspace_id, _define)
    people = await schemas.write(workspace_id, _people)
    await schemas.write(workspace_id, _companies, people)
    await schemas.write(workspace_id, bulk.bulk, "Product", _product_rows(), True, THROUGH)
    await schemas.write(workspace_id, bulk.bulk, "Order", _order_rows(people), True, THROUGH)
    return {"people": len(people), "companies": len(_COMPANIES), "Products": len(_PRODUCTS), "Orders": _ORDERS}


async def _define(tx: Tx, schema: Schema) -> None:
    editor = await define.Editor.open(tx, schema)
    for attribute in _CONTACT_ATTRIBUTES:
        await define.add_attribute(editor, CONTACT, attribute)
    await define.add_attribute(editor, COMPANY, _attribute("account_manager", STRING, "Who looks after them"))
    for wanted in (_PRODUCT, _ORDER):
        made = await define.add_type(editor, wanted)
        for attribute in wanted.attributes:
            await define.add_attribute(editor, made.id, attribute)


async def _people(tx: Tx, schema: Schema) -> list[str]:
    chance, now, ids = random.Random(7), clock.seconds(), []  # noqa: S311 - a shop, not a secret
    for number, name in enumerate(_FIRST_NAMES):
        lead = number % 8 == 7
        fields: dict[str, Any] = {
            "role": "lead" if lead else "user",
            "name": f"{name} Example",
            "email": f"{name.lower()}@example.com",
            "signed_up_at": now - chance.randrange(400) * _DAY,
            "last_seen_at": now - chance.randrange(30) * _DAY,
        }
        if not lead:
            fields["external_id"] = f"customer-{number + 1}"
        attributes = {
            "loyalty_points": chance.randrange(0, 2000, 10),
            "favourite_colour": chance.choice(("red", "green", "blue")),
            "last_order_at": now - chance.randrange(90) * _DAY,
        }
        shown = await contact.create(tx, schema, contact.ContactWrite(Standard(fields), attributes), THROUGH)
        ids.append(shown.record.id)
    return ids


async def _companies(tx: Tx, schema: Schema, people: list[str]) -> None:
    for number, (company_id, name, plan, size) in enumerate(_COMPANIES):
        standard = {"name": name, "plan": plan, "size": size, "industry": "Retail", "monthly_spend": size * 9}
        wanted = company.Write(standard, {"account_manager": "The shop team"})
        shown = await company.upsert(tx, schema, company_id, wanted, THROUGH)
        for contact_id in people[number :: len(_COMPANIES)]:
            await memberships.attach(tx, schema, contact_id, shown.record.id, THROUGH)


def _product_rows() -> list[bulk.Row]:
    return [
        bulk.Row(index, id, instances.Upsert(id, {}, {"title": title, "price": price}))
        for index, (id, title, price) in enumerate(_PRODUCTS)
    ]


def _order_rows(people: list[str]) -> list[bulk.Row]:
    chance, now, rows = random.Random(11), clock.seconds(), []  # noqa: S311 - a shop, not a secret
    for index in range(_ORDERS):
        bought = chance.sample(_PRODUCTS, chance.choice((1, 1, 1, 2, 3)))
        quantity = chance.randint(1, 3)
        ordered_at = now - chance.randrange(180) * _DAY - chance.randrange(_DAY)
        attributes = {
            "title": " + ".join(title for _, title, _ in bought),
            "total": round(quantity * sum(price for _, _, price in bought), 2),
            "quantity": quantity,
            "status": chance.choice(_STATUSES),
            "ordered_at": ordered_at,
            "person": [chance.choice(people)],
            "products": [{"external_id": id} for id, _, _ in bought],
        }
        standard = {"external_created_at": ordered_at, "external_updated_at": ordered_at}
        external_id = f"O-{1001 + index}"
        rows.append(bulk.Row(index, external_id, instances.Upsert(external_id, standard, attributes)))
    return rows
