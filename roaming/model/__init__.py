"""The frozen values that everything else reads and writes."""
