"""What every room uses and that knows no mathematics: files, processes, compiling, progress, numbers with their nouns."""
