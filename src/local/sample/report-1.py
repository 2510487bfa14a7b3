"""Prints counts of words."""


def table(counts, top=10):
    """Lays out the commonest words, one on a line, with their counts in front."""
    rows = counts.most_common(top)
    width = max((len(str(count)) for _, count in rows), default=0)
    return "".join(f"{count:>{width}} {word}\n" for word, count in rows)
