"""Durable work: whatever is to be done later, or outside, and must not be forgotten."""
