"""Segments: rules that people or companies satisfy or not, evaluated when asked."""
