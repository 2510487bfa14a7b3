"""The command line: `python3 -m wordtally [--top N] [FILE...]`."""

import argparse
import fileinput
import sys

from wordtally.report import table
from wordtally.words import tally


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="wordtally", description="Counts the words of texts.")
    parser.add_argument("--top", type=int, default=10, help="how many words to print")
    parser.add_argument("files", nargs="*", help="texts; standard input without any")
    options = parser.parse_args(arguments)
    with fileinput.input(options.files or ["-"], encoding="utf-8") as lines:
        counts = tally(lines)
    sys.stdout.write(table(counts, options.top))


if __name__ == "__main__":
    main()
