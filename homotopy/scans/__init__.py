"""One landscape along a parameter: counts at values, branches of real points between them, and the events where counts change."""
