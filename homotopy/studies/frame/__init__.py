"""What every study shares: its specification, its folder, its report, its trends and claims."""
