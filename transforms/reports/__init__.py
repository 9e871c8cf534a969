"""What people read: summaries, explanations, reports, pages."""
