"""What goes wrong in a year of nightly runs, and that nothing is lost, doubled or silent then.

server.py                 a DHIS2 that can be stopped, started, upgraded, and met over TLS
network_faults.py         the table of faults on the way and in the server
undisturbed.py            what DHIS2 holds if nothing goes wrong, and what differs from it
poison.py                 the table of error codes: how one object of 500 comes to have it
bad_inputs.py             the table of bad records in openIMIS: how made, and what becomes of them
wrong_settings.py         the table of what an administrator of DHIS2 can get wrong
"""
