"""Everything that is served: each resource group, one line."""

from __future__ import annotations

from interlock.resources.admins import operations as admins
from interlock.resources.attributes import operations as attributes
from interlock.resources.companies import operations as companies
from interlock.resources.contacts import operations as contacts
from interlock.resources.custom_object_instances import extensions as instance_extensions
from interlock.resources.custom_object_instances import operations as custom_object_instances
from interlock.resources.data_attributes import operations as data_attributes
from interlock.resources.limits import operations as limits
from interlock.resources.object_types import operations as object_types
from interlock.resources.schema import operations as schema
from interlock.rest.operation import Operation

OPERATIONS: list[Operation] = [
    *admins.OPERATIONS,
    *companies.OPERATIONS,
    *contacts.OPERATIONS,
    *custom_object_instances.OPERATIONS,
    *instance_extensions.OPERATIONS,
    *data_attributes.OPERATIONS,
    *object_types.OPERATIONS,
    *attributes.OPERATIONS,
    *limits.OPERATIONS,
    *schema.OPERATIONS,
]
