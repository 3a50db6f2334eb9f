"""`python -m callcenter` does the same as the command `callcenter`."""

from callcenter.cli import main

main(prog_name="callcenter")
