"""``python -m study`` is the command line."""

from study.cli import main

main(prog_name="study")
