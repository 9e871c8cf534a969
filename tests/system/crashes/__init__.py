"""Runs that are killed, and days that follow one another: DHIS2 ends as if nothing had happened.

points.py       where a run can be killed: between any two writes, before and after any request
driver.py       the process that is killed: a run by the steps, or the flow itself
story.py        what happens to a scheme if nothing is killed
"""
