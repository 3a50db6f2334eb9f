"""`make bench`: promised performance figures, each compared with a floor measured in the same run on the same servers."""
