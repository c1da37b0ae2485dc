"""Study: are minima closer together than uniform points?"""
