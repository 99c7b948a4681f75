"""What a pipeline of GitLab's needs for each kind of place where state lives; None is GitLab's own."""

from typing import Final

from numplan.cli.commands.pipelines.slots import Slots, kept_folder, step
from numplan.model.location.state_location import (
    HttpLocation,
    LocalLocation,
    ObjectLocation,
    PostgresLocation,
    StateLocation,
)

MANAGED: Final = "$CI_API_V4_URL/projects/$CI_PROJECT_ID/terraform/state/numplan"
"""GitLab keeps Terraform's states, and takes ours as one of them."""
_SOURCE: Final = "numplan[{extra}] @ "


def slots(place: StateLocation | None) -> Slots:
    """What fills the template."""
    match place:
        case None:
            return {
                **_HOSTED,
                "place": step(
                    "State lives with the project, in GitLab itself (Operate, Terraform states): nothing "
                    "to set up. Applying takes the role Maintainer, as for any such state."
                ),
                "variables": (
                    "  NUMPLAN_STATE_USERNAME: gitlab-ci-token # the job's own\n"
                    "  NUMPLAN_STATE_PASSWORD: $CI_JOB_TOKEN"
                ),
            }
        case LocalLocation():
            return _on_a_runner(place)
        case ObjectLocation():
            return {**_HOSTED, "extra": _SOURCE.format(extra="object-store"), **_CLOUDS[place.service]}
        case PostgresLocation():
            return {
                **_HOSTED,
                "extra": _SOURCE.format(extra="postgres"),
                "place": step(
                    "State lives in PostgreSQL, which the runners have to reach over TLS. Set the CI/CD "
                    "variable PGPASSWORD, masked: the password of the user in the URL below."
                ),
            }
        case HttpLocation():
            return {
                **_HOSTED,
                "place": step(
                    "State lives at a server of yours, which the runners have to reach. Set the CI/CD "
                    "variables NUMPLAN_STATE_USERNAME and NUMPLAN_STATE_PASSWORD, masked, if it wants "
                    "them."
                ),
            }


def _on_a_runner(place: LocalLocation) -> Slots:
    folder = kept_folder(place)
    return {
        "page": "ci-self-hosted.md",
        "place": step(
            "Register a runner with the tag `numplan`, for this project alone, on a machine with "
            f"a folder {folder}; where the executor is docker, with that folder among its "
            "volumes. State lives there: it has to outlive every job."
        ),
        "tags": "tags: [numplan]",
    }


def _identity(audience: str) -> str:
    return f"id_tokens:\n    NUMPLAN_IDENTITY: {{aud: {audience}}}"


_HOSTED: Final[Slots] = {
    "page": "ci-gitlab.md",
    "sealed": "- ': \"${NUMPLAN_PLAN_KEY:?is not set; it is a CI/CD variable that seals plans}\"'",
}
_WRITTEN: Final = '- (umask 077 && printf %s "$NUMPLAN_IDENTITY" > "$NUMPLAN_PLACE/identity")\n    - export '
_CLOUDS: Final[dict[str, Slots]] = {
    "s3": {
        "place": step(
            "Let this project take a role in AWS that may read, write and delete the state's "
            "object and its lock beside it, and set the CI/CD variable AWS_ROLE_ARN to it; and "
            "AWS_REGION, where the URL below has none."
        ),
        "identity": _identity("$CI_SERVER_URL"),
        "login": f'{_WRITTEN}AWS_WEB_IDENTITY_TOKEN_FILE="$NUMPLAN_PLACE/identity"',
    },
    "gcs": {
        "place": step(
            "Set the CI/CD variable GOOGLE_APPLICATION_CREDENTIALS, of the type File: the key of "
            "a service account that may read, write and delete the state's object and its lock "
            "beside it."
        ),
    },
    "azure": {
        "place": step(
            "Let this project act as an application of Azure that may read, write and delete the "
            "state's blob and its lock beside it, and set the CI/CD variables AZURE_CLIENT_ID "
            "and AZURE_TENANT_ID."
        ),
        "identity": _identity("api://AzureADTokenExchange"),
        "login": f'{_WRITTEN}AZURE_FEDERATED_TOKEN_FILE="$NUMPLAN_PLACE/identity"',
    },
}
