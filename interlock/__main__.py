"""`python -m interlock`: the same as the `interlock` command, also where only the checkout is at hand."""

from interlock.cli import main

if __name__ == "__main__":
    main(prog_name="interlock")
