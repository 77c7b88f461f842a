"""The change itself: files, hunks and lines, repaired where paste damaged them."""
