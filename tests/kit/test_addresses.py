"""Outbound calls reach public addresses only, however an address is written."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.kit.addresses import is_public, may_reach, read_networks
from interlock.kit.http_client import HttpClient, HttpProblem, check_url
from support.receiver import receiving

REFUSED = [
    *["0.0.0.0"],  # noqa: S104
    "0.1.2.3", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.9", "192.0.2.1",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "100::1", "2001::1", "2001:db8::1",
    "2002:7f00:1::", "2002:a00:1::", "3fff::1", "5f00::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "ff0e::1", "2606:4700::1%lo", "localhost", "0x7f.1",
]  # fmt: skip
REACHED = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "::ffff:8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001:800::200e"]


@pytest.mark.parametrize("address", REFUSED)
def test_refused(address: str) -> None:
    assert not is_public(address)
    assert not may_reach(address, False)
    assert may_reach(address, True)


@pytest.mark.parametrize("address", REACHED)
def test_reached(address: str) -> None:
    assert may_reach(address, False)


PRIVATE_V4 = ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
              "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"]  # fmt: skip


def inside(network: str) -> st.SearchStrategy[IPv4Address | IPv6Address]:
    one = ip_network(network)
    return st.integers(0, one.num_addresses - 1).map(lambda n: one[n])


@given(st.sampled_from(PRIVATE_V4).flatmap(inside))
def test_no_private_address_passes_and_none_that_carries_one(address: IPv4Address) -> None:
    n = int(address)
    carriers = (
        (0xFFFF << 32) | n,  # mapped
        n,  # compatible
        (0x64FF9B << 96) | n,  # NAT64
        (0x2002 << 112) | (n << 80),  # 6to4
        (0x20010000 << 96) | (n ^ 0xFFFFFFFF),  # Teredo
    )
    assert not is_public(address)
    for one in carriers:
        assert not is_public(IPv6Address(one))


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_of_ipv6_only_the_global_range_passes(address: IPv6Address) -> None:
    if is_public(address):
        assert address.ipv4_mapped is not None or int(address) >> 125 == 1


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_a_mapped_address_is_what_it_maps(address: IPv4Address) -> None:
    assert is_public(address) == is_public(f"::ffff:{address}")


def test_an_installation_may_allow_some_networks() -> None:
    allowed = read_networks(["10.0.0.0/8", " fd00::/8 ", "192.168.1.7"])
    assert may_reach("10.2.3.4", allowed)
    assert may_reach("::ffff:10.2.3.4", allowed)
    assert may_reach("fd00::1", allowed)
    assert may_reach("192.168.1.7", allowed)
    assert not may_reach("192.168.1.8", allowed)
    assert not may_reach("127.0.0.1", allowed)
    with pytest.raises(ValueError, match="nonsense"):
        read_networks(["nonsense"])


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://a.example/", "//a.example", "http://", "http://u:p@a.example/", "http://a.example:0/",
     "http://a.example:99999/", "http://a\\b.example/", "http://[::1", "http://a.example/\n", "javascript:1"],
)  # fmt: skip
def test_addresses_that_cannot_be_called(url: str) -> None:
    assert check_url(url) is not None


class TestClient:
    """Against a server on loopback."""

    async def test_the_guard_sees_names_and_literals(self) -> None:
        async with receiving() as receiver:
            port = receiver.url.rpartition(":")[2]
            client = HttpClient(allowed=False)
            for host in ("localhost", "127.0.0.1", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"):
                with pytest.raises(HttpProblem, match="not a public address"):
                    await client.send("POST", f"http://{host}:{port}/")
            assert receiver.requests == []
            await client.close()

    async def test_who_asks_is_not_told_what_a_name_stands_for(self, unused_tcp_port: int) -> None:
        client = HttpClient(allowed=True)
        with pytest.raises(HttpProblem) as closed:
            await client.send("POST", f"http://localhost:{unused_tcp_port}/")
        assert str(closed.value).startswith("cannot connect to localhost")
        with pytest.raises(HttpProblem, match=r"the name nobody\.invalid cannot be found"):
            await client.send("POST", "http://nobody.invalid/")
        assert "127.0.0.1" not in str(closed.value)
        assert "::1" not in str(closed.value)
        await client.close()

    async def test_it_follows_nothing_keeps_nothing_and_reads_only_so_much(self) -> None:
        async with receiving() as receiver:
            client = HttpClient(read_networks(["127.0.0.0/8"]))
            receiver.answers = [(302, {"Location": "/there", "Set-Cookie": "a=b"}), 200]
            reply = await client.send("GET", receiver.url)
            assert (reply.status, reply.headers["location"]) == (302, "/there")
            await client.send("GET", receiver.url)
            assert "cookie" not in receiver.requests[1].headers
            assert len(receiver.requests) == 2
            await client.close()

    async def test_an_endless_answer_is_cut(self) -> None:
        import asyncio

        async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 200_000)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(endless, "127.0.0.1", 0)
        client = HttpClient(allowed=True)
        reply = await client.send("GET", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", most=1000)
        assert len(reply.body) == 1000
        await client.close()
        server.close()
        await server.wait_closed()
