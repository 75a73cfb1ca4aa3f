# SPDX-License-Identifier: Apache-2.0
"""python -m percontact: the command line."""

from percontact.cli import main

if __name__ == "__main__":
    main()
