"""Study: from spin glass to network, one assumption at a time."""
