"""Which internet addresses pictures may be fetched from: only those that everyone can reach."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_UNICAST = IPv6Network("2000::/3")
"""What IPv6 addresses are given out from (RFC 4291); Python calls others global too."""

_NAT64 = IPv6Network("64:ff9b::/96")


def resolve(host: str) -> Sequence[str]:
    """Raises OSError where there is none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Judged by the IPv4 address where an IPv6 one carries it."""
    known = ip_address(address)
    if isinstance(known, IPv6Address):
        carried = _carried(known)
        if carried is None:
            return known in _UNICAST and known.is_global
        known = carried
    return known.is_global and not known.is_multicast


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour
