"""Changing what a workspace has defined, one thing at a time or a whole schema by plan."""
