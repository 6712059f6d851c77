"""The worked example: the figures in a table, and each step with its numbers."""

from dashboard import words
from dashboard.components.reading import stacked_table
from dashboard.components.tags import Node, tag
from dashboard.views.worked import Authority, WorkedExample


def worked(example: WorkedExample) -> list[Node]:
    """An estimate in steps that a reader can do again by hand."""
    area, held = example.system, example.held
    return [
        tag(
            "P",
            f"Men's healthy life expectancy in {area.area_name}, {held.period_label}, in years. None is published for "
            f"systems; {len(example.authorities)} authorities that share residents with this one have a figure.",
        ),
        stacked_table(
            caption="The authorities' published figures and the residents they stand for",
            head=["Authority", "Residents here", "Value", "Lower", "Upper", "Standard error", "Residents × value"],
            rows=[_row(authority) for authority in example.authorities],
            numbers=["Residents here", "Value", "Lower", "Upper", "Standard error", "Residents × value"],
        ),
        tag("Ol", [tag("Li", step) for step in _steps(example)], className="prose steps"),
        tag(
            "P",
            [
                "The release holds ",
                tag("Strong", f"{_exact(held.value)} ({_exact(held.lower_95)} to {_exact(held.upper_95)})"),
                f", marked {held.value_symbol}; pages show it as {words.number(held.value or 0, 1)}. See ",
                tag("A", f"the page of {area.area_name}", href=f"/system/{area.area_code}"),
                ".",
            ],
            className="worked-held",
        ),
    ]


def _row(authority: Authority) -> list[Node | str]:
    return [
        f"{authority.name} ({authority.area_code})",
        f"{authority.residents:,}",
        _published(authority.value),
        _published(authority.lower),
        _published(authority.upper),
        f"{authority.standard_error:.6f}",
        f"{authority.weighted:,.1f}",
    ]


def _steps(example: WorkedExample) -> list[str]:
    population = example.system.population or 0
    return [
        f"Add the residents: {example.residents:,}. The system has {population:,}, so authorities with a figure hold "
        f"{example.coverage:.1%} of them; at least 95% is needed.",
        f"Add residents times value: {sum(a.weighted for a in example.authorities):,.1f}.",
        f"Divide: the estimate is {example.value:.6f} years.",
        "A standard error is the width of the 95% limits over 3.92, as in the table.",
        "Square residents times standard error for each authority and add: "
        f"{sum(a.squared for a in example.authorities):,.0f}. Take the root and divide by the residents: the standard "
        f"error of the estimate is {example.standard_error:.6f}.",
        f"The limits lie 1.959964 standard errors to either side: {example.lower:.6f} and {example.upper:.6f}.",
        f"Authorities that also lie in other systems hold {words.share(example.shared)} of the residents; over 25% "
        "would make it [u], too weak to compare."
        if example.shared
        else "No authority here lies in another system too, so nothing is shared out.",
    ]


def _published(value: float) -> str:
    """A figure to the decimal it is published with, or to all it has."""
    return f"{value:.1f}" if float(f"{value:.1f}") == value else repr(value)


def _exact(value: float | None) -> str:
    return f"{value:.6f}" if value is not None else "no limit"
