"""The bedside calculator: a page per score, served or as one offline file. It keeps nothing."""
