"""Data events: what customers did."""
