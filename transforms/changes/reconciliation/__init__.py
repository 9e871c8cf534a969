"""What DHIS2 holds beside what it has confirmed, and how the two become one again."""
