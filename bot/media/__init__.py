"""What residents send besides words: wanted in the turn that hears of it, fetched and kept by a worker."""
