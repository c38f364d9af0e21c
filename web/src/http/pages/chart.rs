//! How is a row of numbers drawn? As bars in SVG, without scripts and without styles of their own: their
//! lengths are percentages, their colours the page's, so that they follow its width and its theme. The
//! numbers themselves stand in a table on the same page.

use super::show;

/// One column of a chart, of two parts that stand on each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bar {
    /// What it is for, said aloud and shown on hover.
    pub(super) label: String,
    pub(super) x: String,
    pub(super) width: String,
    /// The lower part.
    pub(super) low: Part,
    /// What stands on it.
    pub(super) high: Part,
}

/// A part of a column, as its place from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) y: String,
    pub(super) height: String,
}

/// Part of a column's place that stays empty, in ppm: the gap to the next.
const GAP_PPM: u64 = 260_000;

/// Columns for `(label, lower value, value on top of it)`, the tallest as high as the chart.
pub(super) fn bars(values: Vec<(String, u64, u64)>) -> Vec<Bar> {
    let most = values.iter().map(|(_, low, high)| low.saturating_add(*high)).max().unwrap_or(0);
    let place = 1_000_000 / (values.len() as u64).max(1);
    let bar = |(at, (label, low, high)): (u64, (String, u64, u64))| {
        let (low, both) = (ppm(low, most), ppm(low.saturating_add(high), most));
        Bar {
            label,
            x: length(at * place + place * GAP_PPM / 2_000_000),
            width: length(place * (1_000_000 - GAP_PPM) / 1_000_000),
            low: Part { y: length(1_000_000 - low), height: length(low) },
            high: Part { y: length(1_000_000 - both), height: length(both - low) },
        }
    };
    (0..).zip(values).map(bar).collect()
}

fn ppm(value: u64, most: u64) -> u64 {
    let ppm = u128::from(value) * 1_000_000 / u128::from(most.max(1));
    u64::try_from(ppm).unwrap_or(1_000_000).min(1_000_000)
}

fn length(ppm: u64) -> String {
    show::length(u32::try_from(ppm).unwrap_or(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_side_by_side_and_the_tallest_is_whole() {
        let bars = bars(vec![("a".into(), 1, 1), ("b".into(), 3, 1), ("c".into(), 0, 0)]);
        assert_eq!(bars[0].x, "4.3333%");
        assert_eq!(bars[1].x, "37.6666%");
        assert_eq!(bars[1].low, Part { y: "25.0000%".into(), height: "75.0000%".into() });
        assert_eq!(bars[1].high, Part { y: "0.0000%".into(), height: "25.0000%".into() });
        assert_eq!(bars[2].low.height, "0.0000%");
        assert!(super::bars(vec![]).is_empty());
        let huge = super::bars(vec![("x".into(), u64::MAX, u64::MAX)]);
        assert_eq!(huge[0].low.height, "100.0000%");
    }
}
