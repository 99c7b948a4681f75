"""What a workflow of GitHub's needs for each kind of place where state lives."""

from typing import Final

from numplan.cli.commands.pipelines.slots import Slots, kept_folder, step
from numplan.model.location.state_location import (
    HttpLocation,
    LocalLocation,
    ObjectLocation,
    PostgresLocation,
    StateLocation,
)

# The commit of each action, and the version that it is.
_AWS: Final = "aws-actions/configure-aws-credentials@a03048d87541d1d9fcf2ecf528a4a65ba9bd7838 # v5.0.0"
_GOOGLE: Final = "google-github-actions/auth@7c6bc770dae815cd3e89ee6cdf493a5fab2cc093 # v3.0.0"
_AZURE: Final = "azure/login@a457da9ea143d694b1b9c7c869ebb04ebe844ef5 # v2.3.0"
_IDENTITY: Final = "      id-token: write # the job proves to the cloud which repository and branch it is of"


def slots(place: StateLocation) -> Slots:
    """What fills the template."""
    match place:
        case LocalLocation():
            return _on_a_runner(place)
        case ObjectLocation():
            return {**_HOSTED, "identity": _IDENTITY, **_CLOUDS[place.service](place)}
        case PostgresLocation():
            return {
                **_HOSTED,
                "place": step(
                    "State lives in PostgreSQL, which GitHub's machines have to reach over TLS. Set the "
                    "secret PGPASSWORD: the password of the user in the URL below."
                ),
                "secrets": "          PGPASSWORD: ${{ secrets.PGPASSWORD }}",
            }
        case HttpLocation():
            return {
                **_HOSTED,
                "place": step(
                    "State lives at a server of yours, which GitHub's machines have to reach. Set the "
                    "secrets NUMPLAN_STATE_USERNAME and NUMPLAN_STATE_PASSWORD, if it wants them."
                ),
                "secrets": (
                    "          NUMPLAN_STATE_USERNAME: ${{ secrets.NUMPLAN_STATE_USERNAME }}\n"
                    "          NUMPLAN_STATE_PASSWORD: ${{ secrets.NUMPLAN_STATE_PASSWORD }}"
                ),
            }


def _on_a_runner(place: LocalLocation) -> Slots:
    folder = kept_folder(place)
    return {
        "page": "ci-self-hosted.md",
        "place": step(
            "Register a self-hosted runner with the label `numplan`, on a machine with a folder "
            f"{folder} that only the runner's user may enter. State lives there: it has to "
            "outlive every job."
        ),
        "runner": "[self-hosted, numplan]",
    }


def _aws(place: ObjectLocation) -> Slots:
    region = place.region or "${{ vars.AWS_REGION }}"
    more = "" if place.region else ", and AWS_REGION to the bucket's region"
    return {
        "place": step(
            "Let this repository take a role in AWS that may read, write and delete the state's "
            f"object and its lock beside it, and set the variable AWS_ROLE_ARN to it{more}."
        ),
        "login": (
            f"      - uses: {_AWS}\n"
            "        with:\n"
            "          role-to-assume: ${{ vars.AWS_ROLE_ARN }}\n"
            f"          aws-region: {region}"
        ),
    }


def _google(_: ObjectLocation) -> Slots:
    return {
        "place": step(
            "Let this repository act as a service account of Google Cloud that may read, write "
            "and delete the state's object and its lock beside it, and set the variables "
            "GOOGLE_WORKLOAD_IDENTITY_PROVIDER and GOOGLE_SERVICE_ACCOUNT. Its token lasts an "
            "hour: an apply that takes longer cannot record its end, and the next run settles "
            "that."
        ),
        "login": (
            f"      - uses: {_GOOGLE}\n"
            "        id: google\n"
            "        with:\n"
            "          workload_identity_provider: ${{ vars.GOOGLE_WORKLOAD_IDENTITY_PROVIDER }}\n"
            "          service_account: ${{ vars.GOOGLE_SERVICE_ACCOUNT }}\n"
            "          token_format: access_token\n"
            "          create_credentials_file: false # it would lie in the checkout"
        ),
        "secrets": "          GOOGLE_OAUTH_ACCESS_TOKEN: ${{ steps.google.outputs.access_token }}",
    }


def _azure(_: ObjectLocation) -> Slots:
    return {
        "place": step(
            "Let this repository act as an application of Azure that may read, write and delete "
            "the state's blob and its lock beside it, and set the variables AZURE_CLIENT_ID, "
            "AZURE_TENANT_ID and AZURE_SUBSCRIPTION_ID."
        ),
        "login": (
            f"      - uses: {_AZURE}\n"
            "        with:\n"
            "          client-id: ${{ vars.AZURE_CLIENT_ID }}\n"
            "          tenant-id: ${{ vars.AZURE_TENANT_ID }}\n"
            "          subscription-id: ${{ vars.AZURE_SUBSCRIPTION_ID }}"
        ),
        "secrets": '          AZURE_USE_AZURE_CLI: "true"',
    }


_HOSTED: Final[Slots] = {
    "page": "ci-github.md",
    "runner": "ubuntu-latest",
    "sealed": "sealed: true # no plan leaves this job unsigned",
}
_CLOUDS: Final = {"s3": _aws, "gcs": _google, "azure": _azure}
