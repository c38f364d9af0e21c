//! How many units of the token are so many nano-credits? One nano-credit is 10⁻⁹ of a token;
//! fractions of a unit are floored, on cumulative amounts, so that they carry forward.

use super::error::ChainError;
use footnote_domain::money::{AmountError, Nano};

/// Decimals of a nano-credit.
const NANO_DECIMALS: u8 = 9;

/// ⌊nano · 10^decimals / 10⁹⌋.
///
/// # Errors
/// [`ChainError::TokenRange`] for a negative amount or one beyond 2¹²⁸.
pub fn token_units(nano: i128, decimals: u8) -> Result<u128, ChainError> {
    let out_of_range = || ChainError::TokenRange { nano, decimals };
    let amount = u128::try_from(nano).map_err(|_| out_of_range())?;
    match decimals.checked_sub(NANO_DECIMALS) {
        Some(more) => power_of_ten(more).and_then(|factor| amount.checked_mul(factor)),
        None => power_of_ten(NANO_DECIMALS - decimals).map(|factor| amount / factor),
    }
    .ok_or_else(out_of_range)
}

/// ⌊units · 10⁹ / 10^decimals⌋: what a deposit is worth.
///
/// # Errors
/// [`ChainError::Amount`] when it is beyond 2⁶³ − 1 nano-credits.
pub fn nano_of_token_units(units: u128, decimals: u8) -> Result<Nano, ChainError> {
    let nano = match decimals.checked_sub(NANO_DECIMALS) {
        // A power beyond u128 is larger than any amount.
        Some(more) => Some(power_of_ten(more).map_or(0, |divisor| units / divisor)),
        None => power_of_ten(NANO_DECIMALS - decimals).and_then(|f| units.checked_mul(f)),
    };
    let nano = nano.and_then(|nano| i128::try_from(nano).ok());
    Ok(Nano::new(nano.ok_or(AmountError(i128::MAX))?)?)
}

fn power_of_ten(exponent: u8) -> Option<u128> {
    10u128.checked_pow(u32::from(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_common_tokens() {
        assert_eq!(token_units(11_040_000, 18).expect("in range"), 11_040_000_000_000_000);
        assert_eq!(token_units(1, 18).expect("in range"), 1_000_000_000);
        assert_eq!(token_units(11_040_999, 6).expect("in range"), 11_040);
        assert_eq!(nano_of_token_units(11_040, 6).expect("in range").get(), 11_040_000);
        assert_eq!(nano_of_token_units(999_999_999, 18).expect("in range").get(), 0);
    }

    #[test]
    fn what_cannot_be_expressed_is_refused() {
        assert!(token_units(-1, 18).is_err());
        assert!(token_units(i128::MAX, 18).is_err());
        assert!(token_units(1, 255).is_err());
        assert!(nano_of_token_units(u128::MAX, 18).is_err());
        assert!(nano_of_token_units(u128::MAX, 0).is_err());
        assert_eq!(nano_of_token_units(u128::MAX, 255).expect("nothing").get(), 0);
    }

    proptest! {
        #[test]
        fn there_and_back_never_gains(nano in 0i128..=i128::from(i64::MAX), decimals in 0u8..=24) {
            let units = token_units(nano, decimals).expect("in range");
            let back = nano_of_token_units(units, decimals).expect("in range").wide();
            prop_assert!(back <= nano);
            if decimals >= 9 {
                prop_assert_eq!(back, nano);
            }
        }
    }
}
