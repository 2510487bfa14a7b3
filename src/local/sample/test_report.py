import unittest
from collections import Counter

from wordtally.report import table


class Table(unittest.TestCase):
    def test_equal_counts_are_ordered_by_letters(self):
        counts = Counter({"pear": 2, "apple": 2, "fig": 10})
        self.assertEqual(table(counts), "10 fig\n 2 apple\n 2 pear\n")

    def test_nothing_counted_prints_nothing(self):
        self.assertEqual(table(Counter()), "")


if __name__ == "__main__":
    unittest.main()
