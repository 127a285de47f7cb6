"""Watch who can roam where, how fast, and what is wrong."""
