"""Credentials → token → claims. Import from the modules; they load only what they need."""
