"""Why no secure connection could be made, in one sentence."""

import ssl

_LOST = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
_OUT_OF_DATE = {9, 10}
_OTHER_NAME = {62, 64}
_NO_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST"}
"""OpenSSL's numbers of faults of a certificate, and its words for what is no TLS."""

_END = "No secure connection could be made, and nothing was sent."


def insecurity_of(error: BaseException | None, base_url: str) -> str | None:
    """Return why no secure connection can be made, where that is the reason of an error.

    A retry does not help then. A connection that was merely lost is none of these.
    """
    while error is not None:
        if isinstance(error, ssl.SSLError) and not isinstance(error, _LOST):
            return f"{_sentence(error, base_url)} {_END}"
        error = error.__cause__ or error.__context__
    return None


def _sentence(error: ssl.SSLError, base_url: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_certificate(error, base_url)
    if error.reason in _NO_TLS:
        return (
            f"What answers at {base_url} does not encrypt ({error.reason}): correct the port, or "
            f"the address where DHIS2 is reached by plain http."
        )
    return (
        f"{base_url} and this machine agree on no TLS version or cipher ({error.reason}): the "
        f"administrator of DHIS2's server, or of the proxy before it, switches TLS 1.2 or later on."
    )


def _of_certificate(error: ssl.SSLCertVerificationError, base_url: str) -> str:
    if error.verify_code in _OTHER_NAME:
        return (
            f"The certificate of {base_url} is for another name than that: write the name that is "
            f"in the certificate into base_url of the dhis2-server block, or have the certificate "
            f"made for this one."
        )
    if error.verify_code in _OUT_OF_DATE:
        return (
            f"The certificate of {base_url}, or of its authority, is out of date "
            f"({error.verify_message}): have it renewed; and see whether this machine's clock is "
            f"right."
        )
    return (
        f"The certificate of {base_url} is not signed by an authority that this machine trusts "
        f"({error.verify_message}): get the authority's certificate (PEM) from whoever runs the "
        f"server, or the proxy that opens what is encrypted, and name the file in ca_bundle of the "
        f"dhis2-server block. The check cannot be switched off."
    )
