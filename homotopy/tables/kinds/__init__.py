"""The kinds of reference tables: of samples, of generic counts, of published numbers. Each builds and checks its rows."""
