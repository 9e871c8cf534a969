"""How far apart two points are."""

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_KM = 6_371.0

_Degrees = NDArray[np.float64]


def kilometres_between(
    longitude: _Degrees, latitude: _Degrees, other_longitude: _Degrees, other_latitude: _Degrees
) -> _Degrees:
    """Return the kilometres between points, on a sphere (haversine); NaN where one is unknown.

    The arrays need only fit each other: columns and rows make a table.
    """
    degrees = (longitude, latitude, other_longitude, other_latitude)
    east, north, other_east, other_north = map(np.radians, degrees)
    across = np.sin((other_east - east) / 2) ** 2 * np.cos(north) * np.cos(other_north)
    half = np.sin((other_north - north) / 2) ** 2 + across
    kilometres: _Degrees = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return kilometres
