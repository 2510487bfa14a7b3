"""Splits texts into words and counts them."""

import re
from collections import Counter

# Letters and digits; an apostrophe must not seperate the halves of a word.
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

# Words that say little about a text.
STOP_WORDS = frozenset("a an and are as at be by for in is it of on or that the to was with".split())


def words(text, skipping=frozenset()):
    """Yields the words of a text in lower case, but for those to be skipped."""
    for match in WORD.finditer(text):
        word = match.group().lower().replace("’", "'")
        if word not in skipping:
            yield word


def tally(lines, skipping=frozenset()):
    """Counts the words of some lines, but for those to be skipped."""
    counts = Counter()
    for line in lines:
        counts.update(words(line, skipping))
    return counts
