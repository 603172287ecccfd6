"""The floor: what a bare server answers to the same requests, so that a ratio says what everything else costs.

One process, straight from SQL through the raw driver, on tables with one typed column for each attribute and the
indexes that these requests want: no authentication, validation, versions or history.
"""
