"""What DHIS2 holds beside what it has confirmed; and carrying that over."""
