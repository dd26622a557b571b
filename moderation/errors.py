"""Every error of ours, in one tree; each message gives the place, the fact and the way out.

```text
ModerationError                  every error of ours
+ InvalidRequest                 a personalization request that cannot be read
+ TermListError                  a file in blocklists/ cannot be used; stops the start
+ BrandProfileError              a brand profile or theme file cannot be used; stops the start
+ PolicyError                    a policy, product or message file cannot be used; stops the start
+ ModelError                     a toxicity model is missing, damaged or not what it claims to be
+ DetectorUnavailable            a detector did not answer; the outcome becomes review, never approve
+ CaseConflict                   the case was moved by someone else, or cannot make this move
+ DishonestReason                a rejection cites a reason that nothing on record supports
```
"""

from typing import ClassVar


class ModerationError(Exception):
    """Base of every error of ours; ``str(error)`` is a sentence fit for an operator or an integrator."""

    #: The stable machine-readable name, used as ``error.code`` on the command line and over HTTP.
    code: ClassVar[str] = "moderation_error"


class InvalidRequest(ModerationError):
    """A personalization request that cannot be read; the message names the field and what it should be."""

    code = "invalid_request"


class TermListError(ModerationError):
    """A term list cannot be used; the message begins with ``file:line``."""

    code = "term_list_error"


class BrandProfileError(ModerationError):
    """A brand profile or theme file cannot be used; the message begins with the file."""

    code = "brand_profile_error"


class PolicyError(ModerationError):
    """A policy, product or message file cannot be used; the message begins with the file."""

    code = "policy_error"


class ModelError(ModerationError):
    """A toxicity model is missing, damaged or not what it claims to be."""

    code = "model_error"


class DetectorUnavailable(ModerationError):
    """A detector did not answer. The pipeline turns this into evidence that sends the order to review."""

    code = "detector_unavailable"


class CaseConflict(ModerationError):
    """Someone else moved the case first, or its state does not allow this move; nothing was changed."""

    code = "case_conflict"


class DishonestReason(ModerationError):
    """A rejection cites a category that no evidence names, without a ground in the reviewer's own words."""

    code = "dishonest_reason"
