"""The resource groups of the REST API: a folder each, with the same few files. None imports another."""
