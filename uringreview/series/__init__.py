"""What depends on what, and why."""
