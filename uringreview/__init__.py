"""uringreview: review AUTOSEL and other stable patches with the evidence beside them.

Mail comes in at one end, evidence is laid beside it, a person decides, a reply goes out. The rooms, from the
bottom up, are `mail`, `diff`, `kernel`, then `series`, `interleave` and `rationale`, then `review`, then `ui`;
imports run downwards only.
"""

__version__ = "0.2.0"
