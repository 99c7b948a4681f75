"""What somebody says knowingly of a state that is not what was last written at its place."""

import msgspec


class Consent(msgspec.Struct, frozen=True):
    """`lost`: a state that is gone may begin anew. `older`: an older copy, or another state, may be gone on from."""

    lost: bool = False
    older: bool = False


NO_CONSENT = Consent()
EVERY_CONSENT = Consent(lost=True, older=True)
