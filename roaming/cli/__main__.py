"""`python -m roaming.cli`."""

from roaming.cli import main

main()
