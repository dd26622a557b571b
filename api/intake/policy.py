"""Which policy a merchant's orders are decided by."""

from api.storage.tables import Merchant
from moderation.policy import PolicyLayer


def policy_of(merchant: Merchant) -> tuple[str, PolicyLayer | None]:
    """The name of the base policy and the merchant's own lines over it, if there are any."""
    if not merchant.policy_layer:
        return merchant.policy, None
    return merchant.policy, PolicyLayer(origin=f"merchant {merchant.name}", categories=merchant.policy_layer)
