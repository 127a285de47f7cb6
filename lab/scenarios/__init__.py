"""Stories that the lab can tell by itself."""
