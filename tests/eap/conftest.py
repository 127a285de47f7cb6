"""A throw-away home server on loopback, and a shell beside it."""
