"""Where the bundled program starts. A worker is this program started anew: freeze_support must see that first."""

import multiprocessing
import sys

from uringreview.cli import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
