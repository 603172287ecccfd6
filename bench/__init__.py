"""Measures Interlock beside a floor, pgbench and COPY: `make bench`. docs/benchmarks.md explains it."""
