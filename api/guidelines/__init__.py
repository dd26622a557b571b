"""Guidelines: the rules in plain words, to be shown before an order is typed."""
