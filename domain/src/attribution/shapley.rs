//! How is a sentence's weight divided among the sources that support it? By the exact Shapley value
//! of V(S) = Σ_u ω_u · max_{c∈S} r_cu.
//!
//! For one unit with r₍₁₎ ≤ … ≤ r₍ₙ₎ and r₍₀₎ = 0: φ₍ₖ₎ = ω · Σ_{j≤k} (r₍ⱼ₎ − r₍ⱼ₋₁₎)/(n − j + 1),
//! the airport game of Littlechild and Owen (1973). With n ≤ 40 the common denominator lcm(1…n) is
//! below 5.4·10¹⁵, so numerators stay below 5.4·10²⁷ and their product with T below 2¹²⁸.

use crate::apportion::largest_remainder;
use crate::payee::WHOLE_PPM;

/// The most owners for which the arithmetic is exact in 128 bits.
pub const OWNERS_MOST: usize = 40;

/// Shares in ppm per owner, and T, their sum.
///
/// `units_ppm`: ω, Σ ≤ 10⁶. `support`: per owner, per unit, r ≤ 10⁶. Ties go to the owner that
/// comes first, so callers order owners by content hash.
///
/// # Panics
/// Beyond 40 owners, or when a number leaves its range: the caller's bug.
pub fn shares(units_ppm: &[u32], support: &[Vec<u32>]) -> (Vec<u32>, u32) {
    assert!(support.len() <= OWNERS_MOST, "at most {OWNERS_MOST} owners");
    let weight: u64 = units_ppm.iter().map(|unit| u64::from(*unit)).sum();
    assert!(weight <= u64::from(WHOLE_PPM), "weights are parts of one whole");
    let denominator = lcm_to(support.len());
    let mut phi = vec![0u128; support.len()];
    let mut total = 0u128;
    for (unit, omega) in units_ppm.iter().enumerate() {
        let column: Vec<u32> = support.iter().map(|row| row[unit]).collect();
        total += u128::from(*omega) * u128::from(column.iter().copied().max().unwrap_or(0));
        add_unit(u128::from(*omega), &column, denominator, &mut phi);
    }
    let total_ppm = u32::try_from(total / u128::from(WHOLE_PPM)).expect("T is at most a whole");
    let parts = largest_remainder(u64::from(total_ppm), &phi);
    let shares = parts.into_iter().map(|part| u32::try_from(part).expect("at most T")).collect();
    (shares, total_ppm)
}

/// What one unit of weight `omega_ppm` brings each owner, in ppm of the answer, rounded down.
/// `column`: r per owner.
///
/// # Panics
/// As [`shares`].
pub fn unit_parts_ppm(omega_ppm: u32, column: &[u32]) -> Vec<u32> {
    assert!(column.len() <= OWNERS_MOST, "at most {OWNERS_MOST} owners");
    let denominator = lcm_to(column.len());
    let mut phi = vec![0u128; column.len()];
    add_unit(u128::from(omega_ppm), column, denominator, &mut phi);
    let whole = denominator * u128::from(WHOLE_PPM);
    phi.iter().map(|phi| u32::try_from(phi / whole).expect("a part of the unit")).collect()
}

/// Adds one unit's φ, in units of 1 / denominator.
fn add_unit(omega: u128, column: &[u32], denominator: u128, phi: &mut [u128]) {
    assert!(column.iter().all(|r| *r <= WHOLE_PPM), "support is part of a whole");
    let mut order: Vec<usize> = (0..column.len()).collect();
    order.sort_by_key(|owner| column[*owner]);
    let (mut below, mut value) = (0u32, 0u128);
    for (rank, owner) in order.iter().enumerate() {
        let sharers = (column.len() - rank) as u128;
        value += omega * u128::from(column[*owner] - below) * (denominator / sharers);
        below = column[*owner];
        phi[*owner] += value;
    }
}

