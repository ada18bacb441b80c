"""Small parts that the pages of runs, comparisons and data sets share."""
