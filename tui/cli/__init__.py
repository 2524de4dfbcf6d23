"""The command line: opens the app, and does the same work without a screen."""
