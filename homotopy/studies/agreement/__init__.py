"""Study: certified counts against the predictions of theory."""