fn lcm_to(n: usize) -> u128 {
    let gcd = |mut a: u128, mut b: u128| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    (1..=n as u128).fold(1, |lcm, k| lcm / gcd(lcm, k) * k)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property_cases::at_least;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Golden {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        sentence_weights_ppm: Vec<u32>,
        support_ppm: Vec<Vec<u32>>,
        owner_keys: Vec<String>,
        shares_ppm: Vec<u32>,
        residual_ppm: u32,
    }

    #[test]
    fn the_golden_cases() {
        let file = include_str!("../../tests/golden_shapley.json");
        let golden: Golden = serde_json::from_str(file).expect("the golden file is JSON");
        assert_eq!(golden.cases.len(), 67);
        for case in golden.cases {
            let mut order: Vec<usize> = (0..case.owner_keys.len()).collect();
            order.sort_by_key(|at| &case.owner_keys[*at]);
            let rows: Vec<Vec<u32>> =
                order.iter().map(|at| case.support_ppm[*at].clone()).collect();
            let (shares, total) = shares(&case.sentence_weights_ppm, &rows);
            let wanted: Vec<u32> = order.iter().map(|at| case.shares_ppm[*at]).collect();
            assert_eq!(shares, wanted, "{}", case.name);
            assert_eq!(1_000_000 - total, case.residual_ppm, "{}", case.name);
        }
    }

    #[test]
    fn the_best_keeps_the_difference() {
        let rows: Vec<Vec<u32>> =
            [0, 0, 0, 0, 500_000, 1_000_000].iter().map(|r| vec![*r]).collect();
        assert_eq!(shares(&[1_000_000], &rows).0, [0, 0, 0, 0, 250_000, 750_000]);
        let column = [0, 0, 0, 0, 500_000, 1_000_000];
        assert_eq!(unit_parts_ppm(400_000, &column), [0, 0, 0, 0, 100_000, 300_000]);
    }

    /// The mean marginal contribution over all orders, in floating point.
    fn brute_force(units: &[u32], support: &[Vec<u32>]) -> Vec<f64> {
        let n = support.len();
        let value = |set: usize| -> f64 {
            let best = |unit: usize| {
                let held = (0..n).filter(|owner| set >> owner & 1 == 1);
                held.map(|owner| support[owner][unit]).max().unwrap_or(0)
            };
            units.iter().enumerate().map(|(u, w)| f64::from(*w) * f64::from(best(u))).sum()
        };
        let factorial = |k: usize| (1..=k).map(|x| x as f64).product::<f64>();
        (0..n)
            .map(|owner| {
                let sets = (0..1usize << n).filter(|set| set >> owner & 1 == 0);
                sets.map(|set| {
                    let size = set.count_ones() as usize;
                    let weight = factorial(size) * factorial(n - size - 1) / factorial(n);
                    weight * (value(set | 1 << owner) - value(set)) / 1e6
                })
                .sum()
            })
            .collect()
    }

    fn game() -> impl Strategy<Value = (Vec<u32>, Vec<Vec<u32>>)> {
        (1usize..5, 1usize..=8).prop_flat_map(|(units, owners)| {
            let level = prop_oneof![Just(0u32), Just(1_000_000), 0u32..=1_000_000];
            (
                prop::collection::vec(1u128..1_000, units).prop_map(|masses| {
                    let parts = largest_remainder(1_000_000, &masses);
                    parts.into_iter().map(|part| part as u32).collect()
                }),
                prop::collection::vec(prop::collection::vec(level, units), owners),
            )
        })
    }

    proptest! {
        #![proptest_config(at_least(10_000))]

        #[test]
        fn agrees_with_brute_force_and_keeps_its_promises((units, support) in game()) {
            let (found, total) = shares(&units, &support);
            prop_assert_eq!(found.iter().sum::<u32>(), total);
            let exact = brute_force(&units, &support);
            let whole: f64 = exact.iter().sum();
            for (owner, exact) in exact.iter().enumerate() {
                let quota = if whole > 0.0 { exact / whole * f64::from(total) } else { 0.0 };
                prop_assert!((f64::from(found[owner]) - quota).abs() <= 1.001);
                if support[owner].iter().all(|r| *r == 0) {
                    prop_assert_eq!(found[owner], 0);
                }
            }
            let mut turned = support.clone();
            turned.reverse();
            let mut back = shares(&units, &turned).0;
            back.reverse();
            for (a, b) in back.iter().zip(&found) {
                prop_assert!(a.abs_diff(*b) <= 1, "only ties depend on the order");
            }
        }

        #[test]
        fn more_support_never_pays_less((units, mut support) in game(), by in 1u32..500_000) {
            let before = shares(&units, &support).0[0];
            for r in &mut support[0] {
                *r = (*r + by).min(1_000_000);
            }
            prop_assert!(shares(&units, &support).0[0] + 1 >= before);
        }
    }
}
