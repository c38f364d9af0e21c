//! The exponential function, for many numbers at once: without a branch or a call, so that the compiler
//! makes vectors of it.

/// e to the power of `x`, to about two units in the last place; 0 below −87, finite above 88.
#[inline(always)]
pub(in crate::engine) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.3, 88.3);
    // Adding and taking off 1.5 · 2²³ rounds to a whole number.
    const ROUND: f32 = 12_582_912.0;
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let whole = rounded - ROUND;
    // ln 2 in two parts, the first with few enough digits that its product is exact.
    let rest = x - whole * 0.693_359_4;
    let rest = rest + whole * 2.121_944_4e-4;
    // The polynomial of Cephes' expf.
    let mut power = 1.987_569_1e-4;
    power = power * rest + 1.398_199_9e-3;
    power = power * rest + 8.333_452e-3;
    power = power * rest + 4.166_579_6e-2;
    power = power * rest + 1.666_666_5e-1;
    power = power * rest + 0.5;
    let value = power * rest * rest + rest + 1.0;
    let exponent = rounded.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127);
    value * f32::from_bits(exponent << 23)
}

#[cfg(test)]
mod tests {
    use super::exp;

    #[test]
    fn as_near_as_the_slow_one() {
        for step in -8_700..=8_800 {
            let x = step as f32 / 100.0;
            let wanted = f64::from(x).exp();
            let off = (f64::from(exp(x)) - wanted).abs() / wanted;
            assert!(off < 3e-7, "exp({x}): {off}");
        }
        assert!(exp(-1e9) < 2e-38 && exp(-1e9) >= 0.0 && exp(1e9).is_finite());
        assert_eq!(exp(0.0), 1.0);
    }
}
