//! How is a whole number of units divided without losing one? By largest remainder
//! (Hamilton's method): everyone gets the floor, the units left over go to the largest fractions.

/// Divides `total` in proportion to `weights`; ties between equal remainders go to the smaller
/// index, so callers order their lists by the key that breaks ties.
///
/// Returns one part per weight, their sum being `total`, or all zero when no weight is positive.
///
/// # Panics
/// When Σ weights · total exceeds `u128` (weights here are below 2⁹⁶ and totals below 2³²…2⁶³).
pub fn largest_remainder(total: u64, weights: &[u128]) -> Vec<u64> {
    let sum: u128 = weights.iter().sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let scaled = |weight: u128| -> u128 {
        weight.checked_mul(u128::from(total)).expect("weight · total fits u128")
    };
    let mut parts: Vec<u64> = weights
        .iter()
        .map(|weight| u64::try_from(scaled(*weight) / sum).expect("a part is at most the total"))
        .collect();
    let given: u64 = parts.iter().sum();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(scaled(weights[*at]) % sum), *at));
    let left = usize::try_from(total - given).expect("fewer units are left than there are parts");
    for at in order.into_iter().take(left) {
        parts[at] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::largest_remainder;
    use proptest::prelude::*;

    #[test]
    fn the_worked_example_of_the_money_formula() {
        assert_eq!(
            largest_remainder(9_384_000, &[610_000, 220_000, 90_000]),
            [6_222_000, 2_244_000, 918_000]
        );
    }

    #[test]
    fn ties_go_to_the_first() {
        assert_eq!(largest_remainder(1, &[1, 1, 1]), [1, 0, 0]);
        assert_eq!(largest_remainder(5, &[0, 0]), [0, 0]);
    }

    proptest! {
        #[test]
        fn sums_exactly_and_strays_less_than_one_unit(
            total in 0u64..1 << 62,
            weights in prop::collection::vec(0u128..1 << 60, 1..50),
        ) {
            let sum: u128 = weights.iter().sum();
            let parts = largest_remainder(total, &weights);
            if sum == 0 {
                prop_assert!(parts.iter().all(|part| *part == 0));
                return Ok(());
            }
            prop_assert_eq!(parts.iter().sum::<u64>(), total);
            for (part, weight) in parts.iter().zip(&weights) {
                let exact = weight * u128::from(total);
                let floor = exact / sum;
                prop_assert!(u128::from(*part) >= floor && u128::from(*part) <= floor + 1);
                if *weight == 0 { prop_assert_eq!(*part, 0); }
            }
        }
    }
}
