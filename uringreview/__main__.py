"""`python -m uringreview`."""

import sys

from uringreview.cli import main

if __name__ == "__main__":
    sys.exit(main())
