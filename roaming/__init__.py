"""Configure a RADIUS roaming federation from one inventory, and prove that it works."""

__version__ = "0.1.0"
