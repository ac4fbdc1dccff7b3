"""``python -m paratope``."""

from paratope.cli import main

if __name__ == "__main__":
    main()
