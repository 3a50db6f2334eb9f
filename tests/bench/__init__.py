"""`make bench`: what the house promises of its speed, each figure beside a floor taken in the same run on the same servers."""
