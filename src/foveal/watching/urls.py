from urllib.parse import urlsplit


def without_secrets(url: str) -> str:
    """As it may be shown and recorded: no user, no password, no query."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
