"""python -m callcenter: the same as the command `callcenter`."""

from callcenter.cli import main

main(prog_name="callcenter")
