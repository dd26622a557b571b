"""Equal texts are answered once; memory stays bounded; different models never share answers."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from moderation.toxicity.cache import ScoreCache


def answer(text: str) -> dict[str, float]:
    return {"toxicity": float(len(text))}


def test_the_second_question_is_a_hit() -> None:
    cache = ScoreCache()
    cache.get_or_make("v1", "Anna", answer)
    assert cache.get_or_make("v1", "Anna", lambda text: pytest.fail("asked again")) == {"toxicity": 4.0}
    assert (cache.counts().hits, cache.counts().misses, cache.counts().hit_rate) == (1, 1, 0.5)


def test_another_model_version_is_another_question() -> None:
    cache = ScoreCache()
    cache.get_or_make("v1", "Anna", answer)
    cache.get_or_make("v2", "Anna", answer)
    assert cache.counts().misses == 2


def test_the_least_recently_used_answer_goes_first() -> None:
    cache = ScoreCache(capacity=2)
    for text in ("a", "b", "a", "c"):
        cache.get_or_make("v", text, answer)
    assert cache.counts().size == 2
    cache.get_or_make("v", "a", lambda text: pytest.fail("was used a moment ago"))


def test_no_capacity_keeps_nothing() -> None:
    cache = ScoreCache(capacity=0)
    cache.get_or_make("v", "a", answer)
    assert cache.counts().size == 0


def test_an_error_is_not_kept() -> None:
    cache = ScoreCache()
    with pytest.raises(ZeroDivisionError):
        cache.get_or_make("v", "a", lambda text: {"toxicity": 1 / 0})
    assert cache.get_or_make("v", "a", answer) == {"toxicity": 1.0}


def test_lone_surrogates_are_keys_too() -> None:
    cache = ScoreCache()
    cache.get_or_make("v", "\ud800", answer)
    cache.get_or_make("v", "\udfff", answer)
    assert cache.counts().misses == 2


def test_many_threads_get_right_answers() -> None:
    cache = ScoreCache(capacity=10)
    with ThreadPoolExecutor(8) as pool:
        texts = ["x" * (at % 30) for at in range(3000)]
        answers = list(pool.map(lambda text: cache.get_or_make("v", text, answer), texts))
    assert answers == [answer(text) for text in texts]
    assert cache.counts().hits + cache.counts().misses == 3000
