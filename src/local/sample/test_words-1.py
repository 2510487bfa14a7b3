import unittest

from wordtally.words import tally, words


class Words(unittest.TestCase):
    def test_case_does_not_matter(self):
        self.assertEqual(list(words("Tea tea TEA")), ["tea"] * 3)

    def test_lines_are_counted_together(self):
        self.assertEqual(tally(["one two", "two"])["two"], 2)


if __name__ == "__main__":
    unittest.main()
