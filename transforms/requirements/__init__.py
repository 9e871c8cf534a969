"""What has to be so before a run can do its work, and what to do where it is not."""
