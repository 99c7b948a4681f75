"""A manifest with variables, and its findings in few words."""

from numplan.manifest.load import read_manifest
from numplan.manifest.variables.variables import Given
from numplan.model.errors import ManifestError

DECLARED = """\
version: 1
variables:
  env: {default: staging, description: which environment this run is for}
  size: {type: number, default: 3}
  careful: {type: bool, default: true}
  account:
"""

BODY = """\
account: ${var.account}
defaults: {country: United States, labels: {env: "${var.env}", path: "a/${var.env}/$${var.env}"}}
pools:
  sales:
    count: ${var.size}
    digits: "${var.size}0"
    max_monthly_charge: ${var.size}.50
    adopt: "${var.careful}"
"""

ACCOUNT = Given(named=(("account", "190"),))


def lines(path, given=ACCOUNT):
    """The findings as people read them, without the folder they are in."""
    try:
        found = read_manifest(path, given)[1]
    except ManifestError as failure:
        found = failure.diagnostics
    return [str(one).replace(f"{path.parent}/", "") for one in found]
