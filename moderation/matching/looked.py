"""What of one order was looked at already, and how much more may be: no order costs more than its length allows."""

from moderation.reading import Readings

#: The key met, and a stretch of the order as one reading shows it: with the characters beside it, for there words end.
Place = tuple[int, int, int, str]

#: What the readings of a plate may cost beyond the rest.
_PLATES = 12


class Looked:
    """Views and candidates of one order. The plainest come first, so what a spent budget leaves out is far-fetched.

    A message of 48 characters has about four views and four candidates, one in a thousand has thirty candidates; noise
    made to keep a matcher busy has up to twenty views and over a hundred candidates.
    """

    def __init__(self, readings: Readings) -> None:
        self._places: set[Place] = set()
        self._left = 12 + len(readings.as_written.text) // 2
        #: Something was not looked at.
        self.is_cut = False

    def grant_plates(self) -> None:
        """Allow for the few short words that may be cut, as their readings come last."""
        self._left += _PLATES

    def opens(self, letters: int) -> bool:
        """Whether to look at a view of so many letters."""
        return self._spend(1 + letters // 24)

    def takes(self, place: Place, entries: int) -> bool:
        """Whether to look at a place for so many entries: not when it was looked at before, nor when enough was."""
        if place in self._places or not self._spend(entries):
            return False
        self._places.add(place)
        return True

    def _spend(self, cost: int) -> bool:
        if self._left <= 0:
            self.is_cut = True
            return False
        self._left -= cost
        return True
