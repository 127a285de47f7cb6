"""Listens to what devices say of their own accord."""
