"""Work and timers that outlive the process: a row each, done by whoever has its lease."""
