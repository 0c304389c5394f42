//! Days as sortable numbers, for the date column and the filter `since:`.

/// `2025-01-31` as the number 20250131. A missing month or day counts as the first. `None` if `day` is not a date.
pub(in crate::search) fn day_number(day: &str) -> Option<u64> {
    let mut parts = day.split('-').map(|part| part.parse::<u64>().ok());
    let year = parts.next()?.filter(|year| (1970..10_000).contains(year))?;
    let month = parts.next().unwrap_or(Some(1))?;
    let day = parts.next().unwrap_or(Some(1))?;
    let is_day = (1..=12).contains(&month) && (1..=31).contains(&day) && parts.next().is_none();
    is_day.then(|| year * 10_000 + month * 100 + day)
}

#[cfg(test)]
mod tests {
    use super::day_number;

    #[test]
    fn days_months_and_years_are_numbers() {
        assert_eq!(day_number("2025-01-31"), Some(20_250_131));
        assert_eq!(day_number("2025-02"), Some(20_250_201));
        assert_eq!(day_number("2025"), Some(20_250_101));
        for wrong in
            ["", "25", "2025-13", "2025-01-01-01", "2025-", "soon", "2026-999999999999999999-1"]
        {
            assert_eq!(day_number(wrong), None, "{wrong}");
        }
    }
}
