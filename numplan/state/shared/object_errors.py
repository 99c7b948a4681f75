"""What the library of object stores says went wrong, in words for a user."""

import re
from collections.abc import Mapping
from typing import Final

_MOST: Final = 400
_PREFIX: Final = re.compile(r"Generic \w+ error: ")
# The times and retries differ from run to run, and say nothing.
_PERFORMING: Final = re.compile(
    r"Error performing (?P<method>[A-Z]+) (?P<url>\S+) in [0-9.]+\S*?(, after [0-9]+ retries[^-]*)?\s+- "
)
_UNSENT: Final = "HTTP error: error sending request"
_UNBUILT: Final = "HTTP error: builder error"
_PLAIN: Final = (
    "its address cannot be called, for it is plain http; on this machine, or where NUMPLAN_PLAIN_HTTP names it, "
    "give it as the place's `endpoint`"
)
_METADATA: Final = "169.254.169.254"


def words_of(problem: Exception) -> str:
    """The first line of what the library says, without its own insides."""
    first = next((line for line in str(problem).splitlines() if line.strip()), type(problem).__name__)
    text = _PREFIX.sub("", first.strip())
    if _METADATA in text:
        return f"no credentials are set, and this machine has none of its own ({_METADATA} gives none)"
    url = found["url"] if (found := _PERFORMING.search(text)) else ""
    text = _PERFORMING.sub(lambda match: f"{match['method']} {match['url']}: ", text)
    text = text.replace(_UNSENT, "no answer came; no server listens there, or the way to it is closed")
    unbuilt = _PLAIN if url.lower().startswith("http://") else "that is no address that can be called"
    return text.replace(_UNBUILT, unbuilt)[:_MOST]


def hint_of(service: str, environment: Mapping[str, str]) -> str:
    """What to look at where a service, or the way to it, refused."""
    hint = f"check the bucket and the network, and {VARIABLES[service]} in the environment"
    if service == "s3" and environment.get("AWS_PROFILE") and not environment.get("AWS_ACCESS_KEY_ID"):
        hint += (
            "\nAWS_PROFILE and ~/.aws are not read: "
            '`eval "$(aws configure export-credentials --format env)"` puts their keys there'
        )
    return hint


VARIABLES: Final[Mapping[str, str]] = {
    "s3": "AWS_ACCESS_KEY_ID and its like",
    "gcs": "GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_OAUTH_ACCESS_TOKEN",
    "azure": "AZURE_STORAGE_ACCOUNT_KEY and its like",
}
