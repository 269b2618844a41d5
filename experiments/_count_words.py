"""How ``words.csv`` was made: how many English words wordfreq holds of each frequency.

``pip install precision-study[real]``, then ``python experiments/_count_words.py``, writes the file anew. wordfreq
rounds frequencies to hundredths of a power of ten, 10^(−k/100), so that the words themselves are not needed. The
package's data are licensed CC BY-SA 4.0, and ``words.csv`` with them: see ``words.license.txt``.
"""

from pathlib import Path

import pandas as pd
from wordfreq import get_frequency_list

FILE = Path(__file__).with_name("words.csv")


def counted() -> pd.DataFrame:
    """The exponents k of the frequencies 10^(−k/100), and how many words have each."""
    words = [len(part) for part in get_frequency_list("en", wordlist="large")]
    table = pd.DataFrame({"centibels": range(len(words)), "words": words})
    return table[table["words"] > 0]


if __name__ == "__main__":
    counted().to_csv(FILE, index=False, lineterminator="\n")
