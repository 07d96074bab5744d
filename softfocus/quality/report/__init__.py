"""Score, advice, ranking, report and chart."""
