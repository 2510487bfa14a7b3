"""Splits texts into words and counts them."""

from collections import Counter


def words(text):
    """Yields the words of a text in lower case."""
    for word in text.split():
        yield word.lower()


def tally(lines):
    """Counts the words of some lines."""
    counts = Counter()
    for line in lines:
        counts.update(words(line))
    return counts
