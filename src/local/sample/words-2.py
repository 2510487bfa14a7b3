"""Splits texts into words and counts them."""

import re
from collections import Counter

# Letters and digits; an apostrophe must not seperate the halves of a word.
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words(text):
    """Yields the words of a text in lower case."""
    for match in WORD.finditer(text):
        yield match.group().lower().replace("’", "'")


def tally(lines):
    """Counts the words of some lines."""
    counts = Counter()
    for line in lines:
        counts.update(words(line))
    return counts
