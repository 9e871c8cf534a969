"""What set-up makes in DHIS2: programs, figures, charts, dashboards, roles."""
