"""Settings file and paths."""
