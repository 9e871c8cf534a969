"""Remember: the only code that reads or writes pipeline files."""
