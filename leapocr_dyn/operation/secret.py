"""Text that never prints, and what a secret may be made of."""

from __future__ import annotations

from leapocr_dyn.errors import AuthenticationError


class Secret:
    """Text that is shown as ***; only `reveal()` gives it, and only the session calls that."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class Login(Secret):
    """User name and password, as `user:password` (RFC 7617 section 2); in Base64 it may hold any letter."""

    __slots__ = ()


def secret(name: str, text: object) -> Secret:
    """The secret, without blanks around it. name: what the caller calls it.

    Raises AuthenticationError for text that is blank or that a header cannot hold.
    """
    if not isinstance(text, str) or not text.strip():
        raise AuthenticationError(
            f"{name} is empty; pass the key itself, or leave it out to take it from the environment"
        )
    text = text.strip()
    # RFC 9110 section 5.5: anything else would end the header, or be refused by the other side.
    if not text.isascii() or not text.isprintable():
        raise AuthenticationError(
            f"{name} holds characters that a header cannot; was it copied with a line break or typographic quotes?"
        )
    return Secret(text)


def login(name: str, user: object, password: object) -> Login:
    """User name and password; the password may be empty. Raises AuthenticationError as RFC 7617 section 2 wants it."""
    if not isinstance(user, str) or not isinstance(password, str):
        raise AuthenticationError(f"{name} takes (user, password), which are both text")
    if ":" in user or not (user + password).isprintable():
        raise AuthenticationError(f"{name}: a user name has no colon, and neither it nor a password control characters")
    return Login(f"{user}:{password}")
