"""Study: single funnels, or many minima behind low barriers?"""
