"""The schema as one document, read with errors that name the place."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.definitions.document import parse_document
from interlock.kit.problems import Problem


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ([], "The schema"),
        ({"object_type": []}, "object_type"),
        ({"object_types": {}}, "object_types"),
        ({"object_types": [{}]}, "object_types[0].identifier"),
        ({"object_types": [{"identifier": 4}]}, "object_types[0].identifier"),
        ({"object_types": [{"identifier": "A"}, {"identifier": "B", "nmae": "x"}]}, "object_types[1].nmae"),
        ({"contact": {"attributes": [{"name": "x"}]}}, "contact.attributes[0].data_type"),
        (
            {"contact": {"attributes": [{"name": "x", "data_type": "string", "many": True}]}},
            "contact.attributes[0].many",
        ),
        (
            {"company": {"attributes": [{"name": "x", "data_type": "list", "options": [{"value": "a", "v": 1}]}]}},
            "company.attributes[0].options[0].v",
        ),
        (
            {"contact": {"attributes": [{"name": "x", "data_type": "reference", "reference": {"to": "A", "mny": 1}}]}},
            "contact.attributes[0].reference.mny",
        ),
    ],
)
def test_what_cannot_be_read_names_its_place(document: Any, place: str) -> None:
    with pytest.raises(Problem) as raised:
        parse_document(document)
    assert raised.value.message.startswith(f"{place}: ")


def test_everything_may_be_left_out() -> None:
    document = parse_document({})
    assert (document.object_types, document.contact, document.company) == (None, None, None)
