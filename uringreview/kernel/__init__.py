"""The reviewer's own kernel clone, opened read only."""
