"""Which addresses outbound calls may go to: public ones, and what the installation allows besides.

`is_global` of the standard library is not enough: it lets pass addresses that carry others inside them (NAT64, 6to4,
Teredo) and multicast. So IPv6 goes by what is allowed, the global unicast range without its special parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from ipaddress import IPv4Network as IPv4Network

Network = IPv4Network | IPv6Network
Allowed = bool | tuple[Network, ...]
"""Private addresses that may be reached: all (True), none (False), or those in some networks."""

_SPECIAL_V4 = tuple(
    IPv4Network(one)
    for one in (
        "192.0.0.0/24",  # protocol assignments, with a few that count as global
        "192.88.99.0/24",  # 6to4 relays
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.175.48.0/24",  # AS112
        "168.63.129.16/32",  # a cloud's own services on an address that looks public
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(
    IPv6Network(one)
    for one in (
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    """May anybody be called there? False also for what is no address."""
    try:
        one = ip_address(address)
    except ValueError:
        return False
    if isinstance(one, IPv6Address):
        if one.ipv4_mapped is not None:
            return is_public(one.ipv4_mapped)
        return one.scope_id is None and one in _GLOBAL_V6 and not any(one in each for each in _SPECIAL_V6)
    return one.is_global and not one.is_multicast and not any(one in each for each in _SPECIAL_V4)


def may_reach(address: str, allowed: Allowed) -> bool:
    if allowed is True or is_public(address):
        return True
    if not allowed:
        return False
    try:
        one = ip_address(address)
    except ValueError:
        return False
    if isinstance(one, IPv6Address) and one.ipv4_mapped is not None:
        one = one.ipv4_mapped
    return any(one.version == each.version and one in each for each in allowed)


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Raises `ValueError` for what is no network."""
    return tuple(ip_network(one.strip(), strict=False) for one in texts if one.strip())
