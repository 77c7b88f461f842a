"""The window; imported by nothing but the command line."""
