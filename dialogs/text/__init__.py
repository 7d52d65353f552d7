"""Words as they were written, made comparable: cleaned, in common words, cut into n-grams; it knows no meaning."""
