"""The steps of the story, a module for each part of it."""
