"""Prints counts of words."""


def ranked(counts, top):
    """Orders words by count, those of equal count by their letters."""
    return sorted(counts.items(), key=lambda row: (-row[1], row[0]))[:top]


def table(counts, top=10):
    """Lays out the commonest words, one on a line, with their counts in front."""
    rows = ranked(counts, top)
    width = max((len(str(count)) for _, count in rows), default=0)
    return "".join(f"{count:>{width}} {word}\n" for word, count in rows)
