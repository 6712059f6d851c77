"""What rules across a row's columns ask for, in words: apart from their tests, since the web server reads no frames."""

IN_WORDS: dict[str, str] = {
    "limits_together": "both confidence limits or neither",
    "limits_in_order": "the lower limit at or below the upper",
    "value_within_limits": "the value between its limits",
    "missing_value_explained": "a symbol and a note where there is no value",
    "period_in_order": "the period to start before it ends",
    "valid_dates_in_order": "the first day at or before the last",
    "confirmed_change_has_successor": "a successor unless the change is unconfirmed",
    "direction_only_where_sound": "no direction outside the data state ok, but a target met",
    "not_ok_explained": "a reason wherever the data state is not ok",
    "only_lasting_ends_change_places": "a gap of zero or more, unless its ends are the same in every period",
    "only_a_slope_names_no_areas": "the areas at both ends, unless the ends are those of a slope",
    "observed_gap_within_limits": "the observed gap between its limits, both or neither",
    "cleared_after_it_fired": "a day after the one it fired on",
    "cleared_explained": "a reason wherever it fires no more, and nowhere else",
    "never_its_own_comparator": "another system",
    "fired_of_tested": "no more firings than tests",
    "rows_add_up": "rows received to equal those accepted, set aside and quarantined",
}
