"""``paratope design``: dose-finding designs from the command line."""
