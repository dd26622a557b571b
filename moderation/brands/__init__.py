"""Brand targeting: what an order says about the brand whose product it is."""

from moderation.brands.analysis import Analysis, Analyst
from moderation.brands.book import BrandBook, load_brands
from moderation.brands.profile import BrandProfile, Criticism

__all__ = ["Analysis", "Analyst", "BrandBook", "BrandProfile", "Criticism", "load_brands"]
