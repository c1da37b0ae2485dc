"""Study: does depth make landscapes simpler, at equal size?"""
