"""Answers of the API, in the shapes of the vendor's page."""

from typing import Any


def ok(rows: list[Any] | None, **more: Any) -> dict[str, Any]:
    return {"data": rows, "message": "The request has succeeded", "status": "OK"} | more


def offer_row(number: str = "+16091609123", **changes: Any) -> dict[str, Any]:
    return {
        "cityCoverage": "Birmingham",
        "country": "United States",
        "countryCode": "1",
        "state": "New Jersey",
        "number": number,
        "numberCategory": "Voice+SMS",
        "numberType": "Geographic",
        "initialBlock": "6",
        "regularBlock": "6",
        "setupCharge": "0.10",
        "recurringCharge": "0.10",
        "rate": "0.7000",
        "smsRate": "0.0013",
    } | changes


def owned_row(number: str = "+12050032925", **changes: Any) -> dict[str, Any]:
    return {
        "accessNumber": number,
        "assignment": {"flowID": "169", "flowName": "Test Recon", "type": "Flow Builder"},
        "assignmentType": "IPPBX",
        "country": "United States",
        "customerId": 190,
        "mrc": "0.10",
        "nrc": "0.10",
        "numberType": "Geographic",
        "smsRate": "0.0013",
        "voiceRate": "0.7000",
    } | changes


def judged(success: list[str] | None = None, error: list[str] | None = None) -> dict[str, Any]:
    """An answer to a purchase or release; None leaves a side out."""
    part: dict[str, Any] = {}
    if success is not None:
        rows = [{"accessNumber": one, "message": "Number Purchased Successfully"} for one in success]
        part["success"] = {"numbers": rows}
    if error is not None:
        rows = [{"accessNumber": one, "message": "Not able to purchase the number"} for one in error]
        part["error"] = {"numbers": rows}
    return ok([part])
