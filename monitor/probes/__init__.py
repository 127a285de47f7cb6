"""What the monitor asks of the federation, and what it makes of the answers."""
