"""Bytes on disk become messages, messages become patches in a queue."""
