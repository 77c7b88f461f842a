"""The simulator: every interleaving of a race, and what must never happen in one."""
