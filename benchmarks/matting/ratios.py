"""SAD of one method against another's on the cases that both ran on."""

from __future__ import annotations

from benchmarks.matting.cases import Figures


def ratios(results: list[Figures], method: str, to: str) -> list[tuple[float, Figures]]:
    """SAD of one method / SAD of another, over the cases that both ran on."""
    base = {each.case: each.sad for each in results if each.method == to}
    return [(each.sad / base[each.case], each) for each in results if each.method == method and each.case in base]


def total_ratio(results: list[Figures], method: str, to: str) -> float:
    """The same as a ratio of sums, nan where the methods share no case."""
    pairs = ratios(results, method, to)
    base = sum(each.sad / ratio for ratio, each in pairs)
    return sum(each.sad for _, each in pairs) / base if base else float("nan")
