"""Features of the stimulus, one row a volume: from tables, from words with times, from pictures."""
