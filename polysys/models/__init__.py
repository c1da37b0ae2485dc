"""The families of landscapes, one file each."""
