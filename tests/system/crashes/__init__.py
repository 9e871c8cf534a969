"""Runs that are killed, and days that follow one another: DHIS2 ends as if nothing had happened.

points.py       where a run can be killed: between any two writes, before and after any request
loader.py       the steps of `sync`, without Prefect
driver.py       the process that is killed: those steps, or the flow itself
scheme.py       an openIMIS, a DHIS2 and a staging folder that can be put back to an earlier moment
story.py        what happens to it if nothing is killed
contents.py     what DHIS2 holds, and what the acknowledged state says that it holds
comparisons.py  what has to be equal after a run
"""
