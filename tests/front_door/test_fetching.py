"""Fetching from a server of this test, over TLS."""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Thread

import PIL.Image
import pytest

from foveal.fetching import Fetcher
from foveal.reading import read_picture
from foveal.schemas.errors import BadImage

HOST = "pictures.example"
URL = f"https://{HOST}/lot%207/board.png?size=large"

Respond = Callable[[ssl.SSLSocket], None]
Serve = Callable[[Respond], Fetcher]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For HOST, with its key in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes a certificate, is not installed")
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    names = ["-addext", f"subjectAltName=DNS:{HOST}"]
    key = path.with_name("key.pem")
    subprocess.run(
        [openssl, "req", *options, *names, "-keyout", str(key), "-out", str(path)],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + key.read_bytes())
    return path


@pytest.fixture
def serve(certificate: Path) -> Iterator[Serve]:
    """Answers one connection; the fetcher finds it under any name and may connect to it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(respond: Respond) -> None:
        try:
            connection, _ = listener.accept()
            with context.wrap_socket(connection, server_side=True) as channel:
                respond(channel)
        except OSError:
            return  # the fetcher hung up

    def start(respond: Respond) -> Fetcher:
        Thread(target=answer, args=[respond], daemon=True).start()
        return Fetcher(
            seconds=5,
            max_bytes=10_000,
            port=listener.getsockname()[1],
            resolve=lambda _: ["127.0.0.1"],
            is_allowed=lambda _: True,
            trust=ssl.create_default_context(cafile=str(certificate)),
        )

    yield start
    listener.close()


def sending(*parts: bytes, pause: float = 0) -> Respond:
    def respond(channel: ssl.SSLSocket) -> None:
        channel.recv(10_000)
        for part in parts:
            channel.sendall(part)
            time.sleep(pause)

    return respond


def refusal(fetcher: Fetcher, url: str = URL) -> str:
    with pytest.raises(BadImage) as refused:
        fetcher.fetch(url)
    return str(refused.value)


LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
NO_LENGTH = b"HTTP/1.1 200 OK\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [LENGTH + b"board", NO_LENGTH + b"board", CHUNKED + b"3\r\nboa\r\n2\r\nrd\r\n0\r\n\r\n"],
    ids=["length", "no length", "chunked"],
)
def test_what_is_sent_is_fetched(serve: Serve, answer: bytes) -> None:
    assert serve(sending(answer)).fetch(URL) == b"board"


def test_the_server_is_asked_by_its_name(serve: Serve) -> None:
    asked: list[bytes] = []

    def respond(channel: ssl.SSLSocket) -> None:
        asked.append(channel.recv(10_000))
        channel.sendall(LENGTH + b"board")

    serve(respond).fetch(URL)

    lines = asked[0].split(b"\r\n")
    assert lines[0] == b"GET /lot%207/board.png?size=large HTTP/1.1"
    assert f"Host: {HOST}".encode() in lines


def test_a_name_is_looked_up_once_and_the_address_that_was_checked_is_used(serve: Serve) -> None:
    looked_up: list[str] = []
    checked: list[str] = []

    def resolve(host: str) -> Sequence[str]:
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["127.0.0.2"]

    def is_allowed(address: str) -> bool:
        checked.append(address)
        return True

    fetcher = replace(serve(sending(LENGTH + b"board")), resolve=resolve, is_allowed=is_allowed)

    assert fetcher.fetch(URL) == b"board"
    assert (looked_up, checked) == ([HOST], ["127.0.0.1"])


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (f"http://{HOST}/a.png", "is no https URL"),
        ("ftp://x/a.png", "is no https URL"),
        ("file:///etc/passwd", "is no https URL"),
        ("https:///a.png", "is no https URL"),
        (f"https://{HOST}:8443/a.png", "names a port other than 443"),
        (f"https://{HOST}:x/a.png", "is no URL"),
        ("https://[::1/a.png", "is no URL"),
        (f"https://{'a' * 70}.example/", "is no URL"),
    ],
)
def test_other_urls_are_refused_without_a_look_at_the_network(url: str, why: str) -> None:
    said = refusal(Fetcher(resolve=lambda _: pytest.fail("looked up")), url)

    assert said == f"{url!r} {why}: download it and give the file"


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    said = refusal(Fetcher(), f"https://me:secret@{HOST}/a.png")

    assert "user name or a password" in said
    assert "secret" not in said


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["8.8.8.8", "::1"]], ids=["all", "one of two"])
def test_a_name_of_a_private_address_is_refused(addresses: list[str]) -> None:
    said = refusal(Fetcher(resolve=lambda _: addresses))

    assert said.startswith(f"{HOST!r} is at {addresses[-1]}, which is no public address")


def test_a_name_that_is_not_found_is_refused() -> None:
    def resolve(host: str) -> Sequence[str]:
        raise socket.gaierror(-2, host)

    assert refusal(Fetcher(resolve=resolve)).startswith(f"{URL!r} cannot be fetched: download")


def test_the_certificate_of_another_name_is_refused(serve: Serve) -> None:
    fetcher = serve(sending(LENGTH + b"board"))

    assert "cannot be fetched" in refusal(fetcher, "https://other.example/board.png")


def test_a_certificate_that_no_one_vouches_for_is_refused(serve: Serve) -> None:
    fetcher = replace(serve(sending(LENGTH + b"board")), trust=ssl.create_default_context())

    assert "cannot be fetched" in refusal(fetcher)


def test_a_redirect_is_not_followed(serve: Serve) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: https://169.254.169.254/\r\n\r\n"

    assert "leads to another URL" in refusal(serve(sending(moved)))


def test_an_error_of_the_server_is_told(serve: Serve) -> None:
    assert "is answered with 404" in refusal(serve(sending(b"HTTP/1.1 404 No\r\n\r\n")))


@pytest.mark.parametrize(
    "parts",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n"],
        [NO_LENGTH, *[b"x" * 1000] * 11],
        [CHUNKED, *[b"3e8\r\n" + b"x" * 1000 + b"\r\n"] * 11],
    ],
    ids=["declared", "undeclared", "chunked"],
)
def test_more_bytes_than_allowed_are_refused(serve: Serve, parts: list[bytes]) -> None:
    assert "holds more than 10,000 bytes" in refusal(serve(sending(*parts)))


@pytest.mark.parametrize(
    "answer",
    [LENGTH + b"boa", CHUNKED + b"5\r\nboa", b"no HTTP\r\n\r\n", b""],
    ids=["half", "half a chunk", "no HTTP", "nothing"],
)
def test_a_broken_answer_is_refused(serve: Serve, answer: bytes) -> None:
    assert "cannot be fetched" in refusal(serve(sending(answer)))


@pytest.mark.parametrize(
    "parts",
    [[NO_LENGTH, *[b"x"] * 100], [bytes([byte]) for byte in NO_LENGTH * 2], [b""] * 100],
    ids=["content", "head", "silence"],
)
def test_a_server_that_trickles_is_left_in_time(serve: Serve, parts: list[bytes]) -> None:
    fetcher = replace(serve(sending(*parts, pause=0.05)), seconds=0.5)
    started = time.monotonic()

    said = refusal(fetcher)

    assert "was not sent within 0.5 s" in said
    assert time.monotonic() - started < 3


def test_a_server_that_never_shakes_hands_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fetcher = Fetcher(
            seconds=0.5,
            port=silent.getsockname()[1],
            resolve=lambda _: ["127.0.0.1"],
            is_allowed=lambda _: True,
        )

        assert "was not sent within 0.5 s" in refusal(fetcher)


def encoded_board() -> bytes:
    file = BytesIO()
    PIL.Image.new("L", (40, 30), 90).save(file, "PNG")
    return file.getvalue()


def test_a_picture_is_read_from_a_url_under_the_name_of_its_file(serve: Serve) -> None:
    image = read_picture(URL, fetcher=serve(sending(NO_LENGTH + encoded_board())))

    assert (image.size, image.source) == ((40, 30), "board.png")


def test_what_is_no_picture_is_refused_under_its_url(serve: Serve) -> None:
    with pytest.raises(BadImage) as refused:
        read_picture(URL, fetcher=serve(sending(NO_LENGTH + b"no picture")))

    assert str(refused.value).startswith(f"{URL!r} is not an image foveal reads")
